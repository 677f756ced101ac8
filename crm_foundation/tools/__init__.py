from . import (
    class_attributes,
    composer,
    figures,
    group_together,
    leave_nothing,
    local_time,
    look_back,
    period_domain,
    sentences,
)
