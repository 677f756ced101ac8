from . import test_guided_conversation
from . import test_report
