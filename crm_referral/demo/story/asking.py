"""A request of the demo story walks through its six steps, as its rep would have it."""

import re
import unicodedata
from functools import partial

from .customers import WORDS

STEPS = ("benefits", "profile", "value", "suggest", "introduce", "follow_through")
LEADS = ("open", "won", "lost")
# What becomes of a person who was introduced, in order; before that they agree.
AFTER_YES = {
    "introduced": ["introduce"],
    "contacted": ["introduce", "contact"],
    "objected": ["introduce", "object"],
    **dict.fromkeys(LEADS, ["introduce", "contact", "convert"]),
}
NO_NEED = "We met, and there is no need at present."
# Wins that are older have been told to whoever made them possible.
TOLD_AFTER = 30


class Asking:
    """One request.

    :param diary: when things happen, and in whose name
    :param plot: the kinds.Request that is told
    :param customers: the contacts who are asked, by their key
    """

    def __init__(self, diary, plot, customers):
        self.diary = diary
        self.plot = plot
        self.customers = customers
        self.env = diary.of(plot.rep, plans=not plot.outcome)
        self.referral = None
        self.candidates = {}

    def plan(self):
        """Plan the request from its beginning to where it is now."""
        acts = [self.start, *self._walk()]
        self.diary.plan_between(self.plot.day, self.plot.until, acts)

    def _walk(self):
        """:return: all that happens after the start, one after the other."""
        plot = self.plot
        last = plot.step or ("introduce" if plot.outcome in ("none", "nobody") else "")
        acts = []
        for step in STEPS:
            if step == last:
                break
            acts += self._pass_step(step)
        if not last:
            return acts
        acts += self._begin_step(last)
        if plot.outcome == "nobody":
            acts.append(self.next)
        elif plot.outcome:
            acts.append(self.end)
        return acts

    def _pass_step(self, step):
        if self.plot.skipped and self.plot.skipped[0] == step:
            return [lambda: self.referral.action_skip_step(self.plot.skipped[1])]
        if step == "follow_through":
            return [*self._follow(), partial(self.finish_step, self.keep_promise)]
        note = self.answer if step == "introduce" else getattr(self, f"note_{step}")
        return [partial(self.finish_step, note)]

    def _begin_step(self, step):
        """:return: what is noted in a step that is not complete."""
        if step == "profile":
            return [self.note_challenge]
        if step == "suggest" and self.plot.people:
            return [self.note_suggest]
        if step == "introduce":
            return [self.answer]
        if step == "follow_through":
            return self._follow()
        return []

    # The six steps

    def start(self):
        """The rep asks; where a rule speaks against it, a manager allows it."""
        plot = self.plot
        customer = self.customers[plot.customer]
        words = WORDS[plot.customer]
        Benefit = self.env["crm.referral.benefit"]
        if not Benefit.search_count([("partner_id", "=", customer.id)]):
            Benefit.create(
                {
                    "partner_id": customer.id,
                    "name": words.benefit,
                    "measure": words.measure,
                    "delivered_on": self.diary.day(plot.day + 60),
                }
            )
        values = {"partner_id": customer.id, "user_id": self.env.uid}
        asker = self.env
        if plot.override:
            asker = self.diary.of("miriam")
            values["override_reason"] = plot.override
        referral = asker["crm.referral"].create(values)
        self.referral = referral.with_env(self.env)

    def finish_step(self, note):
        note()
        self.next()

    def next(self):
        self.referral.action_next_step()

    def note_benefits(self):
        self.referral.benefit_ids.write({"confirmed": True})

    def note_challenge(self):
        self.referral.challenge = WORDS[self.plot.customer].challenge

    def note_profile(self):
        words = WORDS[self.plot.customer]
        self.referral.write(
            {
                "challenge": words.challenge,
                "improvement": words.improvement,
                "missed_by_others": words.missed,
            }
        )

    def note_value(self):
        plot = self.plot
        names = plot.motives.split() or ["help_somebody"]
        motives = [self.diary.get(f"motive_{name}").id for name in names]
        values = {"motive_ids": motives, "motive_note": plot.note}
        if plot.promise:
            values["promise"] = plot.promise
        if plot.due:
            values["promise_deadline"] = self.diary.day(plot.due)
        self.referral.write(values)

    def note_suggest(self):
        for person in self.plot.people:
            self.candidates[person] = self.env["crm.referral.candidate"].create(
                {
                    "referral_id": self.referral.id,
                    "name": person.name,
                    "function": person.function,
                    "partner_name": person.company,
                    "named_by": person.named_by,
                    "customer_answer": person.said,
                    "introduction_channel": person.channel,
                }
            )

    def answer(self):
        """What the customer says about each of them."""
        for person, candidate in self.candidates.items():
            if person.end == "suggested":
                continue
            if person.end == "declined":
                candidate.closing_note = person.note
                candidate.action_decline()
                self.inform(person)
            elif person.end == "unfit" and self.plot.outcome == "none":
                self.find_unfit(person)
            else:
                candidate.action_agree()

    def _follow(self):
        acts = []
        for person in self.plot.people:
            steps = list(AFTER_YES.get(person.end, ()))
            if self.plot.outcome and person.end == "contacted":
                steps.append("give_up")
            elif self.plot.outcome and person.end == "open":
                steps.append("tell")
            elif person.end == "unfit":
                steps.append("find_unfit")
            acts += [partial(getattr(self, step), person) for step in steps]
        return acts

    # What happens with one person

    def introduce(self, person):
        candidate = self.candidates[person]
        research = "research_person" if person.end in LEADS else "research_organization"
        values = {"introduced_on": self.diary.today, "email": get_email(person)}
        if person.note and person.end not in ("lost", "objected"):
            values[research] = person.note
        candidate.write(values)
        candidate.action_introduce()

    def contact(self, person):
        today = self.diary.today
        candidate = self.candidates[person]
        candidate.write({"contacted_on": today, "informed_on": today})
        candidate.action_contact()

    def convert(self, person):
        candidate = self.candidates[person]
        candidate.action_convert()
        lead = candidate.lead_id
        lead.expected_revenue = person.revenue
        if lead.type == "lead":
            lead.convert_opportunity(lead.partner_id)
        lead.sudo().date_open = self.env.cr.now()  # sudo: Odoo noted the present
        if person.end != "open":
            self.diary.plan((person.closed, partial(self.close_lead, person)))

    def close_lead(self, person):
        """The lead is won or lost, often long after the request has ended."""
        is_news = person.closed <= TOLD_AFTER
        env = self.diary.of(self.plot.rep, plans=is_news)
        lead = self.candidates[person].lead_id.with_env(env)
        if person.end == "won":
            lead.action_set_won()
        else:
            lead.action_set_lost()
        # sudo: Odoo noted the present
        lead.sudo().date_closed = self.env.cr.now()
        if person.key:
            self.customers[person.key] = lead.partner_id
        if not is_news:
            self.tell(person)

    def tell(self, person):
        candidate = self.candidates[person]
        candidate.action_referrer_told()
        candidate.referrer_told_on = self.diary.today  # a rep notes the day, too

    def give_up(self, person):
        self.candidates[person].closing_note = NO_NEED
        self.candidates[person].action_decline()
        self.tell(person)

    def find_unfit(self, person):
        self.candidates[person].action_unfit()
        self.inform(person)

    def inform(self, person):
        """Who was named, and led nowhere, hears of it when the request ends."""
        if person.name and self.plot.outcome:
            self.candidates[person].informed_on = self.diary.today

    def object(self, person):
        candidate = self.candidates[person]
        candidate.closing_note = person.note
        candidate.action_object()
        # sudo: the action noted the present
        candidate.sudo().objected_on = self.diary.today

    # The end

    def keep_promise(self):
        if self.plot.kept == "kept":
            self.referral.action_promise_kept()
        elif self.plot.kept:
            self.referral.action_promise_not_kept()

    def end(self):
        """The request ends before its last step is done."""
        outcome = self.plot.outcome
        if outcome == "cancelled":
            self.referral.action_cancel()
        elif outcome == "none":
            self.referral.action_no_candidate()
        else:
            reason = self.diary.get(f"decline_reason_{outcome}")
            self.referral.action_decline(reason.id, note=self.plot.note)


def get_email(person):
    """An address of this person that nobody has.

    :rtype: str
    """
    if person.mail:
        return f"{person.mail}.example.com"
    words = (person.name.split()[0], person.company)
    local, domain = (
        re.sub(
            r"\W",
            "",
            unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode(),
        )
        for word in words
    )
    return f"{local}@{domain}.example.com".lower()
