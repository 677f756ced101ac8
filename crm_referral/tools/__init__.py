from . import (
    assessment_scoring,
    local_time,
    maybe_float,
    personal_link,
    placeholders,
    sentences,
    xlsx_stream,
)
