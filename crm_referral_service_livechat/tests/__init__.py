from . import (
    test_livechat_concurrency,
    test_livechat_contact,
    test_livechat_log_tour,
    test_livechat_rights,
    test_livechat_visitor,
)
