from . import (
    class_attributes,
    figures,
    local_time,
    look_back,
    period_domain,
    sentences,
)
