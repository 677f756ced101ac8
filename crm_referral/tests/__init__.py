from . import test_guided_conversation
from . import test_assessment_checklist
from . import test_assessment_engine
from . import test_assessment_rights
from . import test_assessment_round
from . import test_assessment_scoring
from . import test_assessment_page
