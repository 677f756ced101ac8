from . import (
    crm_guided_conversation_reason_mixin,
    crm_guided_conversation_reopen,
    crm_guided_conversation_skip,
)
