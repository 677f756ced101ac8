"""Customers call, and agents write it down in the quick screen, as it happened."""

from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytz

from .complaining import ADDON

UNKNOWN = "Femi Adebayo +44 20 7946 0931"
SOON = timedelta(minutes=4)


class Waiting(NamedTuple):
    """A call of today, in which a customer allows us to call back.

    ``begins`` and ``ends`` are in hours from now; without them any time is good.
    """

    agent: str
    customer: str
    reason: str
    note: str
    begins: int = 0
    ends: int = 0
    hours_ago: int = 2
    tries: int = 0


WAITING = [
    Waiting(
        "ravi", "catering", "amount", "Which of the two invoices is the right one?"
    ),
    Waiting("aisha", "tea", "where", "物流單號查不到，想知道今天會不會到。", -1, 72),
    Waiting(
        "aisha", "kitchens", "how_to", "How to set the timer for the night", 20, 24
    ),
    # The one whom we have not reached, and did not try again.
    Waiting(
        "ravi", "boatyard", "promise", "Was promised a call on Monday", -26, -22, 28, 1
    ),
]


class Calling:
    """Calls of the last days.

    :param diary: when things happen, and in whose name
    """

    def __init__(self, diary):
        self.diary = diary

    def plan(self):
        """Plan all of it."""
        self._plan_who_called_twice()
        for waiting in WAITING:
            self._plan_waiting(waiting)
        now = self.diary.now
        for hours, act in (
            (3, self.ask_in_vain),
            (1.5, partial(self.take, "ravi", "Mrs. Lange +49 421 496 0118")),
            (0.5, partial(self.take, "aisha", "Henk +31 20 496 0112")),
        ):
            self.diary.plan_at(now - timedelta(hours=hours), act)

    # === SOMEBODY UNKNOWN, TWICE === #

    def _plan_who_called_twice(self):
        """“It gurgles”: asked a technician, called back, and it was not understood."""
        moment = self.diary.find_moment(10)
        hour = (moment + timedelta(hours=22)).replace(minute=0)
        self.window = (hour, hour + timedelta(hours=2))
        again = max(moment + timedelta(days=3), self.diary.find_moment(6))
        for when, act in (
            (moment, self.hear_it_gurgle),
            (moment + SOON, self.ask_technician),
            (moment + timedelta(hours=3), self.answer),
            (hour + timedelta(minutes=15), self.call_back),
            (again, self.hear_it_again),
        ):
            self.diary.plan_at(when, act)

    def hear_it_gurgle(self):
        """Nobody asks for a customer number."""
        self.first = self.log(
            "aisha",
            words=UNKNOWN,
            reason_id=self._get("reason_defect").id,
            note="It gurgles when the second tap is open",
            **self._offer(*self.window),
        )

    def ask_technician(self):
        self.first.outcome = "handed_over"
        self.question = self._ask(
            *(self.first, "tom", 9),
            "The heater gurgles, but only while the second tap is open. Is it air?",
        )

    def answer(self):
        self.question.with_env(self.diary.of("tom")).action_answer(
            "Air in the line. Close the second valve, open the first for a minute."
        )

    def call_back(self):
        """Within the time that he named; then the agent says that it is solved."""
        self.first.action_called()
        self.question.action_told()
        self.first.write({"agent_solved": True, "outcome": "solved"})
        self.first.action_done()

    def hear_it_again(self):
        """He had closed the other one: which is the second is a matter of view."""
        self.log(
            "aisha",
            words=UNKNOWN,
            reason_id=self._get("reason_defect").id,
            note="It still gurgles: he had closed the other valve",
            previous_id=self.first.id,
            miss_id=self._get("miss_not_understood").id,
            solved=True,
        )

    # === WHO WAITS === #

    def _plan_waiting(self, waiting):
        now = self.diary.now
        self.diary.plan_at(
            now - timedelta(hours=waiting.hours_ago), partial(self.promise, waiting)
        )

    def promise(self, waiting):
        window = ()
        if waiting.ends:
            window = [
                self.diary.now + timedelta(hours=hours)
                for hours in (waiting.begins, waiting.ends)
            ]
        customer = self.diary.get(f"partner_{waiting.customer}_demo")
        contact = self.log(
            waiting.agent,
            partner=customer.child_ids[:1] or customer,
            reason_id=self._get(f"reason_{waiting.reason}").id,
            note=waiting.note,
            **self._offer(*window),
        )
        if waiting.tries:
            late = window[1] - timedelta(minutes=30)
            self.diary.plan_at(late, contact.action_not_reached)

    def ask_in_vain(self):
        """The answer is still out."""
        customer = self.diary.get("partner_electrical_demo")
        contact = self.log(
            "ravi",
            partner=customer.child_ids[:1],
            reason_id=self._get("reason_how_to").id,
            note="May both units hang on one fuse?",
        )
        contact.write({"outcome": "handed_over", "state": "waiting"})
        self._ask(
            contact, "yichun", -1, "Two units on one fuse of 16 A: is it allowed?"
        )

    def take(self, agent, words):
        """A call of which only the name is noted yet."""
        self.log(agent, words=words)

    # === BUSINESS METHODS === #

    def _get(self, name):
        return self.diary.get(f"{ADDON}.{name}")

    def log(self, agent, partner=None, **values):
        """:return: what is logged in the quick screen, in somebody's name"""
        Contact = self.diary.of(agent)["crm.service.contact"]
        if partner:
            values["partner_id"] = partner.id
        zone = Contact._imagine(values.get("partner_id"))._get_callback_timezone()
        for fname in ("callback_from", "callback_to"):
            if values.get(fname):
                moment = pytz.utc.localize(values[fname])
                local = moment.astimezone(pytz.timezone(zone))
                values[fname] = f"{local:%Y-%m-%dT%H:%M}"
        found = Contact.log_contact({"channel": "phone", **values})
        return Contact.browse(found["id"])

    def _offer(self, begins=False, ends=False):
        """:return: values: the customer allows us to call back"""
        return {
            "callback_wanted": True,
            "callback_from": begins,
            "callback_to": ends,
        }

    def _ask(self, contact, colleague, days, question):
        return contact.env["crm.service.handover"].create(
            {
                "contact_id": contact.id,
                "to_user_id": self.diary.users[colleague].id,
                "question": question,
                "deadline": self.diary.day(days),
            }
        )
