from . import (
    assessment_scoring,
    contact_keys,
    local_time,
    look_back,
    maybe_float,
    personal_link,
    placeholders,
    sentences,
    text_scrub,
)
