from . import (
    test_analysis,
    test_constraint_messages,
    test_export,
    test_extensions,
    test_personal_page,
    test_rights,
    test_second_conversation,
    test_third_framework,
)
