from . import (
    assessment_scoring,
    local_time,
    maybe_float,
    placeholders,
    sentences,
    xlsx_stream,
)
