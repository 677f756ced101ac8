from . import (
    candidate_states,
    contact_keys,
    initials,
    readiness,
    spoken_text,
    text_scrub,
)
