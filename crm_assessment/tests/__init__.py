from . import (
    test_call,
    test_checklist,
    test_decisions,
    test_framework,
    test_link,
    test_reports,
    test_rest,
    test_rights,
    test_round,
    test_told,
)
