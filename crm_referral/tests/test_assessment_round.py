from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentRound(AssessmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Anita Oliver",
                "parent_id": cls.customer_company.id,
                "email": "anita@example.com",
            }
        )
        cls.customer_company.user_id = cls.rep

    @classmethod
    def _start(cls, user=None):
        return cls._start_round(cls.customer_company, user or cls.rep)

    def _fill(self, assessment, goodness, user=None):
        """Answer everything with the same goodness from 0 to 4, reversed ones too."""
        options = self.pride.scale_id.option_ids
        entries = assessment.form_id._get_entries("items")
        for line in assessment.with_user(user or self.env.user).line_ids:
            if line.kind == "scale":
                is_reversed = entries[line.item_id.id]["is_reversed"]
                line.option_id = options[4 - goodness if is_reversed else goodness]
            elif line.kind == "rating":
                line.rating = str(goodness * 2 + 2)
        return assessment

    def _by_viewpoint(self, round_):
        return {a.viewpoint: a for a in round_._search_assessments()}

    def _answer_all(self, round_, customer=3, employee=3, manager=3):
        forms = self._by_viewpoint(round_)
        self._fill(forms["customer"].sudo(), customer).action_done()
        for viewpoint, user, goodness in (
            ("employee", self.rep, employee),
            ("manager", round_.manager_id, manager),
        ):
            form = forms[viewpoint].with_user(user)
            self._fill(form, goodness, user)
            form.action_done()
        return round_

    def _run(self, what):
        self.env.flush_all()
        self._run_cron(f"crm_assessment.ir_cron_assessment_{what}")
        self.env.invalidate_all()

    def test_item_bank(self):
        """Four items a letter and viewpoint, a recommendation and free answers."""
        self.assertEqual("".join(self.pride.section_ids.mapped("letter")), "PRIDE")
        for section in self.pride.section_ids:
            for viewpoint in ("customer", "employee", "manager"):
                items = section.item_ids.filtered(
                    lambda item, viewpoint=viewpoint: item.viewpoint == viewpoint
                )
                self.assertGreaterEqual(len(items), 4, (section.code, viewpoint))
                self.assertTrue(any(items.mapped("is_reversed")))
        kinds = self.pride.item_ids.filtered(lambda item: not item.section_id)
        self.assertEqual(set(kinds.mapped("kind")), {"rating", "text"})
        self.assertTrue(
            self.pride.item_ids.filtered("asks_control").section_id.code, "external"
        )

    def test_a_round_asks_three_viewpoints(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        self.assertEqual(forms.keys(), {"customer", "employee", "manager"})
        self.assertEqual(set(round_._search_assessments().mapped("state")), {"sent"})
        self.assertEqual(round_.manager_id, self.leader)
        self.assertEqual(round_.contact_id, self.person)
        self.assertEqual(round_.deadline, fields.Date.today() + timedelta(days=14))
        for viewpoint, user in (("employee", self.rep), ("manager", self.leader)):
            activity = forms[viewpoint].activity_ids
            self.assertEqual(activity.user_id, user)
            self.assertEqual(activity.date_deadline, round_.deadline)
            self.assertEqual(activity.activity_type_id.name, "Answer")
            self.assertEqual(
                activity.summary, f"Your answers about {round_.partner_id.name}"
            )
        self.assertFalse(forms["customer"].activity_ids)
        [mail] = self._get_link_mails(self.person)
        token = forms["customer"].sudo().access_token
        self.assertIn(f"/assessment/feedback/{token}", self._get_sent_body(mail))

    def test_the_link_is_in_no_chatter(self):
        round_ = self._start()
        token = self._by_viewpoint(round_)["customer"].sudo().access_token
        records = [*round_._search_assessments(), round_]
        for record in records:
            bodies = "".join(record.sudo().message_ids.mapped("body"))
            self.assertNotIn(token, bodies)
        found = (
            self.env["mail.message"]
            .with_user(self.rep)
            .search([("body", "ilike", token)])
        )
        self.assertFalse(found.filtered("model"))

    def test_click_again_goes_on(self):
        round_ = self._start()
        action = self.customer_company.with_user(self.rep).action_start_pride_round()
        self.assertEqual(action["res_id"], round_.id)

    @mute_logger("odoo.sql_db")
    def test_one_open_round(self):
        """Also when two send at the same moment, and so do not see each other's."""
        self._start()
        draft = self.env["crm.assessment.round"].create(
            {"partner_id": self.customer_company.id}
        )
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            draft.state = "open"
            draft.flush_recordset()

    def test_blind_until_all_have_answered(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        self._fill(forms["customer"].sudo(), 3).action_done()
        self.assertEqual(round_.state, "open")
        self.env.invalidate_all()
        for user in (self.rep, self.leader, self.manager):
            seen = round_.with_user(user).assessment_ids
            self.assertNotIn(forms["customer"], seen.sudo())
            self.assertFalse(round_.with_user(user).result)
        self.assertIn("Done", round_.with_user(self.rep).progress)
        self.assertEqual(
            round_.with_user(self.rep).my_assessment_id.sudo(), forms["employee"]
        )
        for viewpoint, user in (("employee", self.rep), ("manager", self.leader)):
            form = forms[viewpoint].with_user(user)
            self._fill(form, 3, user)
            form.action_done()
        self.assertEqual(round_.state, "done")
        self.assertFalse(forms["employee"].activity_ids)
        self.assertEqual(len(round_.with_user(self.rep).assessment_ids), 3)
        with self.assertRaises(UserError):
            round_.with_user(self.rep).action_answer()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_starts_a_round_does_not_see_or_give_the_customers_answers(self):
        round_ = self._start()
        form = self._by_viewpoint(round_)["customer"]
        form.sudo().line_ids[:1].note = "Half-written"
        self.env.invalidate_all()
        form = form.with_user(self.rep)
        self.assertEqual(form.create_uid, self.rep)
        self.assertFalse(form.line_ids)
        self.env.invalidate_all()
        line = form.sudo().line_ids[:1].with_user(self.rep)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            line.read(["note"])
        with self.assertRaises(AccessError):
            line.note = "Answered in the customer's place"

    def test_a_form_of_a_round_is_signed_by_who_is_asked(self):
        forms = self._by_viewpoint(self._start())
        for viewpoint in ("customer", "manager"):
            with self.assertRaisesRegex(UserError, "waits for your answers"):
                forms[viewpoint].with_user(self.rep).action_done()
        with self.assertRaisesRegex(UserError, "waits for your answers"):
            forms["employee"].with_user(self.manager).action_done()

    def test_a_round_settles_who_is_asked(self):
        round_ = self._start()
        form = self._by_viewpoint(round_)["manager"].with_user(self.rep)
        for vals in (
            {"respondent_id": self.rep.id},
            {"round_id": False},
            {"state": "cancelled"},
            {"active": False},
        ):
            with self.assertRaisesRegex(UserError, "Whom a round asks"):
                form.write(vals)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            form.action_cancel()
        values = {
            "framework_id": self.pride.id,
            "partner_id": self.customer_company.id,
            "viewpoint": "employee",
            "user_id": self.rep.id,
        }
        Assessment = self.env["crm.assessment"].with_user(self.rep)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            Assessment.create({**values, "round_id": round_.id})
        alone = Assessment.with_context(
            default_round_id=round_.id, default_state="done", default_score=100
        ).create(values)
        self.assertFalse(alone.round_id)
        self.assertEqual(alone.state, "draft")
        self.assertIs(alone.score, False)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            alone.round_id = round_

    def test_defaults_of_other_windows_are_no_result(self):
        round_ = self._start_with_defaults(
            default_state="done", default_score=100, default_stage_id=1
        )
        self.assertEqual(round_.state, "draft")
        self.assertIs(round_.score, False)
        self.assertFalse(round_.stage_id)

    @classmethod
    def _start_with_defaults(cls, **context):
        Round = cls.env["crm.assessment.round"].with_user(cls.rep)
        return Round.with_context(**context).create(
            {"partner_id": cls.customer_company.id}
        )

    def test_result(self):
        round_ = self._answer_all(self._start(), customer=3, employee=4, manager=1)
        self.assertEqual(round_.score, 75)
        self.assertEqual(round_.level, "strong")
        self.assertEqual(round_.recommendation, 8)
        self.assertEqual(round_.stage_id.code, "loyal")
        self.assertIn("75", round_.stage_explanation)
        self.assertIn("70", round_.stage_explanation)
        result = round_.with_user(self.rep).result
        self.assertEqual(
            [letter["letter"] for letter in result["letters"]], list("PRIDE")
        )
        self.assertEqual(result["letters"][0]["score"], 75)
        self.assertEqual(
            [score["answered"] for score in result["letters"][0]["scores"]], [4, 4, 4]
        )
        self.assertEqual(len(result["gaps"]), 5)
        self.assertEqual(
            result["gaps"][0],
            "The person who serves sees Process 75 points better than the manager.",
        )
        partner = self.customer_company.with_user(self.rep)
        self.assertEqual(partner.loyalty_stage_id.code, "loyal")
        self.assertEqual(partner.loyalty_score, 75)
        self.assertEqual(partner.assessment_round_count, 1)
        domain = [("loyalty_stage_id.code", "=", "loyal")]
        self.assertIn(partner, partner.search(domain))
        groups = partner._read_group(
            [("id", "=", partner.id)], ["loyalty_stage_id"], ["__count"]
        )
        self.assertEqual(groups, [(partner.loyalty_stage_id, 1)])
        other = self.person.with_user(self.rep)
        self.assertIs(other.loyalty_score, False)

    def test_loyalty_is_per_company(self):
        self._answer_all(self._start())
        self.assertFalse(
            self.customer_company.with_company(self.other_company).loyalty_stage_id
        )

    def test_weak_letters_need_a_decision(self):
        round_ = self._answer_all(self._start(), customer=1)
        self.assertEqual(round_.score, 25)
        self.assertEqual(round_.stage_id.code, "lost")
        self.assertEqual(len(round_.weak_section_ids), 5)
        self.assertEqual(round_.undecided_count, 5)
        decide = self.env.ref("crm_assessment.mail_activity_type_decide")
        self.assertEqual(round_.activity_ids.activity_type_id, decide)
        self.assertEqual(round_.activity_ids.user_id, self.leader)
        action = round_.with_user(self.leader).action_decide()
        with Form(
            self.env["crm.assessment.action"]
            .with_user(self.leader)
            .with_context(**action["context"])
        ) as form:
            form.name = "Confirm dates in writing"
            form.deadline = "2030-01-01"
        first = form.save()
        self.assertEqual(first.section_id.code, "process")
        self.assertEqual(first.partner_id, self.customer_company)
        self.assertEqual(first.score_before, 25)
        self.assertEqual(first.activity_ids.user_id, self.leader)
        self.assertEqual(round_.undecided_count, 4)
        for section in round_.weak_section_ids - first.section_id:
            self.env["crm.assessment.action"].create(
                {
                    "name": "Leave it",
                    "kind": "acceptance",
                    "round_id": round_.id,
                    "section_id": section.id,
                    "deadline": "2030-01-01",
                }
            )
        self.assertEqual(round_.undecided_count, 0)
        self.assertFalse(round_.activity_ids)
        with self.assertRaises(UserError):
            round_.action_decide()
        first.action_cancel()
        self.assertEqual(round_.undecided_count, 1)

        first.action_reopen()
        first.action_done()
        second_round = self._answer_all(self._start(), customer=3)
        self.assertNotEqual(second_round, round_)
        self.assertEqual(first.score_after, 75)
        trend = second_round.with_user(self.rep).result["trend"]
        self.assertEqual([entry["score"] for entry in trend], [25, 75])
        letters = [str(section.id) for section in self.pride.section_ids]
        for entry, score in zip(trend, (25, 75), strict=True):
            self.assertEqual(entry["letters"], dict.fromkeys(letters, score))

    def _decide(self, round_, sections=None, **values):
        return self.env["crm.assessment.action"].create(
            [
                {
                    "name": "Leave it",
                    "kind": "acceptance",
                    "round_id": round_.id,
                    "section_id": section.id,
                    "user_id": self.leader.id,
                    "deadline": fields.Date.today() + timedelta(days=30),
                    **values,
                }
                for section in sections or round_.weak_section_ids
            ]
        )

    def _get_undecided(self):
        """What the filters find: rounds and customers."""
        self.env.flush_all()
        self.env.invalidate_all()
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        Partner = self.env["res.partner"].with_user(self.rep)
        domain = [("undecided_count", ">", 0)]
        return (
            Round.search(domain).sudo(),
            Partner.search([("assessment_round_ids", "any", domain)]).sudo(),
        )

    def test_acceptance_runs_out(self):
        """By its date and not by the job; the job asks for a new decision."""
        round_ = self._answer_all(self._start(), customer=1)
        acceptance = self._decide(round_)[0]
        decide = self.env.ref("crm_assessment.mail_activity_type_decide")
        partner = self.customer_company.with_user(self.rep)
        self.assertFalse(self._get_undecided()[0])
        self.assertFalse(round_.activity_ids)
        with freeze_time(fields.Date.today() + timedelta(days=30)):
            self.env.invalidate_all()
            self.assertFalse(self._get_undecided()[0], "it holds on its last day")
            self.assertFalse(acceptance.is_run_out)
        with freeze_time(fields.Date.today() + timedelta(days=31)):
            self.assertEqual(self._get_undecided(), (round_, self.customer_company))
            self.assertTrue(acceptance.is_run_out)
            self.assertEqual(round_.undecided_count, 5)
            self.assertEqual(partner.undecided_letter_count, 5)
            letters = round_.with_user(self.rep).result["letters"]
            self.assertTrue(all(letter["is_undecided"] for letter in letters))
            self.assertFalse(round_.activity_ids)
            self._run("follow_decisions")
            self.assertEqual(round_.activity_ids.activity_type_id, decide)
            self.assertEqual(round_.activity_ids.user_id, self.leader)
            self.assertIn("Process", round_.activity_ids.note)
            self._run("follow_decisions")
            self.assertEqual(len(round_.activity_ids), 1, "asked once")

            acceptance.deadline = fields.Date.today() + timedelta(days=1)
            self.env.invalidate_all()
            self.assertEqual(round_.undecided_count, 4)
            self._decide(round_, round_.weak_section_ids - acceptance.section_id)
            self.assertFalse(self._get_undecided()[0])
            self.assertFalse(round_.activity_ids)

    def test_undecided_search(self):
        round_ = self._answer_all(self._start(), customer=1)
        other = self._answer_all(self._start(), customer=4)
        self._decide(round_, round_.weak_section_ids[:2])
        Round = self.env["crm.assessment.round"]
        # The later round measured every letter, so the earlier one waits for nothing.
        self.assertEqual(round_.undecided_count, 0)
        other.active = False
        self.env.invalidate_all()
        self.assertEqual(round_.undecided_count, 3)
        for operator, value, expected in (
            (">", 0, round_),
            (">=", 3, round_),
            ("=", 3, round_),
            ("in", [3, 7], round_),
            ("!=", 0, round_),
            ("=", 0, other),
            ("<", 3, other),
            ("!=", 3, other),
            ("<=", 3, round_ + other),
        ):
            found = Round.with_context(active_test=False).search(
                [
                    ("id", "in", (round_ + other).ids),
                    ("undecided_count", operator, value),
                ],
                order="id",
            )
            self.assertEqual(found, expected, (operator, value))

    def test_cancelled_action_is_asked_for_again(self):
        round_ = self._answer_all(self._start(), customer=1)
        action = self._decide(round_, kind="improvement")[0]
        self.assertFalse(round_.activity_ids)
        action.action_cancel()
        self.assertEqual(round_.activity_ids.user_id, self.leader)
        action.action_reopen()
        self.assertFalse(round_.activity_ids)
        self.assertEqual(action.activity_ids.user_id, self.leader)

    def test_next_round_takes_over(self):
        """A letter that was measured again is decided on in the later round."""
        round_ = self._answer_all(self._start(), customer=1)
        self.assertTrue(round_.activity_ids)
        second = self._answer_all(self._start(), customer=1)
        self.env.invalidate_all()
        self.assertEqual(round_.undecided_count, 0)
        self.assertFalse(round_.activity_ids)
        self.assertEqual(second.undecided_count, 5)
        self.assertEqual(second.activity_ids.user_id, self.leader)

    def test_reminder_once(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        employee = forms["employee"].with_user(self.rep)
        self._fill(employee, 3, self.rep)
        employee.action_done()
        Mail = self.env["mail.mail"]
        domain = [("recipient_ids", "in", self.person.ids)]
        before = Mail.search_count(domain)
        self._run("remind")
        self.assertFalse(round_.reminded_on)
        round_.deadline = fields.Date.today() + timedelta(days=2)
        self._run("remind")
        self.assertTrue(round_.reminded_on)
        self.assertEqual(Mail.search_count(domain), before + 1)
        notified = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("model", "=", forms["manager"]._name),
            ]
        )
        self.assertEqual(set(notified.mapped("res_id")), set(forms["manager"].ids))
        self.assertEqual(notified.partner_ids, self.leader.partner_id)
        self._run("remind")
        self.assertEqual(Mail.search_count(domain), before + 1)

    def test_one_reminder_for_all_that_is_missing(self):
        rounds = self._start()
        other = self.env["res.partner"].create(
            {"name": "Second Clinic", "user_id": self.rep.id}
        )
        rounds += self._start_round(other)
        rounds.deadline = fields.Date.today() + timedelta(days=2)
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._run("remind")
        reminders = self.env["mail.message"].search(
            [
                ("id", ">", before),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.leader.partner_id.ids),
            ]
        )
        self.assertEqual(len(reminders), 1)
        self.assertIn("Clinic Riverside", reminders.body)
        self.assertIn("Second Clinic", reminders.body)

    def test_expiry(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        employee = forms["employee"].with_user(self.rep)
        self._fill(employee, 4, self.rep)
        employee.action_done()
        round_.deadline = fields.Date.today() - timedelta(days=1)
        self._run("expire")
        self.assertEqual(round_.state, "done")
        self.assertEqual(forms["customer"].state, "expired")
        self.assertFalse(forms["manager"].activity_ids)
        self.assertIs(round_.score, False, "no score without the customer")
        self.assertEqual(round_.colleague_score, 100)
        self.assertFalse(round_.stage_id, "no stage without the customer")
        self.assertFalse(self.customer_company.loyalty_stage_id)

    def test_expiry_without_any_answer(self):
        round_ = self._start()
        round_.deadline = fields.Date.today() - timedelta(days=1)
        self._run("expire")
        self.assertEqual(round_.state, "done")
        self.assertIs(round_.score, False)
        self.assertEqual(round_.undecided_count, 0)
        self.assertEqual(round_.with_user(self.rep).result["letters"], [])

    def test_cancel_and_revoke(self):
        round_ = self._start()
        round_.with_user(self.leader).action_revoke_link()
        forms = self._by_viewpoint(round_)
        self.assertEqual(round_.link_status, "revoked")
        self.assertEqual(forms["customer"]._get_page_status(), "revoked")
        self.assertEqual(round_.state, "open")
        for method in ("action_resend_link", "action_open_link", "action_revoke_link"):
            with self.assertRaises(UserError):
                getattr(round_.with_user(self.rep), method)()
        round_.with_user(self.rep).action_cancel()
        self.assertEqual(round_.state, "cancelled")
        self.assertEqual(
            set(round_._search_assessments().mapped("state")), {"cancelled"}
        )
        self.assertFalse(forms["employee"].activity_ids)

    def test_revoked_link_is_not_sent(self):
        round_ = self._start()
        customer = self._by_viewpoint(round_)["customer"].sudo()
        self.assertEqual(len(self._get_link_mails(self.person)), 1)
        with self.assertRaises(UserError):
            round_.with_user(self.rep).action_renew_link()
        round_.with_user(self.leader).action_revoke_link()
        round_.deadline = fields.Date.today() + timedelta(days=2)
        self._run("remind")
        self.assertTrue(round_.reminded_on)
        self.assertEqual(len(self._get_link_mails(self.person)), 1)
        token = customer.access_token
        round_.with_user(self.leader).action_renew_link()
        self.assertNotEqual(customer.access_token, token)
        self.assertEqual(round_.link_status, "open")
        mails = self._get_link_mails(self.person)
        self.assertEqual(len(mails), 2)
        self.assertIn(customer.access_token, self._get_sent_body(mails[-1]))
        with self.assertRaises(AccessError):
            round_.with_user(self.colleague).action_revoke_link()
        round_.with_user(self.rep).action_cancel()
        self.assertFalse(round_.link_status)

    def test_without_email_address(self):
        self.person.email = False
        self.customer_company.email = False
        round_ = self._start()
        self.assertEqual(round_.mail_state, "failed")
        self.assertIn("no e-mail address", round_.mail_failure)
        action = round_.with_user(self.rep).action_open_link()
        token = self._by_viewpoint(round_)["customer"].sudo().access_token
        self.assertTrue(action["url"].endswith(token))

    def test_unusual_customers(self):
        Partner = self.env["res.partner"].with_user(self.rep)
        nameless = {"parent_id": self.customer_company.id, "type": "invoice"}
        for values in (
            {"name": "A Person", "email": "person@example.com"},
            {"name": "Unreachable"},
            nameless,
        ):
            customer = Partner.create(values)
            round_ = self._start_round(customer, self.rep)
            self.assertEqual(round_.contact_id, customer.sudo())
            self.assertEqual(len(round_._search_assessments()), 3)
            self.assertTrue(round_.progress)
            round_.with_user(self.rep).action_close()
            self.assertEqual(round_.state, "done")
            self.assertIs(round_.score, False)
            self.assertTrue(round_.with_user(self.rep).result is not None)

    def test_nothing_to_do(self):
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        Assessment = self.env["crm.assessment"].with_user(self.rep)
        for nobody in (Round.browse(), Assessment.browse()):
            self.assertTrue(nobody.action_cancel())
        self.assertTrue(Round.browse().action_close())
        self.assertTrue(Assessment.browse().action_done())
        self.assertFalse(Round.create([]))
        for method in ("action_resend_link", "action_revoke_link", "action_renew_link"):
            with self.assertRaisesRegex(UserError, "not being asked any more"):
                getattr(Round.browse(), method)()
        round_ = self._start().with_user(self.rep)
        round_.action_cancel()
        with self.assertRaisesRegex(UserError, "round that is open"):
            round_.action_cancel()

    def test_one_person_with_two_hats(self):
        """Who serves the customer and leads the team answers once."""
        self.team.user_id = self.rep
        round_ = self._start()
        self.assertFalse(round_.manager_id)
        self.assertEqual(self._by_viewpoint(round_).keys(), {"customer", "employee"})
        self.assertIn("The manager", round_._get_missing_viewpoints())
        draft = self.env["crm.assessment.round"].create({"partner_id": self.person.id})
        with self.assertRaisesRegex(ValidationError, "cannot answer twice"):
            draft.write({"user_id": self.rep.id, "manager_id": self.rep.id})

    def test_without_a_leader_who_asks_answers_for_the_organization(self):
        self.team.user_id = False
        self.assertEqual(self._start(self.manager).manager_id, self.manager)

    def test_tagging(self):
        """An answer may belong to several letters; tagging changes no answer."""
        round_ = self._answer_all(self._start(), customer=1)
        line = self._by_viewpoint(round_)["customer"].line_ids.filtered(
            lambda line: line.kind == "text"
        )
        roles, direction = self.pride.section_ids[1], self.pride.section_ids[3]
        line.with_user(self.leader).section_ids = roles | direction
        self.assertEqual(line.section_ids, roles | direction)
        self.assertIn(line, round_.with_user(self.leader).evidence_line_ids.sudo())
        with self.assertRaises(AccessError):
            line.with_user(self.colleague).write({"section_ids": [Command.clear()]})

    def test_tagging_changes_no_letter(self):
        round_ = self._answer_all(self._start())
        line = round_.with_user(self.rep).assessment_ids.line_ids[:1]
        section = self.pride.section_ids[-1]
        name = section.name
        for command in (
            Command.update(section.id, {"name": "Renamed"}),
            Command.delete(section.id),
            Command.create({"name": "New", "framework_id": self.pride.id}),
        ):
            with self.assertRaises(UserError):
                line.write({"section_ids": [command]})
        self.assertEqual(section.name, name)

    def test_delete(self):
        """Nothing stays behind in anybody's list of things to do."""
        round_ = self._start()
        forms = round_._search_assessments()
        activities = forms.activity_ids
        self.assertTrue(activities)
        with self.assertRaises(AccessError):
            round_.with_user(self.rep).unlink()
        round_.with_user(self.manager).unlink()
        self.assertFalse(forms.exists())
        self.assertFalse(activities.exists())

    def test_who_sees_a_round(self):
        round_ = self._answer_all(self._start())
        for user, may in (
            (self.rep, True),
            (self.leader, True),
            (self.manager, True),
            (self.colleague, False),
            (self.foreign_manager, False),
        ):
            self.assertEqual(round_.with_user(user).has_access("read"), may, user.login)
        with self.assertRaises(UserError):
            round_.with_user(self.manager).unlink()

    def test_heat_map(self):
        self._answer_all(self._start(), customer=1)
        HeatMap = self.env["crm.assessment.heat.map"]
        heat_map = HeatMap.with_user(self.rep).get_heat_map("pride")
        self.assertEqual(
            [letter["letter"] for letter in heat_map["letters"]], [*"PRIDE"]
        )
        [row] = [
            row for row in heat_map["rows"] if row["id"] == self.customer_company.id
        ]
        section = self.pride.section_ids[0]
        self.assertEqual(
            row["cells"][section.id], {"score": 25.0, "level": "weak", "n": 1}
        )
        behind = (
            self.env["crm.assessment.score"]
            .with_user(self.rep)
            .search(
                [
                    *heat_map["domain"],
                    ("partner_id", "=", row["id"]),
                    ("section_id", "=", section.id),
                ]
            )
        )
        self.assertEqual(len(behind), 1)
        self.assertFalse(
            HeatMap.with_user(self.colleague).get_heat_map("pride")["rows"]
        )
        teams = HeatMap.with_user(self.manager).get_heat_map("pride", rows="team_id")
        self.assertIn(self.team.id, [row["id"] for row in teams["rows"]])
        for nonsense in ({"rows": "access_token"}, {"viewpoint": "self"}):
            with self.assertRaises(UserError):
                HeatMap.get_heat_map("pride", **nonsense)

    def test_heat_map_filters(self):
        """Every filter narrows down, and a cell opens exactly what it counts."""
        first = self._answer_all(self._start(), customer=1)
        self._answer_all(self._start(), customer=4)
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.manager)
        Score = self.env["crm.assessment.score"].with_user(self.manager)
        choices = HeatMap.get_heat_map_choices("pride")
        self.assertIn(self.team.id, [choice["id"] for choice in choices["team"]])
        self.assertIn(self.rep.id, [choice["id"] for choice in choices["user"]])
        self.assertEqual(len(choices["stage"]), len(self.pride.stage_ids))
        fan = self.customer_company.with_user(self.rep).loyalty_stage_id
        lost = first.stage_id
        self.assertNotEqual(fan, lost)
        for options, score, count in (
            ({}, 100, 1),
            ({"is_latest": True}, 100, 1),
            ({"is_latest": False}, 62.5, 2),
            ({"team": self.team.id, "user": self.rep.id}, 100, 1),
            ({"stage": fan.id, "is_latest": False}, 62.5, 2),
            ({"viewpoint": "manager", "is_latest": False}, 75, 2),
            ({"stage": lost.id}, None, 0),
            ({"user": self.colleague.id}, None, 0),
        ):
            heat_map = HeatMap.get_heat_map("pride", **options)
            rows = {row["id"]: row for row in heat_map["rows"]}
            row = rows.get(self.customer_company.id)
            if score is None:
                self.assertFalse(row, options)
                continue
            for section_id, cell in row["cells"].items():
                self.assertEqual((cell["score"], cell["n"]), (score, count), options)
                behind = [
                    *heat_map["domain"],
                    ("partner_id", "=", row["id"]),
                    ("section_id", "=", section_id),
                ]
                count = Score.search_count(behind)
                self.assertEqual(count, cell["n"], options)

    def test_merge_of_customers_who_are_both_asked(self):
        """The answers given so far are kept, and one round goes on."""
        first = self._start()
        double = self.env["res.partner"].create(
            {"name": "Clinic by the River", "is_company": True, "user_id": self.rep.id}
        )
        second = self._start_round(double)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer_company + double).ids, self.customer_company
        )
        self.env.invalidate_all()
        self.assertEqual((first + second).mapped("state"), ["open", "cancelled"])
        self.assertEqual((first + second).partner_id, self.customer_company)
        self.assertIn(first.display_name, second.message_ids[0].body)

    def test_last_round(self):
        first = self._answer_all(self._start())
        self.assertTrue(first.is_latest)
        second = self._answer_all(self._start())
        running = self._start()
        self.env.invalidate_all()
        rounds = first + second + running
        self.assertEqual(rounds.mapped("is_latest"), [False, True, False])
        found = rounds.search([("id", "in", rounds.ids), ("is_latest", "=", False)])
        self.assertEqual(found, running + first)
