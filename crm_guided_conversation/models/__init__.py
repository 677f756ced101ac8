from . import (
    crm_guided_conversation,
    crm_guided_conversation_step,
    crm_guided_conversation_step_log,
    mail_activity,
    res_users,
)
