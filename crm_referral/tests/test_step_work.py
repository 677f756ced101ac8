import re
from ast import literal_eval
from datetime import date
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ReferralCommon

BATCH_LOGGER = "odoo.addons.crm_foundation.models.crm_batch_mixin"


@tagged("post_install", "-at_install")
class TestWhoHasLeft(ReferralCommon):
    """Work is given to somebody who is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls._create_user(
            "leader", "base.group_user,sales_team.group_sale_salesman_all_leads"
        )
        cls.team = cls.env["crm.team"].create(
            {"name": "Referrals", "user_id": cls.leader.id}
        )
        cls.referral = cls._create_referral(team_id=cls.team.id, promise="Call back")
        cls.kinds = ("mail_activity_type_step", "mail_activity_type_promise")

    def _assert_with(self, user):
        for kind in self.kinds:
            with self.subTest(kind=kind):
                self.assertEqual(
                    self._get_activities(self.referral, kind).user_id, user
                )

    def test_nightly_job_asks_the_team_leader(self):
        self.rep.active = False
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        self._assert_with(self.leader)
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        self._assert_with(self.leader)

    def test_it_moves_when_somebody_leaves(self):
        """Not only in the night."""
        self._assert_with(self.rep)
        self.rep.with_user(self.env.ref("base.user_admin")).active = False
        self._assert_with(self.leader)
        other = self._create_referral(
            user=self.manager, partner_id=self.other_customer.id
        )
        kind = "mail_activity_type_step"
        self.assertEqual(self._get_activities(other, kind).user_id, self.manager)

    def test_the_filter_finds_them(self):
        arch = self.env["crm.referral"].get_view(view_type="search")["arch"]
        node = etree.fromstring(arch).find(".//filter[@name='unassigned']")
        self.assertEqual(
            list(Domain(literal_eval(node.get("domain")))),
            list(self.env["crm.referral"]._get_unassigned_domain()),
        )

    def test_then_a_manager(self):
        (self.rep | self.leader).active = False
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        for kind in self.kinds:
            user = self._get_activities(self.referral, kind).user_id
            self.assertTrue(user.active)
            self.assertTrue(user.has_group("sales_team.group_sale_manager"))

    def test_they_are_among_those_without_a_salesperson(self):
        Referral = self.env["crm.referral"].with_user(self.manager)
        domain = Referral._get_unassigned_domain()
        self.assertNotIn(self.referral, Referral.search(domain))
        self.rep.active = False
        self.assertIn(self.referral, Referral.search(domain))
        self.referral.user_id = False
        self.assertIn(self.referral, Referral.search(domain))

    def test_one_that_fails_stops_no_other(self):
        other = self._create_referral(partner_id=self.other_customer.id)
        both = self.referral | other
        self._get_activities(both, "mail_activity_type_step").unlink()
        Referral = type(both)
        schedule = Referral._schedule_step_activity
        refusal = "Not this one"

        def refuse(records):
            if self.referral in records:
                raise UserError(refusal)
            schedule(records)

        with (
            patch.object(Referral, "_schedule_step_activity", refuse),
            mute_logger(BATCH_LOGGER),
        ):
            self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        self.assertTrue(self._get_activities(other, "mail_activity_type_step"))
        warning = self.referral.activity_ids.filtered(
            lambda activity: refusal in (activity.note or "")
        )
        self.assertEqual(warning.user_id, self.rep)


@tagged("post_install", "-at_install")
class TestWordsAndDaysOfTheReader(ReferralCommon):
    def test_language_of_who_gets_it(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.step["benefits"].with_context(lang="zh_TW").name = "\u6548\u76ca"
        self.rep.lang = "zh_TW"
        referral = self._create_referral(self.manager, user_id=self.rep.id)
        activities = self._get_activities(referral, "mail_activity_type_step")
        self.assertEqual(activities.summary, "\u6548\u76ca")
        activities.unlink()
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        activities = self._get_activities(referral, "mail_activity_type_step")
        self.assertEqual(activities.summary, "\u6548\u76ca")

    def test_day_of_who_gets_it(self):
        self.rep.tz = "Pacific/Honolulu"
        self.manager.tz = "Asia/Taipei"
        with self._at("2026-03-02 23:00:00"):  # the 2nd in Honolulu, the 3rd in Taipei
            referral = self._create_referral(
                self.manager, user_id=self.rep.id, promise="Call back"
            )
        self.assertEqual(
            self._get_activities(referral, "mail_activity_type_step").date_deadline,
            date(2026, 3, 5),
        )
        self.assertEqual(referral.promise_deadline, date(2026, 3, 16))

    def test_benefit_was_delivered_on_the_day_of_the_rep(self):
        self.rep.tz = "Asia/Taipei"
        with self._at("2026-03-01 23:00:00"):  # the 2nd in Taipei
            self._create_won_lead(user_id=self.rep.id)
        referral = self._create_referral()
        self.assertEqual(referral.benefit_ids.delivered_on, date(2026, 3, 2))

    def test_day_of_the_promise_is_proposed(self):
        referral = self._walk_to(self._create_referral(), "value")
        with Form(referral) as form:
            self.assertFalse(form.promise_deadline)
            form.promise = "Call back"
            self.assertEqual(form.promise_deadline, date(2026, 3, 16))
            form.promise_deadline = "2026-03-20"
        self.assertEqual(referral.promise_deadline, date(2026, 3, 20))
        referral.promise = "Call back at noon"
        self.assertEqual(referral.promise_deadline, date(2026, 3, 20))

    def test_ticked_off_says_what_is_missing(self):
        referral = self._create_referral()
        with self._at("2026-03-09 08:00:00"):
            self._get_activities(referral, "mail_activity_type_step").with_user(
                self.rep
            ).action_feedback()
            activity = self._get_activities(referral, "mail_activity_type_step")
            self.assertEqual(activity.date_deadline, date(2026, 3, 12))
            chatter = self._get_chatter(referral)
        self.assertIn("is not finished", chatter)
        self.assertIn("A benefit that the customer has confirmed", chatter)


@tagged("post_install", "-at_install")
class TestHelpTexts(ReferralCommon):
    """What shows in a tooltip is for people, not for developers."""

    def test_no_notes_of_developers(self):
        jargon = re.compile(
            r"concrete model|declared again|comodel|recordset|subclass|override this|"
            r"\bJSON\b|\bdict\b|many2one|foreign key",
            re.IGNORECASE,
        )
        for model in self.env.registry.values():
            for field in model._fields.values():
                if "crm_referral" in field._modules and isinstance(field.help, str):
                    with self.subTest(field=str(field)):
                        self.assertNotRegex(field.help, jargon)


@tagged("post_install", "-at_install")
class TestHiddenContact(ReferralCommon):
    """The customer of an open request becomes a contact of another company."""

    def test_work_goes_on(self):
        referral = self._create_referral()
        self.customer.company_id = self.other_company
        self.env.flush_all()
        self.env.invalidate_all()
        referral = referral.with_user(self.rep)
        self.assertFalse(referral.partner_id.has_access("read"))
        with self.assertRaisesRegex(UserError, "a contact of another company"):
            referral.action_next_step()
        self.assertEqual(referral.display_name, "a contact of another company")
        self.assertFalse(referral.partner_phone)
        self.assertNotIn("Ann Archer", referral.talk_track or "")
        spec = {name: {} for name in ("display_name", "talk_track", "partner_email")}
        self.assertTrue(referral.web_read(spec))
        self._create_benefit(self.other_customer, confirmed=True)
        referral.action_cancel()
        self.assertEqual(referral.outcome, "cancelled")
