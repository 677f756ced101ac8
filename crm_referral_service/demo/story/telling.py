"""The demo story of customer service: what went wrong, and how it was put right.

As in the year of asking, all of it is done by the methods that an agent, a colleague,
who leads them and a customer use, in their names and at the time when it happened.
"""

from odoo.addons.crm_referral.demo.story.diary import USERS, Diary

from .calling import Calling
from .complaining import ADDON, Complaining
from .complaints import COMPLAINTS
from .duty import plan_shifts
from .improving import Improving
from .log import Log
from .orders import win_orders

AGENTS = {login: f"{ADDON}.user_{login}_demo" for login in ("ravi", "tom")}


def tell(env):
    """Let it happen.

    :param env: of the superuser, while demo data is loaded
    """
    diary = Diary(env, {**USERS, **AGENTS})
    plan_shifts(diary, diary.get("crm_team_care_demo"))
    for plot in COMPLAINTS:
        Complaining(diary, plot).plan()
    win_orders(diary)
    Log(diary).write_down()
    Calling(diary).plan()
    Improving(diary).plan()
    diary.live()
    # Who leads the team hears of what is late, as by the hourly job.
    Complaint = diary.env["crm.complaint"]
    Complaint.search(Complaint._get_escalation_domain())._escalate()
