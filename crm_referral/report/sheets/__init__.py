from . import (
    about,
    actions,
    be_sure,
    candidates,
    cover,
    funnel,
    leads,
    pride,
    referrers,
    requests,
    summary,
    words,
)
