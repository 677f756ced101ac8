from . import (
    crm_assessment_evidence,
    crm_assessment_round,
    mail_activity_type,
    res_partner,
    test_analysis,
    test_conversation,
    test_conversation_step,
    test_conversation_step_log,
    test_export,
    test_page,
)
