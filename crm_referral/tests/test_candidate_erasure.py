from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


class ErasureCommon(ReferralCommon):
    NAME = "Zebulon Quartermain"
    EMAIL = "zebulon.quartermain@example.com"

    def _erase_on(self, moment):
        with self._at(moment):
            self._run_cron("crm_referral.ir_cron_erase")

    def _search_database(self, text):
        """:return: the tables in which this text occurs in any column."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.cr.execute(
            """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
               AND table_name NOT IN ('bus_bus')
            """
        )
        found = []
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(
                f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1',
                [f"%{text}%"],
            )
            if self.env.cr.fetchone():
                found.append(table)
        return found


@tagged("post_install", "-at_install")
class TestErasure(ErasureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(
            cls.referral,
            name=cls.NAME,
            email=cls.EMAIL,
            phone="0912 345 678",
            function="Head of Quartermain Ltd",
            partner_name="Quartermain Ltd",
            customer_answer="Quartermain? Gladly",
            research_person="Quartermain likes chess",
            research_organization="Quartermain Ltd has 50 people",
            research_industry="Mining, says Quartermain",
            value_proposition="Chess for Quartermain",
            closing_note="Quartermain has moved away",
        )

    def test_after_the_retention_period(self):
        self.candidate.action_decline()
        self.assertEqual(self.candidate.closed_on, date(2026, 3, 2))
        self._erase_on("2026-08-28 09:00:00")
        self.assertEqual(self.candidate.name, self.NAME)
        self._erase_on("2026-08-29 09:00:00")
        self.assertFalse(self.candidate.name)
        self.assertEqual(self.candidate.erased_on, date(2026, 8, 29))
        self.assertEqual(self.candidate.display_name, "Erased candidate")

    def _write_about(self, candidate):
        """Messages, files and notifications that tell who the candidate is."""
        candidate.message_post(body=f"{self.NAME} is on holiday")
        candidate.with_user(self.manager).message_notify(
            body=f"Look at {self.NAME}",
            subject=self.NAME,
            partner_ids=self.rep.partner_id.ids,
            model=candidate._name,
            res_id=candidate.id,
        )
        candidate.message_post(
            body="Business card", attachments=[("Quartermain.txt", b"Quartermain")]
        )
        self.env["ir.attachment"].create(
            {
                "name": "Quartermain photo",
                "res_model": candidate._name,
                "res_id": candidate.id,
            }
        )

    def test_nothing_personal_is_left_anywhere(self):
        candidate = self.candidate
        self._write_about(candidate)
        candidate.action_agree()
        candidate.action_introduce()
        candidate.action_contact()
        self._get_activities(
            candidate, "mail_activity_type_tell_referrer"
        ).action_feedback(feedback="Told her about Quartermain")
        candidate.activity_schedule(
            "mail.mail_activity_data_call",
            summary="Call Quartermain",
            user_id=self.manager.id,
        )
        action = candidate.action_schedule_introduction()
        Event = self.env["calendar.event"].with_context(**action["context"])
        events = Event.create(
            [
                {"start": "2026-03-03 10:00:00", "stop": "2026-03-03 11:00:00"},
                {"start": "2026-04-03 10:00:00", "stop": "2026-04-03 11:00:00"},
            ]
        )
        candidate.name = f"Dr {self.NAME}"
        self.env.flush_all()
        self.env.cr.flush()
        candidate.action_object()
        self.assertFalse(events[1].active)
        for text in ("quartermain", self.EMAIL):
            self.assertTrue(self._search_database(text))
        self._erase_on("2026-12-01 09:00:00")
        self.assertTrue(candidate.erased_on)
        self.assertEqual(self._search_database("quartermain"), [])
        self.assertEqual(self._search_database("912345678"), [])
        self.assertFalse(events.exists())

    def test_figures_stay(self):
        self.candidate.action_agree()
        self.candidate.write({"state": "introduced", "introduction_channel": "phone"})
        self.candidate.action_unfit()
        self._erase_on("2026-12-01 09:00:00")
        self.assertRecordValues(
            self.candidate,
            [
                {
                    "state": "unfit",
                    "introduced_on": date(2026, 3, 2),
                    "introduction_channel": "phone",
                    "named_by": "customer",
                    "inform_by": False,
                }
            ],
        )
        self.assertEqual(self.referral.candidate_count, 1)
        self.assertEqual(self.referral.introduced_count, 1)

    def test_zero_keeps_everything(self):
        self.company.referral_retention_days = 0
        self.candidate.action_decline()
        self._erase_on("2036-01-01 09:00:00")
        self.assertEqual(self.candidate.name, self.NAME)

    def test_each_company_has_its_own_period(self):
        self.other_company.referral_retention_days = 10
        foreign = self._create_candidate(
            self._create_referral(self.foreign_rep, company_id=self.other_company.id)
        )
        foreign.action_decline()
        self.candidate.action_decline()
        self._erase_on("2026-03-13 09:00:00")
        self.assertTrue(foreign.erased_on)
        self.assertFalse(self.candidate.erased_on)

    def test_open_candidates_stay(self):
        self._erase_on("2036-01-01 09:00:00")
        self.assertEqual(self.candidate.name, self.NAME)

    def test_period_begins_with_the_end_of_the_request(self):
        with self._at("2026-04-01 09:00:00"):
            self.referral.action_cancel()
        self.assertEqual(self.candidate.closed_on, date(2026, 4, 1))
        self.referral.action_reopen()
        self.assertFalse(self.candidate.closed_on)

    def test_archived_candidates_too(self):
        self.candidate.action_decline()
        self.candidate.action_archive()
        self._erase_on("2026-12-01 09:00:00")
        self.assertTrue(self.candidate.erased_on)

    def test_customers_to_be_stay(self):
        self.candidate.action_agree()
        self.candidate.action_introduce()
        lead = self.candidate._convert()
        self.assertFalse(self.candidate.closed_on)
        lead.action_set_lost()
        self.assertEqual(self.candidate.closed_on, date(2026, 3, 2))

    def test_in_batches(self):
        candidates = (
            self.candidate
            | self._create_candidate(self.referral)
            | self._create_candidate(self.referral)
        )
        candidates.action_decline()
        with (
            self._at("2026-12-01 09:00:00"),
            self._in_cron("crm.referral.candidate") as Candidate,
        ):
            Candidate._cron_erase(batch_size=2)
        self.assertEqual(candidates.mapped("erased_on"), [date(2026, 12, 1)] * 3)

    def test_deleting_leaves_no_trace_either(self):
        self.candidate.message_post(body=f"{self.NAME} is on holiday")
        self.candidate.activity_schedule(
            "mail.mail_activity_data_call", summary="Call Quartermain"
        ).action_feedback()
        self.candidate.unlink()
        self.assertEqual(self._search_database("quartermain"), [])

    def test_privacy_lookup_finds_candidates(self):
        """Odoo's own look-up of personal data, where its addon is installed."""
        self.assertEqual(self.candidate.email_normalized, self.EMAIL)
        self.assertTrue(self.candidate._fields["email_normalized"].store)
        if "privacy.lookup.wizard" not in self.env:
            return
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": self.NAME, "email": self.EMAIL}
        )
        wizard.action_lookup()
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        self.assertIn(("crm.referral.candidate", self.candidate.id), found)


class WrittenAboutCommon(ErasureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            name=cls.NAME,
            email=cls.EMAIL,
            phone="0912 345 678",
            partner_name="Quartermain Ltd",
            research_person="Quartermain likes chess",
            value_proposition="Chess for Quartermain",
        )
        cls.referral = cls.candidate.referral_id
        cls.neighbour = cls._create_candidate(
            cls.referral,
            name="Zebulon Smith",
            state="introduced",
            introduced_on="2026-03-01",
            customer_answer="A friend of Zebulon Quartermain",
        )

    def _write_about(self):
        """What people write about a candidate in the request and in the lead."""
        self.referral.message_post(
            body=f"{self.NAME} asked for a call", subject=f"About {self.NAME}"
        )
        self.referral.message_post(body="Mr Quartermain is back on Monday")
        self.referral.activity_schedule(
            "mail.mail_activity_data_call",
            summary=f"Call {self.NAME}",
            note=f"<p>{self.EMAIL}</p>",
            user_id=self.rep.id,
        )
        self.referral.promise = f"Tell how it went with {self.NAME}"
        self.env.flush_all()
        self.env.cr.flush()
        self.referral.promise = "Tell how it went"
        self.referral.motive_note = f"Likes to help {self.NAME}"
        self.env.flush_all()
        self.env.cr.flush()

    def _write_in_lead(self, lead):
        lead = lead.sudo()
        lead.message_post(
            body=f"Mail from {self.NAME}", attachments=[("Quartermain.txt", b"Q")]
        )
        lead.activity_schedule(
            "mail.mail_activity_data_call", summary="Call Quartermain"
        ).action_feedback(feedback="Quartermain likes it")
        lead.activity_schedule("mail.mail_activity_data_call", summary="Quartermain")
        lead.write({"street": "Quartermain Road 1", "email_cc": "q@quartermain.com"})
        lead.contact_name = f"Dr {self.NAME}"
        self.env["calendar.event"].create(
            {
                "name": f"Demo for {self.NAME}",
                "start": "2026-03-12 10:00:00",
                "stop": "2026-03-12 11:00:00",
                "opportunity_id": lead.id,
            }
        )


@tagged("post_install", "-at_install")
class TestErasureIsComplete(WrittenAboutCommon):
    def _assert_gone(self):
        self.assertTrue(self.candidate.erased_on)
        for text in ("quartermain", "912345678", "912 345 678"):
            self.assertEqual(self._search_database(text), [])
        self.assertEqual(self.neighbour.name, "Zebulon Smith")

    def test_request_and_lost_lead(self):
        self._write_about()
        lead = self.candidate._convert()
        self._write_in_lead(lead)
        lead.sudo().action_set_lost()
        self.assertTrue(self._search_database("quartermain"))
        self._erase_on("2026-12-01 09:00:00")
        self._assert_gone()
        self.assertRecordValues(
            lead.sudo(),
            [
                {
                    "name": "Erased candidate, introduced by Ann Archer",
                    "referrer_id": self.customer.id,
                    "won_status": "lost",
                }
            ],
        )
        self.assertIn("(erased) asked for a call", self._get_chatter(self.referral))
        self.assertEqual(self.referral.motive_note, "Likes to help (erased)")

    def test_objector_with_an_open_lead(self):
        self._write_about()
        lead = self.candidate._convert()
        self._write_in_lead(lead)
        self.candidate.action_object()
        self._erase_on("2026-12-01 09:00:00")
        self._assert_gone()
        with self.assertRaisesRegex(UserError, "asked us not"):
            self._create_candidate(self.referral, email=self.EMAIL)

    def test_deletion(self):
        self._write_about()
        self.candidate.unlink()
        self.assertEqual(self._search_database("quartermain"), [])
        self.assertIn(
            "deleted a candidate who was “Introduced”", self._get_chatter(self.referral)
        )

    def test_former_names(self):
        self.env.flush_all()
        self.env.cr.flush()  # what is changed from now on is tracked
        self.referral.message_post(body=f"{self.NAME} is his name")
        self.candidate.write({"name": "Zeb Q.", "email": False, "partner_name": False})
        self.candidate.write(
            {"research_person": False, "value_proposition": False, "phone": False}
        )
        self.env.flush_all()
        self.env.cr.flush()
        self.candidate.action_decline()
        self._erase_on("2026-12-01 09:00:00")
        self.assertEqual(self._search_database("quartermain"), [])

    def test_contact_of_the_lead_is_not_emptied(self):
        lead = self.candidate._convert().sudo()
        partner = self.env["res.partner"].create(
            {"name": self.NAME, "email": self.EMAIL, "phone": "0912 345 678"}
        )
        lead.partner_id = partner
        lead.action_set_lost()
        self._erase_on("2026-12-01 09:00:00")
        self.assertEqual(partner.email, self.EMAIL)
        self.assertEqual(partner.phone, "0912 345 678")
        self.assertFalse(lead.email_from)
        self.assertIn("contact of the lead is kept", self._get_chatter(self.candidate))

    def test_won_and_linked_leads_are_kept_and_it_is_said(self):
        lead = self.env["crm.lead"].create(
            {"name": "Was there", "user_id": self.rep.id, "contact_name": self.NAME}
        )
        self.candidate._convert(lead)
        lead.action_set_lost()
        self._erase_on("2026-12-01 09:00:00")
        self.assertTrue(self.candidate.erased_on)
        self.assertEqual(lead.contact_name, self.NAME)
        self.assertIn("was there before", self._get_chatter(self.candidate))

    def test_every_text_of_a_candidate_is_personal_or_not(self):
        """A new text field of a candidate is erased, or is said here to be harmless."""
        harmless = {"email_normalized", "phone_sanitized", "phone_key"}
        texts = {
            name
            for name, field in self.candidate._fields.items()
            if field.store
            and field.type in ("char", "text", "html")
            and name != "access_token"  # tells nothing: it opens "we have erased it"
        }
        self.assertEqual(texts - harmless, set(self.candidate._personal_fields))
        self.candidate.action_decline()
        self.candidate._erase()
        for name in texts:
            self.assertFalse(self.candidate[name], name)


@tagged("post_install", "-at_install")
class TestErasureOnDemand(WrittenAboutCommon):
    def _ask(self, user):
        action = self.candidate.action_ask_erase()
        return Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )

    def test_open_lead(self):
        lead = self.candidate._convert().sudo()
        form = self._ask(self.manager)
        self.assertIn("The lead that was made of the candidate", form.erased_note)
        self.assertIn("still open", form.erased_note)
        form.save().action_erase()
        self.assertTrue(self.candidate.erased_on)
        self.assertEqual(lead.won_status, "lost")
        self.assertEqual(self._search_database("quartermain"), [])

    def test_won_lead(self):
        lead = self.candidate._convert().sudo()
        lead.action_set_won()
        form = self._ask(self.manager)
        self.assertIn("The lead is won", form.kept_note)
        form.save().action_erase()
        self.assertEqual(lead.contact_name, self.NAME)
        self.assertFalse(self.candidate.name)

    def test_who_is_under_way_is_given_up(self):
        self.candidate.with_user(self.manager).action_erase()
        self.assertEqual(self.candidate.state, "declined")
        self.assertEqual(self.candidate.introduced_on, date(2026, 3, 2))
        self.assertFalse(self.candidate.name)

    def test_not_for_reps_and_not_elsewhere(self):
        for user in (self.rep, self.all_documents, self.foreign_manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.candidate.with_user(user).action_erase()
        self.assertEqual(self.candidate.name, self.NAME)


@tagged("post_install", "-at_install")
class TestJobs(WrittenAboutCommon):
    @mute_logger("odoo.addons.crm_foundation.models.crm_batch_mixin")
    def test_one_that_fails_stops_nobody(self):
        (self.candidate | self.neighbour).action_decline()
        Candidate = type(self.candidate)
        unlink_traces = Candidate._unlink_traces

        def fail_for_one(candidates):
            if self.candidate.id in candidates.ids:
                reason = "Kept by law"
                raise UserError(reason)
            return unlink_traces(candidates)

        with self._at("2026-12-01 09:00:00"):
            with patch.object(Candidate, "_unlink_traces", fail_for_one):
                self._run_cron("crm_referral.ir_cron_erase")
        self.assertTrue(self.neighbour.erased_on)
        self.assertFalse(self.candidate.erased_on)
        activity = self.candidate.activity_ids.filtered(
            lambda a: "Not done automatically" in (a.summary or "")
        )
        self.assertEqual(activity.user_id, self.rep)
        self.assertIn("Kept by law", activity.note)
        with self._at("2026-12-02 09:00:00"):
            self._run_cron("crm_referral.ir_cron_erase")
        self.assertTrue(self.candidate.erased_on)

    @mute_logger("odoo.addons.crm_foundation.models.crm_batch_mixin")
    def test_one_reminder_that_fails_stops_nobody(self):
        Candidate = type(self.candidate)
        schedule = Candidate._schedule_inform_activity

        def fail_for_one(candidates):
            if self.candidate.id in candidates.ids:
                reason = "No reminder"
                raise UserError(reason)
            return schedule(candidates)

        with self._at("2026-03-27 09:00:00"):
            with patch.object(Candidate, "_schedule_inform_activity", fail_for_one):
                self._run_cron("crm_referral.ir_cron_remind_to_inform")
        self.assertTrue(
            self._get_activities(self.neighbour, "mail_activity_type_inform")
        )

    def test_days_of_the_company(self):
        """It ended on 2 March at 07:00 in Taipei, when it is still the first in UTC."""
        self.company.partner_id.tz = "Asia/Taipei"
        with self._at("2026-03-01 23:00:00"):
            self.candidate.action_decline()
        self.assertEqual(self.candidate.closed_on, date(2026, 3, 2))
        self.company.referral_retention_days = 10
        with self._at("2026-03-11 15:30:00"):  # 23:30 on the 11th
            self._run_cron("crm_referral.ir_cron_erase")
        self.assertFalse(self.candidate.erased_on)
        with self._at("2026-03-11 16:30:00"):  # 00:30 on the 12th
            self._run_cron("crm_referral.ir_cron_erase")
        self.assertEqual(self.candidate.erased_on, date(2026, 3, 12))
