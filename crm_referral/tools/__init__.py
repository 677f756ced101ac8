from . import (
    candidate_states,
    contact_keys,
    readiness,
    spoken_text,
    text_scrub,
)
