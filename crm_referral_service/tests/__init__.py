from . import (
    test_acting,
    test_cause,
    test_complaint,
    test_complaint_mail,
    test_complaint_page,
    test_duty,
    test_duty_screens,
    test_gesture,
    test_handover,
    test_post,
    test_service_access,
    test_service_rights,
)
