from . import (
    about,
    actions,
    be_sure,
    candidates,
    cover,
    funnel,
    leads,
    pride,
    requests,
    summary,
    words,
)
