"""The log of sixteen weeks, as it would come out of another system: in one batch.

What it shows: where most contacts come from, and why they come again; that news of the
parcel spares half of the calls about it; that who takes the hard calls looks worse, and
does better than could be expected.
"""

from datetime import timedelta
from itertools import cycle
from typing import NamedTuple

from .complaining import ADDON
from .duty import find_night

DAYS = 111
# Since when customers hear when their parcel leaves, and how long before is compared.
NOTICE, WINDOW = 35, 28
# Who has asked to hear what became of it has done so long ago.
NEWS = 40
# Whoever answers there begins at that hour, and stays for eight.
BEGINS = {"aisha": 6, "ravi": 13, "helen": 9, "yichun": 21}
NAMES = ["Novak", "Osei", "Larsen", "Ferrari", "Byrne", "王先生", "Silva", "Kowalski"]
CHANNELS = ["phone", "phone", "phone", "mail", "chat", "phone", "web"]


class Share(NamedTuple):
    """So many contacts about a reason, of which some came ``again``.

    They are spread evenly over the days, from ``since`` to ``until`` days ago; who
    answers, and why it was not solved the first time, goes round.
    """

    agents: str
    reason: str
    count: int
    again: int = 0
    misses: str = ""
    since: int = DAYS
    until: int = 1


SHARES = [
    # Before and after the notice, in windows of the same length.
    Share("aisha ravi", "where", 85, 9, "next_not_foreseen", DAYS, NOTICE + WINDOW + 1),
    Share(
        *("aisha ravi", "where", 54, 8, "next_not_foreseen"),
        *(NOTICE + WINDOW, NOTICE + 1),
    ),
    Share(
        *("ravi aisha", "where", 27, 2, "next_not_foreseen"),
        *(NOTICE, NOTICE - WINDOW + 1),
    ),
    Share("aisha ravi", "where", 5, 0, "", NOTICE - WINDOW, 1),
    # The easy ones.
    Share("aisha", "copy", 50, 6, "next_not_foreseen"),
    Share("ravi", "copy", 12, 1, "next_not_foreseen"),
    Share("aisha", "how_to", 60, 14, "not_understood not_known"),
    Share("ravi yichun", "how_to", 24, 4, "not_understood"),
    Share("aisha", "advice", 30, 2, "not_known"),
    Share("aisha ravi", "change", 36, 4, "not_allowed"),
    Share("helen", "praise", 12),
    Share("helen aisha", "idea", 9),
    # The hard ones.
    Share("ravi", "defect", 60, 26, "same_again not_known not_understood"),
    Share("aisha", "defect", 24, 15, "same_again not_known"),
    Share("helen", "defect", 10, 6, "same_again"),
    Share("ravi", "amount", 36, 14, "not_allowed"),
    Share("aisha", "amount", 14, 9, "not_allowed"),
    Share("ravi helen", "promise", 28, 13, "promise_missed"),
    Share("aisha", "promise", 8, 6, "promise_missed"),
    Share("aisha helen", "damaged", 26, 5, "same_again", DAYS, 21),
    Share("aisha helen", "damaged", 3, 0, "", 19, 1),
    Share("aisha ravi", "late", 24, 5, "promise_missed"),
    # Since the invoices look different.
    Share("ravi helen", "unclear", 14, 5, "not_understood", DAYS, 29),
    Share("ravi helen", "unclear", 31, 13, "not_understood", 28, 1),
]
# Why it should not have been; what is not here is valued, or nobody has said it.
CAUSES = {
    "where": "promise_missed",
    "late": "promise_missed",
    "promise": "promise_missed",
    "copy": "confused",
    "unclear": "confused",
    "amount": "confused",
    "damaged": "defect",
    "defect": "defect",
}
# In which area of PRIDE the miss lies, where it is ours.
AREAS = {
    "not_known": "roles",
    "not_allowed": "direction",
    "promise_missed": "interpersonal",
    "next_not_foreseen": "process",
}
# What comes again as long as we do nothing about it.
SYSTEMIC = {"where", "unclear", "copy"}


class Log:
    """What was logged, in few queries.

    :param diary: of the story
    """

    def __init__(self, diary):
        self.diary = diary
        self.team = diary.get("crm_team_care_demo")
        self.customers = cycle(self._find_customers())
        sections = diary.get_framework("pride").section_ids
        self.areas = {section.code: section.id for section in sections}
        self.count = 0

    def _find_customers(self):
        """:return: whom the story knows and may write to, always in the same order"""
        found = self.diary.env["ir.model.data"].search(
            [
                ("module", "=", "crm_referral"),
                ("model", "=", "res.partner"),
                ("name", "=like", "partner_%_demo"),
            ],
            order="name",
        )
        partners = self.diary.env["res.partner"].browse(found.mapped("res_id"))
        return partners.filtered(lambda each: each.parent_id and each.email)

    def write_down(self):
        """Write all of it down, and say what was solved the first time."""
        # sudo: as an import, which is the manager's; done are all but the newest
        Contact = self.diary.env["crm.service.contact"]
        firsts, again = [], []
        for share in SHARES:
            for number, values in enumerate(self._prepare(share)):
                if self._comes_again(share, number):
                    again.append((len(firsts), share, number))
                firsts.append(values)
        roots = Contact.create(firsts)
        repeats = Contact.create(
            [
                self._prepare_again(roots[index], share, number)
                for index, share, number in again
            ]
        )
        self._write_of_the_night()
        # As the nightly job does, in one go, and as the chain does at once.
        Contact._close_windows(0, len(roots) + len(again) + 1)
        young = repeats.first_id.filtered(lambda root: root.first_time == "pending")
        young.first_time = "no"

    @staticmethod
    def _comes_again(share, number):
        """:return: whether this one does, so that they are spread evenly"""
        before = number * share.again // share.count
        return (number + 1) * share.again // share.count > before

    def _prepare(self, share):
        """:return: values of the contacts, one by one"""
        agents = cycle(share.agents.split())
        step = (share.since - share.until + 1) / share.count
        for number in range(share.count):
            agent = next(agents)
            days = share.since - int(number * step)
            moment = (self.diary.now - timedelta(days=days)).replace(
                hour=(BEGINS[agent] + number % 8) % 24,
                minute=(self.count * 7) % 60,
                second=0,
                microsecond=0,
            )
            comes_again = self._comes_again(share, number)
            yield {
                **self._prepare_caller(days),
                **self._prepare_matter(share.reason),
                "contacted_on": moment,
                "user_id": self.diary.users[agent].id,
                "customer_solved": self._hear(comes_again),
                # Of what came again, too, the agent has often thought it was solved.
                "agent_solved": not comes_again or number % 2 == 0,
            }

    def _prepare_caller(self, days):
        """:return: values: every other one is a customer whom we know"""
        self.count += 1
        if self.count % 2:
            partner = next(self.customers)
            return {
                "partner_id": partner.id,
                "wants_news": days > NEWS and self.count % 5 == 0,
            }
        return {
            "caller_name": NAMES[self.count // 2 % len(NAMES)],
            "phone": f"+44 161 496 {self.count:04d}",
        }

    def _prepare_matter(self, reason):
        return {
            "reason_id": self.diary.get(f"{ADDON}.reason_{reason}").id,
            "dumb_cause": CAUSES.get(reason, False),
            "scope": "systemic" if reason in SYSTEMIC else "one_off",
            "channel": CHANNELS[self.count % len(CHANNELS)],
            "team_id": self.team.id,
            "outcome": "solved",
            "state": "done",
        }

    def _hear(self, comes_again):
        """:return: what the customer says, every third of whom we have asked"""
        if self.count % 3:
            return False
        return ("no" if self.count % 2 else "partly") if comes_again else "yes"

    def _prepare_again(self, root, share, number):
        """:return: values of the same customer, some days later, about the same"""
        misses = share.misses.split()
        miss = misses[number % len(misses)]
        later = timedelta(days=1 + number % 4, minutes=25)
        half = (self.diary.now - root.contacted_on) / 2
        return {
            "partner_id": root.partner_id.id,
            "caller_name": root.caller_name,
            "phone": root.phone,
            **self._prepare_matter(share.reason),
            "contacted_on": root.contacted_on + min(later, half),
            "user_id": root.user_id.id,
            "first_id": root.id,
            "miss_id": self.diary.get(f"{ADDON}.miss_{miss}").id,
            "miss_section_id": self.areas.get(AREAS.get(miss), False),
            "agent_solved": True,
        }

    def _write_of_the_night(self):
        """A mail of the hours that are nobody's."""
        self.diary.env["crm.service.contact"].create(
            {
                **self._prepare_matter("unreachable"),
                "caller_name": "Marisol Vega",
                "email": "marisol.vega@example.com",
                "contacted_on": find_night(self.diary, self.team, 2, 40),
                "channel": "mail",
                "user_id": self.diary.users["ravi"].id,
                "note": "Rang three times on Sunday night, and nobody was there.",
            }
        )
