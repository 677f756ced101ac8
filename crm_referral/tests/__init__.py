from . import test_export
from . import test_guided_conversation
from . import test_report
from . import test_xlsx_stream
