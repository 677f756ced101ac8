from . import (
    test_complaint,
    test_duty,
    test_gesture,
    test_handover,
    test_service_rights,
)
