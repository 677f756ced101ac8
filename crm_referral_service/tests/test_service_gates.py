from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_service_access import ServiceRolesCommon


@tagged("post_install", "-at_install")
class TestComplaintGates(ServiceRolesCommon):
    """Whatever the way in: a call, an import, or defaults of a context."""

    def _close(self, complaint):
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        return complaint

    def test_only_steps_lead_to_what_the_customer_says(self):
        said = {
            "resolved": {"solved": "yes", "felt_heard": "yes"},
            "fixed": {"solved": "yes", "felt_heard": "no"},
            "calmed": {"solved": "no", "felt_heard": "yes"},
            "unresolved": {"solved": "no", "felt_heard": "no"},
        }
        for outcome, values in said.items():
            values = {**values, "outcome": outcome, "unresolved_reason": "No time"}
            with self.subTest(outcome):
                complaint = self._create_complaint()
                with self.assertRaises(UserError):
                    complaint.write(values)
                with self.assertRaises(UserError):
                    self._create_complaint(**values)
                defaults = {f"default_{key}": value for key, value in values.items()}
                with self.assertRaises(UserError):
                    complaint.with_context(**defaults).create({})

    def test_nothing_is_created_further_on(self):
        last = self.env["crm.complaint"]._get_steps()[-1]
        model = self.env["crm.complaint"].with_user(self.agent)
        with self.assertRaises(UserError):
            model.create({"step_id": last.id})
        with self.assertRaises(UserError):
            model.with_context(default_step_id=last.id).create({})
        for severity in ("4", "1"):
            complaint = model.create({"severity": severity})
            self.assertEqual(complaint.step_code, "greet")

    def test_import_passes_no_gate(self):
        last = self.env["crm.complaint"]._get_steps()[-1]
        result = (
            self.env["crm.complaint"]
            .with_user(self.agent)
            .load(
                ["story", "severity", "step_id"],
                [["Imported", "A nuisance", last.name]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("not finished yet", str(result["messages"]))

    def test_what_became_of_it_is_history(self):
        complaint = self._close(self._create_complaint())
        for values in (
            {"outcome": "withdrawn", "unresolved_reason": "Never mind"},
            {"solved": "no"},
            {"felt_heard": "partly"},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                complaint.write(values)
        complaint.action_reopen("It gurgles again")
        complaint.solved = "no"
        self.assertEqual(complaint.solved, "no")

    def test_nothing_goes_out_for_what_has_ended(self):
        complaint = self._close(self._create_complaint())
        with self.assertRaises(UserError):
            self._ask(complaint)
        with self.assertRaises(UserError):
            self.env["crm.complaint.gesture"].with_user(self.agent).create(
                {"complaint_id": complaint.id, "type_id": self.apology.id}
            )

    def test_nothing_happens_in_the_future(self):
        complaint = self._create_complaint()
        later = self.env.cr.now() + timedelta(days=2)
        for fname, value in (
            ("received_on", later),
            ("acknowledged_on", later),
            ("second_contact_done_on", later.date()),
        ):
            with self.subTest(fname), self.assertRaises(ValidationError):
                complaint[fname] = value

    def test_reason_is_a_leaf(self):
        group = self.reason.parent_id or self.reason.create({"name": "Group"})
        self.reason.parent_id = group
        complaint = self._create_complaint()
        with self.assertRaises(ValidationError):
            complaint.reason_id = group
        complaint.reason_id = self.reason

    def test_nobody_hides_a_complaint(self):
        complaint = self._create_complaint()
        with self.assertRaises(AccessError):
            complaint.action_archive()
        with self.assertRaises(AccessError):
            self._create_complaint(active=False)
        complaint.with_user(self.manager).action_archive()
        self.assertFalse(complaint.active)

    def _ask(self, complaint, user=None, **values):
        return (
            self.env["crm.service.handover"]
            .with_user(user or self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    **values,
                }
            )
        )

    def test_nobody_holds_up_a_complaint_of_others(self):
        complaint = self._create_complaint()
        with self.assertRaises(AccessError):
            self._ask(complaint, self.stranger)

    def test_what_was_answered_stays(self):
        handover = self._ask(self._create_complaint())
        asked = handover.with_user(self.technician)
        asked.action_answer("Air in the pump")
        for seen, values in (
            (asked, {"answer": "I never said so"}),
            (handover, {"question": "Another one"}),
            (handover, {"to_user_id": self.colleague.id}),
            (handover, {"complaint_id": self._create_complaint().id}),
        ):
            with self.subTest(values), self.assertRaises(UserError):
                seen.write(values)

    def test_who_is_asked_in_service_changes_nothing_else_either(self):
        handover = self._ask(self._create_complaint(), to_user_id=self.stranger.id)
        asked = handover.with_user(self.stranger)
        for values in ({"question": "Another one"}, {"to_user_id": self.colleague.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                asked.write(values)
        asked.answer = "Air in the pump"

    def test_question_belongs_to_the_company_of_the_complaint(self):
        self.agent.company_ids += self.other_company
        complaint = self._create_complaint()
        handover = self._ask(
            complaint.with_company(self.other_company), self.agent
        ).with_company(self.other_company)
        self.assertEqual(handover.company_id, complaint.company_id)

    def test_another_colleague_is_asked(self):
        handover = self._ask(self._create_complaint())
        handover.to_user_id = self.colleague
        self.assertEqual(handover.sudo().activity_ids.user_id, self.colleague)


@tagged("post_install", "-at_install")
class TestAuthorityGates(ServiceRolesCommon):
    """Nobody gives more than they may, in whatever way."""

    def _propose(self, user=None, **values):
        complaint = values.pop("complaint", None) or self._create_complaint()
        return (
            self.env["crm.complaint.gesture"]
            .with_user(user or self.agent)
            .create({"complaint_id": complaint.id, "type_id": self.refund.id, **values})
        )

    def _allow(self, max_amount, **holder):
        return self.env["crm.service.authority"].create(
            {"type_id": self.refund.id, "max_amount": max_amount, **holder}
        )

    def test_limit_of_another_team_is_not_borrowed(self):
        rich = self.team.copy({"name": "Rich", "member_ids": False})
        self._allow(9000, team_id=rich.id)
        complaint = self._create_complaint()
        complaint.team_id = rich
        gesture = self._propose(amount=500, complaint=complaint)
        gesture.action_agree()
        self.assertEqual(gesture.state, "to_approve")

    def test_no_number_is_within_no_limit(self):
        self._allow(200, user_id=self.agent.id)
        with self.assertRaisesRegex(ValueError, "NaN"):
            self._propose(amount=float("nan"))
        gesture = self._propose(amount=100)
        with self.assertRaisesRegex(ValueError, "NaN"):
            gesture.write({"amount": float("nan")})
            self.env.flush_all()

    def test_nothing_costly_in_what_costs_nothing(self):
        with self.assertRaises(ValidationError):
            self._propose(type_id=self.apology.id, amount=900)

    def test_gesture_stays_with_its_complaint(self):
        gesture = self._propose(amount=100)
        with self.assertRaises(UserError):
            gesture.complaint_id = self._create_complaint()

    def test_somebody_unknown_has_a_limit_a_year(self):
        self._allow(200, user_id=self.agent.id, max_per_customer_year=300)
        complaint = self._create_complaint(partner_id=False, caller_name="A. Lin")
        states = []
        for _number in range(2):
            gesture = self._propose(amount=200, complaint=complaint)
            gesture.action_agree()
            states.append(gesture.state)
        self.assertEqual(states, ["agreed", "to_approve"])

    def test_who_approves_may_see_it(self):
        """Not the leader of the team, who does not see what is confidential."""
        self.team.user_id = self.colleague
        self._allow(9000, user_id=self.colleague.id)
        for is_confidential, approver in ((False, self.colleague), (True, None)):
            complaint = self._create_complaint(is_confidential=is_confidential)
            gesture = self._propose(amount=500, complaint=complaint)
            gesture.action_agree()
            user = gesture.sudo().activity_ids.user_id
            self.assertTrue(gesture.with_user(user).has_access("read"))
            self.assertEqual(user == self.colleague, approver is not None)

    def test_approver_who_left_is_not_asked(self):
        self.manager.active = False
        gesture = self._propose(amount=500)
        gesture.action_agree()
        user = gesture.sudo().activity_ids.user_id
        self.assertTrue(user.active)
        self.assertNotEqual(user, self.manager)

    def test_gestures_of_a_call_are_guarded(self):
        with self.assertRaises(AccessError):
            self._create_complaint(
                gesture_ids=[
                    Command.create({"type_id": self.refund.id, "state": "agreed"})
                ]
            )


@tagged("post_install", "-at_install")
class TestConfidential(ServiceRolesCommon):
    """What is confidential does not show through anything around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(is_confidential=True)

    def test_no_name_is_told(self):
        names = self.complaint.sudo().display_name
        self.assertNotIn("Clinic", names)
        self.assertNotIn("Clinic", str(self.complaint.activity_ids.mapped("res_name")))

    def test_who_may_not_see_it_does_not_follow_it(self):
        complaint = self._create_complaint()
        complaint.message_subscribe(self.colleague.partner_id.ids)
        complaint.is_confidential = True
        self.assertNotIn(self.colleague.partner_id, complaint.message_partner_ids)

    def test_who_hands_it_over_has_nothing_to_do_any_more(self):
        self.complaint.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        )
        self.complaint.message_subscribe(self.agent.partner_id.ids)
        self.complaint.with_user(self.manager).user_id = self.colleague
        sudo = self.complaint.sudo()
        self.assertEqual(sudo.activity_ids.user_id, self.colleague)
        self.assertNotIn(self.agent.partner_id, sudo.message_partner_ids)

    def test_leader_who_may_not_see_it_is_not_told(self):
        self.team.user_id = self.colleague
        self.complaint.sudo()._remind_leader({self.complaint.sudo(): lambda r: r.name})
        users = self.complaint.sudo().activity_ids.user_id
        self.assertNotIn(self.colleague, users)
        for user in users:
            self.assertTrue(self.complaint.with_user(user).has_access("read"))

    def test_nothing_around_it_is_found(self):
        self.complaint.message_post(body="Secret words")
        self.complaint.with_user(self.agent).write(self._fill_in_until_gesture())
        self.env.flush_all()
        for user in (self.colleague, self.stranger, self.salesperson, self.technician):
            env = self.env(user=user, su=False)
            for model, domain in (
                ("mail.message", [("model", "=", "crm.complaint")]),
                ("mail.activity", [("res_model", "=", "crm.complaint")]),
            ):
                found = env[model].search([*domain, ("res_id", "=", self.complaint.id)])
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(found)
            if env["crm.complaint"].has_access("read"):
                self.assertFalse(env["crm.complaint"].name_search(self.complaint.name))
                for domain in (
                    [("gesture_ids.note", "ilike", "Secret")],
                    [("message_ids.body", "ilike", "Secret")],
                    [("activity_ids.summary", "!=", False)],
                ):
                    found = env["crm.complaint"].search(domain)
                    self.assertNotIn(self.complaint.id, found.ids)

    def _fill_in_until_gesture(self):
        return {
            "gesture_ids": [
                Command.create({"type_id": self.apology.id, "note": "Secret"})
            ]
        }

    def test_good_moment_and_benefit_are_not_told(self):
        self.complaint.write(self._fill_in(self.complaint, "follow_through"))
        self.complaint.action_next_step()
        self.assertFalse(
            self.env["crm.referral.ask"].search(
                [("partner_id", "=", self.customer.id), ("moment", "=", "complaint")]
            )
        )

    def test_readiness_tells_the_fact_only(self):
        note = self.customer.with_user(self.salesperson).referral_readiness_note
        self.assertIn("open complaint", note)
        self.assertNotIn(self.complaint.name, note)

    def test_second_reopening_without_a_team(self):
        complaint = self._create_complaint(user=self.manager)
        complaint.team_id = False
        for _time in range(2):
            complaint.with_user(self.manager).action_withdraw("Changed their mind")
            complaint.with_user(self.manager).action_reopen("And again")
        self.assertEqual(complaint.reopen_count, 2)


@tagged("post_install", "-at_install")
class TestWhoIsAsked(ServiceRolesCommon):
    """A colleague of another department sees the question, and nothing around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint(story="Secret words")
        cls.handover = (
            cls.env["crm.service.handover"]
            .with_user(cls.agent)
            .with_context(tracking_disable=False)
            .create(
                {
                    "complaint_id": cls.complaint.id,
                    "to_user_id": cls.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )
        cls.asked = cls.handover.with_user(cls.technician)

    def test_complaint_is_no_field_of_theirs(self):
        self.technician.group_ids += self.env.ref("base.group_allow_export")
        self.assertNotIn("complaint_id", self.asked.fields_get())
        for call in (
            lambda: self.asked.read(["complaint_id"]),
            lambda: self.asked.search([("complaint_id", "!=", False)]),
            lambda: self.asked.search([("complaint_id.story", "ilike", "Secret")]),
            lambda: self.asked.search([], order="complaint_id"),
            lambda: self.asked._read_group([], ["complaint_id"], ["__count"]),
            lambda: self.asked.export_data(["complaint_id/name"]),
            lambda: self.asked.write({"complaint_id": self.complaint.id}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_nothing_names_the_complaint(self):
        secrets = (self.complaint.name, self.customer.name, "Secret")
        asked = self.asked
        told = [
            asked.display_name,
            str(asked.name_search("gurgle")),
            str(asked.read()),
            *asked.message_ids.mapped("body"),
            *(asked.message_ids.mapped(lambda m: m.subject or "")),
            *(asked.message_ids.mapped(lambda m: m.record_name or "")),
            *(asked.activity_ids.mapped(lambda a: str(a.read()))),
            str(asked.message_ids.sudo().tracking_value_ids.mapped("new_value_char")),
        ]
        self.assertTrue(asked.activity_ids)
        for text in told:
            for secret in secrets:
                self.assertNotIn(secret, text)

    def test_mail_to_them_names_nobody(self):
        self.assertTrue(self.technician.email)
        with patch.object(
            type(self.env["mail.mail"]), "send", lambda self, *args, **kw: True
        ):
            message = self.asked.with_context(tracking_disable=False).message_post(
                body="I look into it", partner_ids=self.colleague.partner_id.ids
            )
        mails = (
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        )
        for text in [*mails.mapped("body_html"), *mails.mapped("subject")]:
            self.assertNotIn(self.complaint.name, text or "")
            self.assertNotIn(self.customer.name, text or "")

    def test_activity_of_the_teller_is_not_theirs(self):
        self.asked.action_answer("Air in the pump")
        self.assertEqual(self.handover.sudo().activity_ids.user_id, self.agent)

    def test_salesperson_reads_no_question(self):
        for user in (self.salesperson, self.sales_manager, self.employee):
            model = self.env["crm.service.handover"].with_user(user)
            self.assertFalse(model.search([]))
            self.assertFalse(model.name_search("gurgle"))


@tagged("post_install", "-at_install")
class TestShiftRights(ServiceRolesCommon):
    """Only who works in service says who is on duty."""

    def test_employee_plans_no_shift(self):
        values = {
            "name": "Duty",
            "start": "2026-11-30 08:00:00",
            "stop": "2026-11-30 16:00:00",
        }
        model = self.env["calendar.event"].with_user(self.employee)
        for vals, context in (
            ({"service_team_id": self.team.id}, {}),
            ({}, {"default_service_team_id": self.team.id}),
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                model.with_context(**context).create({**values, **vals})
