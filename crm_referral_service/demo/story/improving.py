"""What becomes of what customers tell: posts, weekly meetings, a notice, and news."""

from datetime import timedelta
from functools import partial
from typing import NamedTuple

from odoo.fields import Command

from .complaining import ADDON, LEADER
from .log import NOTICE, WINDOW

# Who comes to the meetings; one of them has no other right than to be invited.
MEMBERS = ("helen", "aisha", "ravi", "tom")
# Nobody is invited by mail to what was long ago.
NO_INVITATION = {"no_mail_to_attendees": True, "dont_notify": True}
FIRST, LAST = 41, 6
FRIDAY = 4


class Decision(NamedTuple):
    """What a meeting decided that was ``day`` days ago.

    It is done ``done`` days ago, or not yet; ``letter`` is where the cause lies, and
    ``learn_with`` shows ``agent`` how it is done.
    """

    day: int
    name: str
    reason: str
    letter: str
    owner: str
    due: int
    done: int = 0
    priority: str = "0"
    agent: str = ""
    learn_with: str = ""


DECISIONS = [
    Decision(
        *(41, "A mail with the number of the parcel when it leaves us"),
        *("where", "process", "helen", 34, NOTICE, "2"),
    ),
    Decision(
        *(34, "Corners of cardboard in every box that holds glass"),
        *("damaged", "process", "tom", 22, 20),
    ),
    Decision(
        *(27, "Three evenings in the workshop: what noises mean"),
        *("defect", "roles", "ravi", 10, 12, "1", "ravi", "tom"),
    ),
    Decision(
        *(20, "Customers find copies of their invoices on the portal"),
        *("copy", "external", "demo", 9, 13, "1"),
    ),
    Decision(
        *(13, "No promise to call without a day and an hour"),
        *("promise", "interpersonal", "aisha", 3, 0, "1"),
    ),
    Decision(
        *(6, "One line in plain words under each sum of the invoice"),
        *("unclear", "direction", "helen", -14, 0, "2"),
    ),
    Decision(
        *(6, "Say on the first call who may give how much back"),
        *("amount", "roles", "helen", -9, 0),
    ),
    Decision(
        *(6, "Ask in the end what they will do next"),
        *("how_to", "interpersonal", "aisha", 2, 1),
    ),
]
# Of which decision those who told us have heard, and those who wait for it.
TOLD, TO_TELL = "damaged", "where"


class Post(NamedTuple):
    """Where somebody listens every so many days, the last time so many days ago."""

    name: str
    kind: str
    owner: str
    every: int
    listened: int
    note: str
    messages: tuple = ()


POSTS = [
    Post(
        *("Card at the front desk", "comment_card", "aisha", 7, 2),
        "Cards lie beside the bell; new ones are in the drawer.",
        (
            (23, {"message": "Your fitter took his shoes off. Nobody does that."}),
            (
                4,
                {
                    "message": "The manual ends where my question begins.",
                    "name": "Judit Szabó",
                    "email": "judit.szabo@example.com",
                },
            ),
        ),
    ),
    Post(
        *("A word on the site", "site_voice", "helen", 3, 1),
        "Behind “Tell us” at the foot of each page.",
        (
            (
                9,
                {
                    "message": "找了很久才看到維修的電話，可以放在第一頁嗎？",
                    "name": "黃小姐",
                },
            ),
            (
                0,
                {
                    "message": "The lid of the filter does not close any more.",
                    "name": "Paul Arden",
                    "phone": "+44 20 7946 0631",
                    "callback": "1",
                },
            ),
        ),
    ),
    Post(
        *("Call two weeks after the sale", "after_sale_call", "demo", 14, 33),
        "“What do you know now that you would have liked to know before?”",
    ),
]


class Improving:
    """The meetings, what they decided, and whether it has worked.

    :param diary: when things happen, and in whose name
    """

    def __init__(self, diary):
        self.diary = diary
        self.team = diary.get("crm_team_care_demo")
        self.council = None
        self.actions = {}
        self.posts = {}

    def _get(self, name):
        return self.diary.get(f"{ADDON}.{name}")

    def plan(self):
        """Plan all of it."""
        later = self._find_days_until_workday()
        for day in range(FIRST, LAST - 1, -7):
            self._plan_at(day - later, self.meet, day)
        for decision in DECISIONS:
            if decision.done:
                self._plan_at(decision.done, self.do, decision)
        self._plan_at(NOTICE, self.give_notice)
        for post in POSTS:
            self._plan_post(post)
        self.diary.plan_at(self.diary.now, self.judge)
        self.diary.plan_at(self.diary.now, self.tell)

    def _find_days_until_workday(self):
        """:return: how many days later it is, for nobody meets at the weekend"""
        weekday = (self.diary.now - timedelta(days=LAST)).weekday()
        return 7 - weekday if weekday > FRIDAY else 0

    def _plan_at(self, day, act, *args):
        # At nine in the morning, and no later than now.
        moment = self.diary.now - timedelta(days=day)
        moment = moment.replace(hour=9, minute=0, second=0, microsecond=0)
        self.diary.plan_at(moment, partial(act, *args))

    # === COUNCIL === #

    def meet(self, day):
        """A meeting: what is decided, and that it ends, which plans the next one."""
        council = self.council or self._open_council()
        for decision in DECISIONS:
            if decision.day == day:
                self.decide(council, decision)
        council.action_close()
        self.council = council.search([("state", "=", "planned")], limit=1)

    def _open_council(self):
        env = self.diary.of(LEADER)
        Council = env["crm.service.council"].with_context(**NO_INVITATION)
        return Council.create(
            {
                "date": self.diary.today,
                "team_id": self.team.id,
                "user_ids": [
                    Command.set([self.diary.users[login].id for login in MEMBERS])
                ],
            }
        )

    def decide(self, council, decision):
        sections = self.diary.get_framework("pride").section_ids
        section = sections.filtered(lambda each: each.code == decision.letter)
        users = self.diary.users
        is_learning = bool(decision.agent)
        self.actions[decision] = council.env["crm.assessment.action"].create(
            {
                "name": decision.name,
                "kind": "learning" if is_learning else "improvement",
                "council_id": council.id,
                "company_id": council.company_id.id,
                "reason_id": self._get(f"reason_{decision.reason}").id,
                "section_id": section.id,
                "user_id": users[decision.owner].id,
                "agent_id": is_learning and users[decision.agent].id,
                "learn_with_id": is_learning and users[decision.learn_with].id,
                "deadline": self.diary.day(decision.due),
                "priority": decision.priority,
            }
        )

    def do(self, decision):
        self.actions[decision].action_done()

    # === NOTICE === #

    def give_notice(self):
        """From now on customers hear when their parcel leaves."""
        env = self.diary.of(LEADER)
        self.notice = env["crm.service.notice"].create(
            {
                "name": "Your parcel has left us",
                "reason_ids": [Command.set(self._get("reason_where").ids)],
                "template_id": self._get("mail_template_notice_on_its_way").id,
                "started_on": self.diary.day(NOTICE),
                "window_days": WINDOW,
                "denominator": "won",
                "note": "Goes out when the courier has scanned the box.",
            }
        )

    # === POSTS === #

    def _plan_post(self, post):
        first = DECISIONS[0].day + 20
        self._plan_at(first, self.open_post, post)
        for day in range(first - post.every, post.listened, -post.every):
            self._plan_at(day, self.listen, post)
        self._plan_at(post.listened, self.listen, post)
        for day, posted in post.messages:
            self._plan_at(day, self.write_at, post, posted)

    def open_post(self, post):
        Post = self.diary.of(LEADER)["crm.service.post"]
        self.posts[post.name] = Post.create(
            {
                "name": post.name,
                "kind": post.kind,
                "owner_id": self.diary.users[post.owner].id,
                "team_id": self.team.id,
                "listen_days": post.every,
                "note": post.note,
            }
        )

    def listen(self, post):
        record = self.posts[post.name]
        record.with_env(self.diary.of(post.owner)).action_listened()

    def write_at(self, post, posted):
        # In sudo mode, like the page of the form.
        self.posts[post.name].with_env(self.diary.env)._take_message(posted)

    # === WHAT THE JOBS SAY TODAY === #

    def judge(self):
        """Whether it has worked, and where nobody listens, as by the nightly jobs."""
        env = self.diary.env
        self.notice.with_env(env)._measure()
        Action = env["crm.assessment.action"]
        Action.search(Action._get_measured_domain())._measure_effect()
        posts = env["crm.service.post"].search([("is_neglected", "=", True)])
        posts._remind_owner()
        missed = [("is_callback_missed", "=", True), ("is_callback_told", "=", False)]
        env["crm.service.contact"].search(missed)._tell_missed_callback()

    def tell(self):
        """Those who told us: of one thing they have heard, of the other they wait."""
        for decision, action in self.actions.items():
            if decision.reason in (TOLD, TO_TELL):
                action.action_tell_callers()
                if decision.reason == TOLD:
                    # As if the mail were sent: nothing leaves a demo.
                    action.news_ids._note_sent()
