from . import test_access_rights
from . import test_candidate
from . import test_guided_conversation
from . import test_lead
from . import test_partner
from . import test_performance
from . import test_referral
from . import test_tours
