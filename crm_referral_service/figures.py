"""The figures of customer service: each is named, explained and defined here, and only
here.

Dashboard and workbook read this list; the fields of the analyses take their names and
helps from it. An addon adds its own in ``crm.service.figures._get_all``.
"""

from dataclasses import dataclass
from functools import partial

from odoo.tools.translate import LazyTranslate

from odoo.addons.crm_foundation.tools.figures import (
    Counted,
    Figure,
    Rate,
    Records,
    rates_of,
    words_of,
)

_lt = LazyTranslate(__name__)

CLOSED = ("outcome", "!=", False)
RESOLVED = ("outcome", "=", "resolved")
FIRST_KNOWN = ("first_time", "in", ("yes", "no"))
DONE = ("state", "=", "done")
ANSWERED = ("customer_solved", "!=", False)
ASKED = ("state", "!=", "withdrawn")
ABOVE_LIMIT = ("is_within_limit", "=", False)
CLOSED_COMPLAINTS = Records("crm.complaint", "closed_on", (CLOSED,))
RESOLVED_COMPLAINTS = Records("crm.complaint", "closed_on", (RESOLVED,))
QUESTIONS = Records("crm.service.handover", "create_date", (ASKED,))
ANSWERS = Records(
    "crm.service.handover", "create_date", (ASKED, ("answered_on", "!=", False))
)
COVERAGE = Records("crm.service.coverage", "date")

Complained = partial(Counted, model="crm.complaint.report")
Closed = partial(Complained, date="closed_on")
Turned = partial(Counted, model="crm.service.contact.report")
Asked = partial(Counted, model="crm.service.handover.report")
Given = partial(Counted, model="crm.complaint.gesture.report")
Promised = partial(Counted, model="crm.service.coverage")


@dataclass(frozen=True, eq=False, kw_only=True)
class Gap(Figure):
    """By how much one rate is higher than another, in points.

    :param more: the rate that is said
    :param less: the rate with which it is compared
    """

    more: Rate
    less: Rate
    format: str = "percent"

    @property
    def parts(self):
        return (*self.more.parts, *self.less.parts)

    def get_value(self, values):
        rates = [rate.get_value(values) for rate in (self.more, self.less)]
        return None if None in rates else rates[0] - rates[1]


def contacts(*domain):
    """:return: contacts in which the customer turned to us, by the day"""
    return Records(
        "crm.service.contact", "contacted_on", (("direction", "=", "in"), *domain)
    )


def gestures(*domain):
    """:return: gestures that cost money and were decided on, by the day"""
    return Records(
        "crm.complaint.gesture", "agreed_on", (("has_amount", "=", True), *domain)
    )


CONTACTS = (
    Turned(
        code="contacts",
        wanted=0,
        name=_lt("Service Contacts"),
        help=_lt("How often customers turned to us in the period."),
        measure="inbound_count",
        records=contacts(),
    ),
    Turned(
        code="first_known",
        name=_lt("First Contacts Known"),
        help=_lt(
            "First contacts of which it is known whether they were the only one: the "
            "customer came back, or the days of the team passed in silence."
        ),
        measure="first_known_count",
        records=contacts(FIRST_KNOWN),
    ),
    Turned(
        code="solved_first",
        name=_lt("Silence After the First"),
        help=_lt("Those of them after which the customer did not come back."),
        measure="solved_first_count",
        records=contacts(("first_time", "=", "yes")),
    ),
    Rate(
        code="solved_first_rate",
        name=_lt("Solved the First Time, by the Log"),
        help=_lt(
            "First contacts after which the customer did not come back, of all of "
            "which that is known."
        ),
        part="solved_first",
        whole=("first_known",),
        measure="solved_first_rate",
        records=contacts(FIRST_KNOWN),
    ),
    Turned(
        code="done",
        name=_lt("Contacts Done"),
        help=_lt("Contacts of customers with whom nothing is left to do."),
        measure="done_count",
        records=contacts(DONE),
    ),
    Turned(
        code="agent_solved",
        name=_lt("Solved, Agents Say"),
        help=_lt("Those of them of which the agent says that it is solved."),
        measure="agent_solved_count",
        records=contacts(DONE, ("agent_solved", "=", True)),
    ),
    Rate(
        code="agent_solved_rate",
        name=_lt("Solved, by the Agents' Word"),
        help=_lt("Contacts of which the agent says that it is solved, of all done."),
        part="agent_solved",
        whole=("done",),
        measure="agent_solved_rate",
        records=contacts(DONE),
    ),
    Turned(
        code="customer_answered",
        name=_lt("Customers Who Answered"),
        help=_lt("Contacts done of which the customer said whether it is solved."),
        measure="customer_answered_count",
        records=contacts(DONE, ANSWERED),
    ),
    Rate(
        code="customer_answer_rate",
        name=_lt("Answer Rate of Customers"),
        help=_lt(
            "Contacts of which the customer said whether it is solved, of all done."
        ),
        part="customer_answered",
        whole=("done",),
        measure="customer_answer_rate",
        records=contacts(DONE),
    ),
    Turned(
        code="customer_solved",
        name=_lt("Solved, Customers Say"),
        help=_lt("Those of them of which the customer says that it is solved."),
        measure="customer_solved_count",
        records=contacts(DONE, ("customer_solved", "=", "yes")),
    ),
    Rate(
        code="customer_solved_rate",
        name=_lt("Solved, by the Customers' Word"),
        help=_lt(
            "Contacts of which the customer says that it is solved, of all of which "
            "the customer said anything."
        ),
        part="customer_solved",
        whole=("customer_answered",),
        measure="customer_solved_rate",
        records=contacts(DONE, ANSWERED),
    ),
    Turned(
        code="repeats",
        name=_lt("Repeats"),
        help=_lt("Contacts with which a customer came back about the same matter."),
        measure="repeat_count",
        records=contacts(("is_repeat", "=", True)),
    ),
    Rate(
        code="repeat_rate",
        wanted=-1,
        name=_lt("Share of Repeats"),
        help=_lt(
            "Contacts with which a customer came back, of all contacts of customers. "
            "Who comes back three times counts three times."
        ),
        part="repeats",
        whole=("contacts",),
        measure="repeat_rate",
        records=contacts(),
    ),
    Turned(
        code="chains",
        name=_lt("Matters with Repeats"),
        help=_lt("First contacts about which the customer came back, each once."),
        measure="chain_count",
        records=contacts(("first_time", "=", "no")),
    ),
    Rate(
        code="chain_rate",
        wanted=-1,
        name=_lt("Share of Matters with Repeats"),
        help=_lt(
            "Matters about which a customer came back, by all contacts of customers. "
            "Who comes back three times counts once."
        ),
        part="chains",
        whole=("contacts",),
        measure="chain_rate",
        records=contacts(),
    ),
    Turned(
        code="judged",
        name=_lt("Contacts Judged"),
        help=_lt(
            "Contacts of which somebody said whether it is good that the customer came."
        ),
        measure="judged_count",
        records=contacts(("kind", "!=", False)),
    ),
    Turned(
        code="dumb",
        name=_lt("Contacts That Should Not Have Been"),
        help=_lt(
            "Contacts that the customer only needed because something of ours is not "
            "right."
        ),
        measure="dumb_count",
        records=contacts(("kind", "=", "dumb")),
    ),
    Rate(
        code="dumb_rate",
        wanted=-1,
        name=_lt("Share That Should Not Have Been"),
        help=_lt("Contacts that should not have been, of all that were judged."),
        part="dumb",
        whole=("judged",),
        measure="dumb_rate",
        records=contacts(("kind", "!=", False)),
    ),
)
RATE_OF = {each.code: each for each in CONTACTS if isinstance(each, Rate)}
GAPS = (
    Gap(
        code="gap_customer",
        wanted=-1,
        name=_lt("Agents' Word above Customers' Word"),
        help=_lt(
            "By how many points more often agents say that it is solved than customers "
            "do."
        ),
        more=RATE_OF["agent_solved_rate"],
        less=RATE_OF["customer_solved_rate"],
        records=contacts(DONE),
    ),
    Gap(
        code="gap_log",
        wanted=-1,
        name=_lt("Agents' Word above the Log"),
        help=_lt(
            "By how many points more often agents say that it is solved than customers "
            "stay away afterwards."
        ),
        more=RATE_OF["agent_solved_rate"],
        less=RATE_OF["solved_first_rate"],
        records=contacts(DONE),
    ),
)

COMPLAINTS = (
    Complained(
        code="complaints",
        wanted=0,
        name=_lt("Complaints"),
        help=_lt("Complaints that came in in the period."),
        measure="complaint_count",
        records=Records("crm.complaint", "received_on"),
    ),
    Complained(
        code="acknowledge_due",
        name=_lt("To Be Acknowledged"),
        help=_lt(
            "Those of them of which the customer has been told that we take care of "
            "it, or should have been by now. Only where a team promises an answer."
        ),
        measure="acknowledge_due_count",
    ),
    Complained(
        code="acknowledged",
        name=_lt("Acknowledged in Time"),
        help=_lt(
            "Complaints of which the customer was told that we take care of it, before "
            "the time was over in which the team promises an answer."
        ),
        measure="acknowledged_count",
    ),
    Rate(
        code="acknowledged_rate",
        name=_lt("Share Acknowledged in Time"),
        help=_lt("Complaints acknowledged in time, of all that had to be by now."),
        part="acknowledged",
        whole=("acknowledge_due",),
        measure="acknowledged_rate",
        records=Records("crm.complaint", "received_on", (("answer_by", "!=", False),)),
    ),
    Closed(
        code="closed_complaints",
        name=_lt("Closed Complaints"),
        help=_lt("Complaints that ended in the period, however they ended."),
        measure="closed_count",
        records=CLOSED_COMPLAINTS,
    ),
    Closed(
        code="resolved",
        name=_lt("Solved and Felt Heard"),
        help=_lt("Complaints of which the customer said both."),
        measure="resolved_count",
        records=RESOLVED_COMPLAINTS,
    ),
    Rate(
        code="resolved_rate",
        name=_lt("Share Solved and Felt Heard"),
        help=_lt(
            "Complaints of which the customer said both, of all that ended in the "
            "period."
        ),
        part="resolved",
        whole=("closed_complaints",),
        measure="resolved_rate",
        records=CLOSED_COMPLAINTS,
    ),
    Closed(
        code="second_contacts",
        name=_lt("Second Contacts"),
        help=_lt("Closed complaints after which we got in touch once more, unasked."),
        measure="second_contact_count",
    ),
    Rate(
        code="second_contact_rate",
        name=_lt("Share with Second Contact"),
        help=_lt(
            "Complaints after which we got in touch once more, of all that ended in "
            "the period."
        ),
        part="second_contacts",
        whole=("closed_complaints",),
        measure="second_contact_rate",
        records=CLOSED_COMPLAINTS,
    ),
    Closed(
        code="reopened",
        name=_lt("Reopened Before"),
        help=_lt("Closed complaints that had been taken up again at least once."),
        measure="reopened_count",
    ),
    Rate(
        code="reopened_rate",
        wanted=-1,
        name=_lt("Share Reopened"),
        help=_lt(
            "Complaints that had been taken up again at least once, of all that ended "
            "in the period."
        ),
        part="reopened",
        whole=("closed_complaints",),
        measure="reopened_rate",
        records=CLOSED_COMPLAINTS,
    ),
    Closed(
        code="followed",
        name=_lt("Led to Something Good"),
        help=_lt(
            "Complaints solved and felt heard whose solution the customer has since "
            "confirmed as a benefit, or after which the customer introduced somebody."
        ),
        measure="followed_count",
    ),
    Rate(
        code="followed_rate",
        name=_lt("Share That Led to Something Good"),
        help=_lt(
            "Complaints after which the customer confirmed a benefit or introduced "
            "somebody, of all that were solved and felt heard."
        ),
        part="followed",
        whole=("resolved",),
        measure="followed_rate",
        records=RESOLVED_COMPLAINTS,
    ),
    Closed(
        code="days_to_end",
        name=_lt("Median Days to the End"),
        help=_lt(
            "Half of the complaints that ended took no longer, from the day they came "
            "in."
        ),
        measure="days_to_end",
        aggregator="avg",
        format="decimal",
        base="closed_complaints",
        records=CLOSED_COMPLAINTS,
    ),
)

HANDOVERS = (
    Asked(
        code="questions",
        name=_lt("Questions to Colleagues"),
        help=_lt("Questions that were asked in the period, and not withdrawn."),
        measure="question_count",
        records=QUESTIONS,
    ),
    Asked(
        code="told_due",
        name=_lt("Answers Due"),
        help=_lt(
            "Those of them of which the customer has been told the answer, or should "
            "have been by now."
        ),
        measure="told_due_count",
    ),
    Asked(
        code="told_in_time",
        name=_lt("Answers Told in Time"),
        help=_lt(
            "Questions whose answer the customer heard on the day it was due, or "
            "before."
        ),
        measure="told_in_time_count",
    ),
    Rate(
        code="told_rate",
        name=_lt("Share Told in Time"),
        help=_lt("Answers that the customer heard in time, of all that were due."),
        part="told_in_time",
        whole=("told_due",),
        measure="told_rate",
        records=QUESTIONS,
    ),
    Asked(
        code="unanswered",
        name=_lt("Never Answered"),
        help=_lt("Questions whose deadline is over and that nobody has answered."),
        measure="unanswered_count",
        records=Records(
            "crm.service.handover",
            "create_date",
            (("state", "=", "asked"), ("deadline", "<", "today")),
        ),
    ),
    Asked(
        code="answered",
        name=_lt("Answered Questions"),
        help=_lt("Questions that the colleague has answered."),
        measure="answered_count",
        records=ANSWERS,
    ),
    Asked(
        code="hours_to_answer",
        wanted=-1,
        name=_lt("Median Hours to Answer"),
        help=_lt(
            "Half of the answers took no longer, in the working hours of the company."
        ),
        measure="hours_to_answer",
        aggregator="avg",
        format="decimal",
        base="answered",
        records=ANSWERS,
    ),
)

AUTHORITY = (
    Given(
        code="gestures",
        name=_lt("Gestures with a Price"),
        help=_lt(
            "Gestures that cost money, and were agreed or put to somebody for "
            "approval in the period."
        ),
        measure="gesture_count",
        records=gestures(),
    ),
    Given(
        code="within_limit",
        name=_lt("Within Authority"),
        help=_lt("Those of them that nobody else had to approve."),
        measure="within_limit_count",
    ),
    Rate(
        code="within_limit_rate",
        name=_lt("Share within Authority"),
        help=_lt("Gestures that nobody else had to approve, of all that cost money."),
        part="within_limit",
        whole=("gestures",),
        measure="within_limit_rate",
        records=gestures(),
    ),
    Given(
        code="decided",
        name=_lt("Approvals Decided"),
        help=_lt("Gestures above the limit on which somebody else has decided."),
        measure="decided_count",
        records=gestures(ABOVE_LIMIT, ("approved_on", "!=", False)),
    ),
    Given(
        code="unchanged",
        name=_lt("Approved Unchanged"),
        help=_lt("Those of them that were approved as they had been asked for."),
        measure="unchanged_count",
    ),
    Rate(
        code="unchanged_rate",
        name=_lt("Share Approved Unchanged"),
        help=_lt(
            "Gestures approved as they had been asked for, of all approvals that are "
            "decided. When it is high, the limit may be the problem, and not people."
        ),
        part="unchanged",
        whole=("decided",),
        measure="unchanged_rate",
        records=gestures(ABOVE_LIMIT, ("approved_on", "!=", False)),
    ),
    Given(
        code="hours_to_decide",
        wanted=-1,
        name=_lt("Median Hours to Approval"),
        help=_lt(
            "Half of the approvals were decided no later, nights and holidays "
            "included: the customer waits then, too."
        ),
        measure="hours_to_decide",
        aggregator="avg",
        format="decimal",
        base="decided",
        records=gestures(ABOVE_LIMIT, ("approved_on", "!=", False)),
    ),
)

DUTY = (
    Promised(
        code="promised_hours",
        name=_lt("Promised Hours"),
        help=_lt("Hours in which customers may count on somebody."),
        measure="promised_hours",
        format="decimal",
        records=COVERAGE,
    ),
    Promised(
        code="covered_hours",
        name=_lt("Covered Hours"),
        help=_lt("Those of them in which somebody was on duty, or is going to be."),
        measure="covered_hours",
        format="decimal",
        records=COVERAGE,
    ),
    Promised(
        code="gap_contacts",
        wanted=-1,
        name=_lt("Contacts in Gaps"),
        help=_lt(
            "How often customers turned to us in promised hours in which nobody was on "
            "duty."
        ),
        measure="gap_contacts",
        records=Records("crm.service.coverage", "date", (("gap_contacts", ">", 0),)),
    ),
    Rate(
        code="coverage",
        name=_lt("Coverage"),
        help=_lt("Hours in which somebody was on duty, of the hours promised."),
        part="covered_hours",
        whole=("promised_hours",),
        measure="coverage",
        records=COVERAGE,
    ),
)

FIGURES = (*CONTACTS, *GAPS, *COMPLAINTS, *HANDOVERS, *AUTHORITY, *DUTY)

BY_CODE = {figure.code: figure for figure in FIGURES}


def words(code: str) -> dict[str, str]:
    """:return: name and help of a field of an analysis, as the figure has them"""
    return words_of(BY_CODE[code])


def quotients(model: str) -> dict[str, tuple[str, str]]:
    """:return: the rates of an analysis: by its field the measures that are divided"""
    return rates_of(FIGURES, model)
