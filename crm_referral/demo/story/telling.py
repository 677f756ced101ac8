"""The demo story: a year of a small company that listens, asks and thanks.

All of it is done by the methods that a rep, an agent and a manager use, in their names
and with their rights, at the time when it happened.
"""

from .asking import Asking
from .care_requests import AISHA, HELEN
from .coaching import CHECKLISTS
from .customers import WORDS
from .diary import Diary
from .hearing import Coaching, Listening
from .listening import ROUNDS
from .presales_requests import MARC, YICHUN


def tell(env):
    """Let the year happen.

    :param env: of the superuser, while demo data is loaded
    """
    diary = Diary(env)
    customers = find_customers(env)
    plots = [
        *((Asking, plot) for plot in (*HELEN, *AISHA, *MARC, *YICHUN)),
        *((Listening, plot) for plot in ROUNDS),
        *((Coaching, plot) for plot in CHECKLISTS),
    ]
    for kind, plot in plots:
        kind(diary, plot, customers).plan()
    diary.live()


def find_customers(env):
    """:return: the contact of each customer, who is spoken to in their own language.
    :rtype: dict
    """
    customers = {}
    installed = dict(env["res.lang"].get_installed())
    languages = {"TW": "zh_TW", "HK": "zh_TW", "CN": "zh_CN"}
    for key in WORDS:
        company = env.ref(f"crm_referral.partner_{key}_demo", raise_if_not_found=False)
        if not company:  # comes in the course of the story
            continue
        customers[key] = company.child_ids[:1]
        lang = languages.get(company.country_id.code, "en_US")
        if lang in installed:
            (company | company.child_ids).lang = lang
    return customers
