from . import (
    crm_guided_conversation_gate_mixin,
    crm_guided_conversation_activity_mixin,
    crm_guided_conversation_talk_track_mixin,
    crm_guided_conversation,
    crm_guided_conversation_step,
    crm_guided_conversation_step_log,
    mail_activity,
    res_users,
)
