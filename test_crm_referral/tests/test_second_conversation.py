from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, freeze_time, new_test_user, tagged

NOW = datetime(2026, 3, 2, 9)  # a Monday
STEP = "test_crm_referral.mail_activity_type_step"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecondConversation(TransactionCase):
    """The engine of conversations knows nothing of referrals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction's time is PostgreSQL's, which freezegun does not stop.
        cls.startClassPatcher(patch("odoo.sql_db.BaseCursor.now", lambda cursor: NOW))
        cls.talker, cls.colleague = (
            new_test_user(cls.env, login=f"test_{name}", groups="base.group_user")
            for name in ("talker", "colleague")
        )
        cls.partner = cls.env["res.partner"].create({"name": "Ann"})
        cls.steps = cls.env["test.conversation.step"].search([])
        cls.greet, cls.ask, cls.thank = cls.steps
        cls.conversation = cls._create()

    @classmethod
    def _create(cls, **vals):
        Conversation = cls.env["test.conversation"].with_user(cls.talker)
        return Conversation.create({"partner_id": cls.partner.id, **vals})

    def _get_activities(self, conversation):
        activity_type = self.env.ref(STEP)
        return conversation.activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )

    def test_walks_through_its_own_steps(self):
        talk = self.conversation
        self.assertEqual(talk.step_id, self.greet)
        self.assertEqual(talk.talk_track, "Hello!")
        self.assertEqual(talk.missing_requirements, "Greet them.")
        with self.assertRaisesRegex(UserError, "Greet them"):
            talk.action_next_step()
        talk.greeting = "Good morning"
        talk.action_next_step()
        self.assertEqual(talk.step_id, self.ask)
        talk.action_previous_step()
        self.assertEqual(talk.step_id, self.greet)
        talk.action_next_step()
        talk.question = "And you?"
        talk.action_next_step()
        talk.action_next_step()
        self.assertEqual(talk.outcome, "done")
        self.assertEqual(str(talk.closed_on), "2026-03-02 09:00:00")
        outcomes = talk.step_log_ids.sorted("id").mapped("outcome")
        self.assertEqual(outcomes, ["done", "back", "done", "done", "done"])

    def test_nobody_jumps(self):
        """By no way of writing: the ORM, an import, a call from outside."""
        with self.assertRaises(UserError):
            self.conversation.step_id = self.thank
        with self.assertRaises(UserError):
            self._create(step_id=self.ask.id)
        result = self.conversation.load(
            [".id", "step_id/.id"], [[str(self.conversation.id), str(self.thank.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("Greet them", result["messages"][0]["message"])
        self.assertEqual(self.conversation.step_id, self.greet)
        with self.assertRaises(UserError):
            self.conversation.outcome = "done"

    def test_skip_with_a_reason(self):
        action = self.conversation.action_open_skip_step()
        Wizard = self.env[action["res_model"]].with_user(self.talker)
        Wizard = Wizard.with_context(**action["context"])
        Wizard.create({"reason": "They greeted first"}).action_apply()
        self.assertEqual(self.conversation.step_id, self.ask)
        log = self.conversation.step_log_ids.sorted("id")[0]
        self.assertEqual((log.outcome, log.reason), ("skipped", "They greeted first"))
        with self.assertRaises(UserError):
            Wizard.create({"res_model": "res.partner", "reason": "x"}).action_apply()

    def test_ends_and_goes_on_with_a_reason(self):
        talk = self.conversation
        talk._end_conversation("given_up")
        self.assertFalse(self._get_activities(talk))
        with self.assertRaisesRegex(UserError, "has ended"):
            talk.action_next_step()
        with self.assertRaisesRegex(UserError, "why it goes on"):
            talk.action_reopen()
        with self.assertRaisesRegex(UserError, "why it goes on"):
            talk.outcome = False
        action = talk.action_open_reopen()
        Wizard = self.env[action["res_model"]].with_user(self.talker)
        Wizard = Wizard.with_context(**action["context"])
        Wizard.create({"reason": "They called"}).action_apply()
        self.assertFalse(talk.outcome or talk.closed_on)
        self.assertEqual(talk.reopen_reason, "They called")
        self.assertEqual(len(self._get_activities(talk)), 1)

    def test_archived_is_nobodys_work(self):
        self.conversation.action_archive()
        self.assertFalse(self._get_activities(self.conversation))
        self.conversation.greeting = "Hello"
        with self.assertRaisesRegex(UserError, "archived"):
            self.conversation.action_next_step()
        self.conversation.action_unarchive()
        self.assertEqual(len(self._get_activities(self.conversation)), 1)

    def test_next_activity(self):
        """Due when the step or the conversation says; done means planned anew."""
        activity = self._get_activities(self.conversation)
        self.assertEqual(activity.date_deadline, date(2026, 3, 4))
        self.assertEqual(activity.user_id, self.talker)
        activity.with_user(self.talker).action_feedback()
        self.assertEqual(len(self._get_activities(self.conversation)), 1)
        self.conversation.write({"greeting": "Hello", "question": "Well?"})
        self.conversation.action_next_step()
        self.conversation.action_next_step()
        thanks = self._get_activities(self.conversation)
        self.assertEqual(thanks.date_deadline, date(2026, 3, 3))
        self.assertEqual(thanks.summary, "Thank")

    def test_who_leaves_hands_on(self):
        self.conversation.sudo().team_id = self.env["crm.team"].create(
            {"name": "Talkers", "user_id": self.colleague.id}
        )
        self.talker.active = False
        activity = self._get_activities(self.conversation.sudo())
        self.assertEqual(activity.user_id, self.colleague)

    def test_many_at_once(self):
        Conversation = self.env["test.conversation"].with_user(self.talker)
        self.assertTrue(Conversation.action_next_step(), "none is fine")
        talks = Conversation.create(
            [{"partner_id": self.partner.id, "greeting": "Hi"} for _each in range(20)]
        )
        talks.action_next_step()
        self.assertEqual(talks.step_id, self.ask)
        self.assertEqual(len(self._get_activities(talks)), 20)

    def test_words_and_log_are_nobodys_to_write(self):
        with self.assertRaises(AccessError):
            self.greet.with_user(self.talker).name = "Shout"
        with self.assertRaises(AccessError):
            self.conversation.step_log_ids[0].with_user(self.talker).reason = "x"
        with self.assertRaises(AccessError):
            self.conversation.closed_on = "2026-01-01"

    def test_form(self):
        """The engine's form, with what is noted in the step where it is noted."""
        form = Form(self.env["test.conversation"].with_user(self.talker))
        form.partner_id = self.partner
        talk = form.save()
        self.assertEqual(talk.missing_requirements, "Greet them.")
        with Form(talk) as form:
            form.greeting = "Hello"
        self.assertFalse(talk.missing_requirements)
