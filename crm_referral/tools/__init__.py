from . import (
    acquaintances,
    candidate_states,
    contact_keys,
    initials,
    free_mail,
    identity,
    readiness,
    referral_tree,
    risk,
    risk_queries,
    spoken_text,
    text_scrub,
)
