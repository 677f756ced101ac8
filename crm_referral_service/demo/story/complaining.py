"""A complaint of the demo story walks through its seven steps, as its agent would."""

from datetime import timedelta
from functools import partial

from .duty import find_night

STEPS = (
    *("greet", "listen", "question", "empathise", "address", "test"),
    "follow_through",
)
# What happens when the customer has heard our answer.
AFTER = ("test", "follow_through")
PAUSE = timedelta(minutes=4)
ADDON = "crm_referral_service"
LEADER = "helen"


class Complaining:
    """One complaint.

    :param diary: when things happen, and in whose name
    :param plot: the kinds.Complaint that is told
    """

    def __init__(self, diary, plot):
        self.diary = diary
        self.plot = plot
        self.is_going_on = bool(plot.step and not plot.outcome) or bool(plot.reopened)
        self.env = self.of(plot.agent) if plot.agent else diary.env
        self.contact = self._find_contact() if plot.customer else None
        self.complaint = None
        self.gestures = {}
        self.handovers = {}

    def of(self, login):
        """:return: an environment of somebody who acts"""
        return self.diary.of(login, plans=self.is_going_on)

    def _get(self, name):
        return self.diary.get(f"{ADDON}.{name}")

    def _find_contact(self):
        ref = self.diary.env.ref
        name = f"partner_{self.plot.customer}_demo"
        company = ref(f"{ADDON}.{name}", raise_if_not_found=False)
        return (company or ref(f"crm_referral.{name}")).child_ids[:1]

    def _as(self, env):
        return self.complaint.with_env(env)

    # === PLAN === #

    def plan(self):
        """Plan the complaint from its beginning to where it is now."""
        plot = self.plot
        call, answer, later = self._walk()
        if plot.is_at_night:
            night = find_night(self.diary, self._get_team(), 3, 10)
            self.diary.plan_at(night, call.pop(0))
        answered = plot.day - plot.wait
        days = [plot.day] * len(call) + [answered] * len(answer)
        days += self.diary.spread(answered - 1, plot.until, len(later))
        moment = self.diary.find_moment(plot.day)
        last = plot.day
        for act, day in zip([*call, *answer, *later], days, strict=True):
            if day != last:
                moment, last = max(moment, self.diary.find_moment(day)), day
            self.diary.plan_at(moment, act)
            moment += PAUSE
        if plot.asked:
            self.diary.plan((plot.asked, self.ask), (plot.asked - 1, self.go_on_asking))

    def _get_team(self):
        return self.diary.get("crm_team_care_demo")

    def _walk(self):
        """:return: what happens at once, until the customer has an answer, and later
        :rtype: tuple[list, list, list]
        """
        plot = self.plot
        call, answer, later = [self.take], [], []
        for step in STEPS:
            acts = getattr(self, f"_walk_{step}")()
            part = later if step in AFTER else call
            if step == "address":
                part = answer
                call += self._walk_promise()
            part += acts
            if step == plot.step:
                part += [self.end] if plot.outcome else []
                break
            part.append(self.next)
        else:
            later += [self.reopen] if plot.reopened else []
        return call, answer, later

    def _walk_greet(self):
        if not self.plot.agent:
            return []
        mails = [partial(self.post, mail) for mail in self.plot.mails]
        return [self.acknowledge, *mails]

    def _walk_listen(self):
        return [partial(self.note, "story", "feeling_ids")]

    def _walk_question(self):
        fields = ("basic_facts", "details", "severity", "wanted_remedy", "reason_id")
        return [partial(self.note, *fields)]

    def _walk_empathise(self):
        return [partial(self.note, "common_ground")]

    def _walk_promise(self):
        plot = self.plot
        questions = [partial(self.put, question) for question in plot.questions]
        gestures = [partial(self.propose, gesture) for gesture in plot.gestures]
        return [partial(self.note, "our_part"), *questions, *gestures]

    def _walk_address(self):
        acts = []
        for question in self.plot.questions:
            if question.answer:
                acts.append(partial(self.answer_question, question))
                if question.is_told:
                    acts.append(partial(self.tell, question))
        acts += [partial(self.decide, gesture) for gesture in self.plot.gestures]
        return acts if self.plot.gestures else [*acts, self.want_nothing]

    def _walk_test(self):
        plot = self.plot
        acts = []
        for ending in plot.endings[:-1]:
            # To what we do, or further back to what we have in common.
            steps = 1 if ending.felt_heard == "yes" else 2
            acts += [partial(self.hear, ending), *[self.back] * steps]
            acts += [partial(self.put_down, our_part=plot.again), *[self.next] * steps]
        acts += [partial(self.hear, ending) for ending in plot.endings[-1:]]
        if plot.why and not plot.outcome:
            acts.append(partial(self.put_down, unresolved_reason=plot.why))
        return acts

    def _walk_follow_through(self):
        if self.plot.step == "follow_through":
            return [self.arrange]
        delivered = [
            partial(self.deliver, gesture)
            for gesture in self.plot.gestures
            if gesture.end == "delivered"
        ]
        return [*delivered, self.get_in_touch]

    # === THE SEVEN STEPS === #

    def take(self):
        """Somebody turns to us: on the phone, or in writing when nobody has it yet."""
        plot = self.plot
        values = {"user_id": self.env.uid, "is_confidential": plot.is_confidential}
        if self.contact:
            values["partner_id"] = self.contact.id
        if plot.phone:
            values["phone"] = plot.phone
        if not plot.agent:
            values.update(user_id=False, team_id=self._get_team().id, story=plot.story)
        self.complaint = self.env["crm.complaint"].create(values)

    def acknowledge(self):
        self.complaint.action_acknowledge()

    def note(self, *names):
        """Note what the customer says; what is not said yet is left out."""
        plot = self.plot
        said = {
            "story": plot.story,
            "feeling_ids": [
                self._get(f"feeling_{name}").id for name in plot.feelings.split()
            ],
            "basic_facts": plot.facts,
            "details": plot.details,
            "severity": plot.severity,
            "wanted_remedy": plot.remedy,
            "reason_id": plot.reason and self._get(f"reason_{plot.reason}").id,
            "common_ground": plot.common,
            "our_part": plot.our_part,
        }
        self.complaint.write({name: said[name] for name in names if said[name]})

    def put_down(self, **values):
        self.complaint.write(values)

    def next(self):
        self.complaint.action_next_step()

    def back(self):
        self.complaint.action_previous_step()

    def put(self, question):
        self.handovers[question] = self.env["crm.service.handover"].create(
            {
                "complaint_id": self.complaint.id,
                "to_user_id": self.diary.users[question.colleague].id,
                "question": question.text,
                "deadline": self.diary.day(question.due),
            }
        )

    def answer_question(self, question):
        handover = self.handovers[question]
        handover.with_env(self.of(question.colleague)).action_answer(question.answer)

    def tell(self, question):
        self.handovers[question].action_told()

    def propose(self, gesture):
        record = self.env["crm.complaint.gesture"].create(
            {
                "complaint_id": self.complaint.id,
                "type_id": self._get(f"gesture_type_{gesture.kind}").id,
                "amount": gesture.amount,
                "note": gesture.note,
            }
        )
        self.gestures[gesture] = record
        record.action_agree()

    def decide(self, gesture):
        """What waits for approval is decided by who leads the team."""
        record = self.gestures[gesture].with_env(self.of(LEADER))
        if record.state != "to_approve" or gesture.end == "to_approve":
            return
        if gesture.end == "refused":
            record.action_refuse(gesture.word)
        else:
            record.action_approve(gesture.word)

    def deliver(self, gesture):
        self.gestures[gesture].action_deliver()

    def want_nothing(self):
        self.put_down(nothing_material_wanted=True)

    def hear(self, ending):
        """Both endings, told to the agent or said on the own page."""
        if ending.via == "agent":
            self.put_down(solved=ending.solved, felt_heard=ending.felt_heard)
            return
        values = {"solved": ending.solved, "felt_heard": ending.felt_heard}
        self._act_on_page("answer", words=ending.words, **values)

    def _act_on_page(self, action, **values):
        # In sudo mode, like the page behind the personal link.
        self._as(self.diary.env)._act_on_page(action, values)

    def arrange(self):
        """The second contact is still to come."""
        self.put_down(second_contact_on=self.diary.day(-3))

    def get_in_touch(self):
        self.put_down(
            second_contact_reason=self.plot.second,
            second_contact_done_on=self.diary.today,
            scope="systemic" if self.plot.cause else "one_off",
        )
        if self.plot.cause:
            self.do_away_with_the_cause(*self.plot.cause)

    def do_away_with_the_cause(self, letter, name, due):
        """Who leads the team decides what is done about it."""
        sections = self.diary.get_framework("pride").section_ids
        section = sections.filtered(lambda each: each.code == letter)
        self.put_down(section_ids=section.ids)
        env = self.of(LEADER)
        env["crm.assessment.action"].create(
            {
                "complaint_id": self.complaint.id,
                "partner_id": self.contact.commercial_partner_id.id,
                "company_id": self.complaint.company_id.id,
                "section_id": section.id,
                "name": name,
                "user_id": env.uid,
                "deadline": self.diary.day(due),
                "cause": self.plot.story,
            }
        )

    # === BESIDE THE STEPS === #

    def post(self, mail):
        """A mail of the thread, which has come and gone long ago."""
        if mail.is_from_customer:
            self._as(self.diary.env).message_post(
                author_id=self.contact.id,
                body=mail.text,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
            )
        else:
            self.complaint.message_post(body=mail.text, subtype_xmlid="mail.mt_comment")

    def end(self):
        """It ends before its last step: withdrawn, or somebody else's."""
        plot = self.plot
        if plot.outcome == "withdrawn":
            self.complaint.action_withdraw(plot.why)
        else:
            self.complaint.action_pass_on(plot.why, plot.passed_on_to)

    def reopen(self):
        """It comes back, to what we can do."""
        self._act_on_page("reopen", words=self.plot.reopened)

    def ask(self):
        """What was put right is the first thing that we ask about."""
        self.request = self.env["crm.referral"].create(
            {"partner_id": self.contact.id, "user_id": self.env.uid}
        )
        self.request.benefit_ids.write({"confirmed": True})

    def go_on_asking(self):
        self.request.action_next_step()
