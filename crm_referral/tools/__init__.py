from . import (
    contact_keys,
    text_scrub,
)
