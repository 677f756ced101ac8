from datetime import date

from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestErasure(ReferralCommon):
    NAME = "Zebulon Quartermain"
    EMAIL = "zebulon.quartermain@example.com"

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
