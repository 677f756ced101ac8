"""Rounds and checklists of the demo story are sent, answered, signed and followed."""

import random
from collections import defaultdict
from functools import partial

REVERSED = 6  # what an answer and its opposite add up to
# What an answer is worth on the scale; what does not apply is worth nothing.
ANSWERS = {"y": 1.0, "p": 0.5, "n": 0.0, "x": None}
# Days after which a manager stops waiting for a customer.
PATIENCE = 15


class Hearing:
    """What is common to both: a round, and the forms that people fill in."""

    framework = ""

    def __init__(self, diary, plot, customers):
        self.diary = diary
        self.plot = plot
        self.customers = customers
        self.round = None

    def of(self, login):
        return self.diary.of(login, plans=self._is_going_on())

    def _is_going_on(self):
        """:return: whether somebody still has to do something."""
        raise NotImplementedError

    def _start(self, login, **values):
        values["framework_id"] = self.diary.get_framework(self.framework).id
        env = self.of(login)
        # The forms say it all; what is tracked of them would be read by nobody.
        Round = env["crm.assessment.round"].with_context(tracking_disable=True)
        self.round = Round.create(values)
        self.round._start("hand")

    def _get_form(self, viewpoint, env):
        """:return: the form of a viewpoint, as the person sees it who fills it in"""
        forms = self.round._search_assessments()
        form = forms.filtered(lambda form: form.viewpoint == viewpoint).with_env(env)
        return form.with_context(tracking_disable=True)

    def _get_section(self, code, framework=""):
        sections = self.diary.get_framework(framework or self.framework).section_ids
        return sections.filtered(lambda section: section.code == code)

    def _answer(self, lines, worth):
        """:param float worth: from 0 to 1; None for what does not apply"""
        options = self.diary.get_framework(self.framework).scale_id.option_ids
        option = options.filtered(
            lambda each: (
                each.is_not_applicable
                if worth is None
                else each.value == worth and not each.is_not_applicable
            )
        )
        lines.write({"option_id": option.id})


class Listening(Hearing):
    """A PRIDE round."""

    framework = "pride"

    def _is_going_on(self):
        return self.plot.is_open

    def plan(self):
        plot = self.plot
        entries = [(plot.day, self.start)]
        if plot.employee:
            entry = partial(self.answer, "employee", plot.user)
            entries.append((plot.day - 1, entry))
        if plot.manager:
            entry = partial(self.answer, "manager", plot.leader)
            entries.append((plot.day - 3, entry))
        if plot.customer:
            entries.append((plot.day - 5, self.answer_as_customer))
        elif not plot.is_open:
            entries.append((plot.day - PATIENCE, self.close))
        for action in plot.actions:
            entries.append((plot.day - 6, partial(self.decide, action)))
        self.diary.plan(*entries)

    def start(self):
        contact = self.customers[self.plot.partner]
        self._start(
            self.plot.leader,
            partner_id=contact.commercial_partner_id.id,
            contact_id=contact.id,
            user_id=self.diary.users[self.plot.user].id,
            manager_id=self.diary.users[self.plot.leader].id,
        )

    def close(self):
        self.round.with_env(self.diary.of(self.plot.leader)).action_close()

    def answer(self, viewpoint, login):
        form = self._get_form(viewpoint, self.of(login))
        self._fill_in(form, getattr(self.plot, viewpoint))
        form.action_done()

    def answer_as_customer(self):
        # In sudo mode, like the page behind the personal link.
        form = self._get_form("customer", self.diary.env)
        self._fill_in(form, self.plot.customer)
        for line in form.line_ids:
            if line.kind == "rating":
                line.rating = str(self.plot.recommend)
            elif line.kind == "text":
                line.note = self.plot.says
        form.action_done()

    def _fill_in(self, form, levels):
        """:param str levels: for each letter how much the person agrees"""
        chance = random.Random(f"{self.plot.partner} {self.plot.day} {form.viewpoint}")
        level_of = dict(zip(form.framework_id.section_ids, levels, strict=True))
        answers = defaultdict(form.line_ids.browse)
        for line in form.line_ids.filtered(lambda line: line.kind == "scale"):
            level = int(level_of[line.section_id])
            level += chance.choice((-1, 0, 0, 0, 1))
            level = min(max(level, 1), 5)
            answers[REVERSED - level if line.is_reversed else level] |= line
        for level, lines in answers.items():
            self._answer(lines, (level - 1) / 4)

    def decide(self, action):
        """The manager decides what is done about a weak letter."""
        env = self.diary.of(self.plot.leader)
        record = env["crm.assessment.action"].create(
            {
                "round_id": self.round.id,
                "section_id": self._get_section(action.letter).id,
                "kind": action.kind,
                "name": action.name,
                "user_id": self.diary.users[action.owner].id,
                "deadline": self.diary.day(action.due),
                "cause": action.cause,
            }
        )
        if action.done:
            done = partial(self.finish, record, action)
            self.diary.plan((action.done, done))

    def finish(self, record, action):
        record = record.with_env(self.diary.of(action.owner))
        record.effect = action.effect
        record.action_done()


class Coaching(Hearing):
    """A BE SURE checklist."""

    framework = "be_sure"

    def _is_going_on(self):
        plot = self.plot
        return not (plot.review and plot.is_noted) or (
            plot.dispute and not plot.settled
        )

    def plan(self):
        plot = self.plot
        entries = [
            (plot.day, self.start),
            (plot.day, partial(self.answer, "self", plot.agent, plot.own)),
        ]
        if plot.review:
            entry = partial(self.answer, "reviewer", plot.reviewer, plot.review)
            entries.append((plot.day - 2, entry))
        if plot.dispute:
            entries.append((plot.day - 3, self.dispute))
        elif plot.review and plot.is_noted:
            entries.append((plot.day - 4, self.take_note))
        if plot.coaching:
            entries.append((plot.day - 5, self.coach))
        if plot.settled:
            entries.append((plot.day - 7, self.settle))
        self.diary.plan(*entries)

    def start(self):
        plot = self.plot
        contact = self.customers[plot.partner]
        env = self.diary.of(plot.agent)
        values = {}
        if plot.is_about_request:
            mine = [("partner_id", "=", contact.id), ("user_id", "=", env.uid)]
            referral = env["crm.referral"].search(mine, limit=1)
            values["referral_id"] = referral.id
        self._start(
            plot.agent,
            partner_id=contact.id,
            user_id=env.uid,
            manager_id=self.diary.users[plot.reviewer].id,
            **values,
        )

    def answer(self, viewpoint, login, answers):
        form = self._get_form(viewpoint, self.of(login))
        lines = form.line_ids.filtered(lambda line: line.kind == "scale")
        by_answer = defaultdict(lines.browse)
        for line, answer in zip(lines, answers, strict=True):
            by_answer[answer] |= line
        for answer, answered in by_answer.items():
            self._answer(answered, ANSWERS[answer])
            if answer == "n":
                answered.write({"cause": "agent"})
        for number, letter, note in self.plot.organization:
            if answers[number] == "n":
                section = self._get_section(letter, "pride")
                values = {"cause": "organization", "cause_section_id": section.id}
                lines[number].write({**values, "note": note})
        form.action_done()

    def _as(self, login):
        return self.round.with_env(self.of(login))

    def take_note(self):
        self._as(self.plot.agent).action_acknowledge()
        # sudo: the action noted the present
        self.round.sudo().acknowledged_on = self.diary.today

    def dispute(self):
        self._as(self.plot.agent).action_dispute(self.plot.dispute)

    def settle(self):
        self._as("miriam").action_settle("self", self.plot.settled)

    def coach(self):
        letter, name, due, cause = self.plot.coaching
        env = self.diary.of(self.plot.reviewer)
        env["crm.assessment.action"].create(
            {
                "round_id": self.round.id,
                "section_id": self._get_section(letter).id,
                "kind": "coaching",
                "name": name,
                "user_id": env.uid,
                "deadline": self.diary.day(due),
                "cause": cause,
            }
        )
