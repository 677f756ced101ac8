from . import (
    class_attributes,
    figures,
    leave_nothing,
    local_time,
    look_back,
    period_domain,
    sentences,
)
