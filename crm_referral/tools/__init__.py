from . import (
    candidate_states,
    contact_keys,
    spoken_text,
    text_scrub,
)
