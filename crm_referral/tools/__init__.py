from . import (
    acquaintances,
    candidate_states,
    contact_keys,
    initials,
    free_mail,
    identity,
    readiness,
    risk,
    risk_queries,
    spoken_text,
    text_scrub,
)
