from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .common import AssessmentCase


class TestTold(AssessmentCase):
    """“You told us, we did”: once, to who said it, with the words of the owner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._close_round()
        cls.action = cls._create_action(cls.round)

    @classmethod
    def _create_action(cls, round_, **values):
        return (
            cls.env["crm.assessment.action"]
            .with_user(cls.leader)
            .create(
                {
                    "name": "Bills are checked twice",
                    "round_id": round_.id,
                    "section_id": cls.billing.id,
                    "user_id": cls.employee.id,
                    "deadline": fields.Date.today() + timedelta(days=14),
                    **values,
                }
            )
        )

    def _compose(self, user=None, action=None):
        user = user or self.employee
        window = (action or self.action).with_user(user).action_tell_customer()
        Composer = self.env["mail.compose.message"].with_user(user)
        return Composer.with_context(**window["context"]).create({})

    def _get_mails(self):
        return self.env["mail.mail"].search(
            [
                ("recipient_ids", "in", self.person.ids),
                ("model", "=", "crm.assessment.action"),
            ]
        )

    def test_the_owner_tells_the_customer(self):
        action = self.action.with_user(self.employee)
        self.assertFalse(action.may_tell_customer)
        action.action_done()
        self.assertTrue(action.may_tell_customer)
        action.effect = "No wrong bill since"
        composer = self._compose()
        self.assertEqual(composer.partner_ids, self.person)
        for text in ("Anita Oliver", "Bills are checked twice", "No wrong bill since"):
            self.assertIn(text, composer.body)
        self.assertFalse(self._get_mails())
        composer.action_send_mail()
        [mail] = self._get_mails()
        self.assertEqual(mail.mail_message_id, action.sudo().customer_told_message_id)
        self.assertEqual(action.customer_told_on, date(2026, 3, 2))
        self.assertEqual(action.customer_told_by_id, self.employee)
        self.assertFalse(action.may_tell_customer)

    def test_once(self):
        self.action.action_done()
        first, second = self._compose(), self._compose(self.manager)
        first.action_send_mail()
        with self.assertRaisesRegex(UserError, "has been told already"):
            second.action_send_mail()
        with self.assertRaisesRegex(UserError, "has been told already"):
            self._compose()
        self.assertEqual(len(self._get_mails()), 1)

    def test_an_answer_reaches_the_owner(self):
        self.action.action_done()
        self.action.message_unsubscribe(self.employee.partner_id.ids)
        self._compose(self.manager).action_send_mail()
        self.assertIn(self.employee.partner_id, self.action.message_partner_ids)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        template = self.env.ref("crm_assessment.mail_template_action_done")
        template.with_context(lang="zh_TW").subject = "您說的，我們做到了"
        self.person.lang = "zh_TW"
        self.action.action_done()
        self.assertEqual(self._compose().subject, "您說的，我們做到了")

    def test_nothing_to_tell(self):
        with self.assertRaisesRegex(UserError, "nothing to tell"):
            self._compose()
        silent = self._start_round(
            partner_id=self.other_customer.id, user_id=self.agent.id
        )
        self._sign_colleagues(silent)
        silent.with_user(self.manager).action_close()
        for action in (
            self._create_action(self.round, kind="acceptance"),
            self._create_action(silent),
        ):
            action.state = "done"
            self.assertFalse(action.may_tell_customer)
            with self.assertRaisesRegex(UserError, "nothing to tell"):
                self._compose(self.leader, action)

    def test_who_does_not_want_to_hear(self):
        self.action.action_done()
        composer = self._compose()
        self.person.with_user(self.agent).action_assessment_opt_out()
        with self.assertRaisesRegex(UserError, "does not want to get these mails"):
            composer.action_send_mail()
        with self.assertRaisesRegex(UserError, "does not want to get these mails"):
            self._compose()

    def test_no_address(self):
        self.action.action_done()
        self.person.email = False
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            self._compose()

    def test_others_do_not_tell(self):
        self.action.action_done()
        for user in (self.colleague, self.portal, self.public):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._compose(user)
        with self.assertRaises(AccessError):
            self.action.with_user(self.manager).customer_told_on = "2026-03-01"
        with self.assertRaises(AccessError):
            self.action.with_user(self.colleague).with_context(
                assessment_tell_customer=True
            ).message_post(body="Told")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_mail_that_is_refused_comes_back(self):
        self.action.action_done()
        self._compose().action_send_mail()
        [mail] = self._get_mails()
        mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertFalse(self.action.customer_told_on)
        self.assertTrue(self.action.may_tell_customer)
        todo = self.action.activity_ids.filtered(
            lambda a: "did not reach" in (a.summary or "")
        )
        self.assertEqual(todo.user_id, self.employee)
        self.assertIn("could not be reached", todo.note)
