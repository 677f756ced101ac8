from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from ..models.crm_referral_candidate import NEXT_STATES, STATES
from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestCandidateStates(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)

    def _create_own_lead(self):
        return self.env["crm.lead"].create({"name": "Lead", "user_id": self.rep.id})

    def _create_in_state(self, state):
        """A candidate who is in this state, with the dates and the lead it takes."""
        vals = {"name": f"In {state}", "state": state}
        if state in ("introduced", "contacted", "converted"):
            vals["introduced_on"] = "2026-02-20"
        if state == "contacted":
            vals["contacted_on"] = "2026-02-25"
        if state == "converted":
            vals["lead_id"] = self._create_own_lead().id
        return self._create_candidate(self.referral, **vals)

    def test_way_of_a_candidate(self):
        self.assertEqual(self.candidate.state, "suggested")
        self.candidate.action_agree()
        self.assertEqual(self.candidate.state, "agreed")
        with self._at("2026-03-05 09:00:00"):
            self.candidate.action_introduce()
        self.assertEqual(self.candidate.introduced_on, date(2026, 3, 5))
        with self._at("2026-03-09 09:00:00"):
            self.candidate.action_contact()
        self.assertEqual(self.candidate.contacted_on, date(2026, 3, 9))
        action = self.candidate.action_convert()
        self.assertEqual(action["res_model"], "crm.lead")
        self.assertEqual(self.candidate.state, "converted")
        self.assertTrue(self.candidate.lead_id)

    def test_transitions_by_write(self):
        """Each of the 64 pairs: what the table allows is allowed, nothing else is."""
        states = [state for state, _label in STATES]
        for old in states:
            for new in states:
                with self.subTest(old=old, new=new):
                    candidate = self._create_in_state(old)
                    vals = {"state": new}
                    if new == "converted" and old != "converted":
                        vals["lead_id"] = self._create_own_lead().id
                    allowed = new in NEXT_STATES[old]
                    if old == "converted":  # the lead is still there
                        allowed = new == "objected"
                    if allowed or new == old:
                        candidate.write(vals)
                        self.assertEqual(candidate.state, new)
                    else:
                        with self.assertRaisesRegex(UserError, "cannot become"):
                            candidate.write(vals)

    def test_nobody_is_contacted_before_the_introduction(self):
        for state in ("suggested", "agreed"):
            with self.subTest(state):
                candidate = self._create_in_state(state)
                with self.assertRaisesRegex(
                    UserError, "“.*” and cannot become “Contacted”. Possible next: "
                ):
                    candidate.action_contact()
                with self.assertRaises(UserError):
                    candidate.action_convert()

    def test_import_of_states(self):
        Candidate = self.env["crm.referral.candidate"].with_user(self.rep)
        result = Candidate.load(
            ["referral_id/.id", "name", "state", "introduced_on"],
            [[str(self.referral.id), "Imported", "Introduced", "2026-02-01"]],
        )
        self.assertEqual(Candidate.browse(result["ids"]).state, "introduced")
        result = Candidate.load(
            [".id", "state"], [[str(self.candidate.id), "Contacted"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("cannot become", result["messages"][0]["message"])

    @mute_logger("odoo.sql_db")
    def test_import_without_the_date(self):
        result = (
            self.env["crm.referral.candidate"]
            .with_user(self.rep)
            .load(
                ["referral_id/.id", "name", "state"],
                [[str(self.referral.id), "Imported", "Introduced"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("Note when the candidate was introduced", str(result["messages"]))

    def test_converted_needs_a_lead(self):
        candidate = self._create_in_state("introduced")
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            candidate.state = "converted"
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            self._create_candidate(self.referral, state="converted")
        converted = self._create_in_state("converted")
        with self.assertRaisesRegex(UserError, "has no lead yet"):
            converted.lead_id = False

    def test_noted_dates_are_kept(self):
        candidate = self._create_candidate(self.referral, introduced_on="2026-02-20")
        candidate.action_agree()
        candidate.write({"state": "introduced", "introduced_on": "2026-02-22"})
        self.assertEqual(candidate.introduced_on, date(2026, 2, 22))
        candidate.contacted_on = "2026-02-25"
        candidate.action_contact()
        self.assertEqual(candidate.contacted_on, date(2026, 2, 25))

    def test_undone_steps_have_no_date(self):
        candidate = self._create_in_state("contacted")
        candidate.state = "introduced"
        self.assertFalse(candidate.contacted_on)
        self.assertTrue(candidate.introduced_on)
        candidate.state = "agreed"
        self.assertFalse(candidate.introduced_on)

    def test_declined_after_the_introduction_was_introduced(self):
        candidate = self._create_in_state("introduced")
        candidate.action_decline()
        self.assertEqual(candidate.introduced_on, date(2026, 2, 20))

    def test_reconsider(self):
        candidate = self._create_in_state("declined")
        candidate.action_reconsider()
        self.assertEqual(candidate.state, "suggested")
        self.assertFalse(candidate.closed_on)

    def test_several_at_once(self):
        candidates = self._create_in_state("suggested") | self.candidate
        candidates.action_agree()
        with self._at("2026-03-05 09:00:00"):
            candidates.action_introduce()
        self.assertEqual(candidates.mapped("introduced_on"), [date(2026, 3, 5)] * 2)

    def test_kanban_shows_all_states(self):
        result = (
            self.env["crm.referral.candidate"]
            .with_context(read_group_expand=True)
            .web_read_group([("id", "=", self.candidate.id)], ["state"], ["__count"])
        )
        self.assertEqual(
            {group["state"]: group["__count"] for group in result["groups"]},
            {state: int(state == "suggested") for state, _label in STATES},
        )


@tagged("post_install", "-at_install")
class TestCandidateWho(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_position_only(self):
        candidate = self._create_candidate(
            self.referral, name=False, function="Finance head of a clinic of 50"
        )
        self.assertEqual(candidate.display_name, "Finance head of a clinic of 50")
        self.assertFalse(candidate.has_personal_data)
        self.assertFalse(candidate.data_obtained_on)
        self.assertFalse(candidate.inform_by)
        self.assertFalse(candidate.data_source)

    def test_display_name(self):
        candidate = self._create_candidate(self.referral, partner_name="Clinic")
        self.assertEqual(candidate.display_name, "Bob Builder (Clinic)")
        self.assertEqual(
            self._create_candidate(self.referral).display_name, "Bob Builder"
        )

    @mute_logger("odoo.sql_db")
    def test_name_or_position(self):
        for vals in ({"name": False}, {"name": "", "function": ""}):
            with self.subTest(vals), self.assertRaisesRegex(IntegrityError, "_named"):
                self._create_candidate(self.referral, **vals)
        candidate = self._create_candidate(self.referral)
        with self.assertRaisesRegex(IntegrityError, "_named"):
            candidate.name = False
            self.env.flush_all()

    def test_duties_begin_with_the_name(self):
        candidate = self._create_candidate(self.referral, name=False, function="CFO")
        with self._at("2026-03-10 09:00:00"):
            candidate.name = "Bob"
            self.assertEqual(candidate.data_obtained_on, date(2026, 3, 10))
        with self._at("2026-03-20 09:00:00"):
            candidate.email = "bob@example.com"
        self.assertEqual(candidate.data_obtained_on, date(2026, 3, 10))
        self.assertEqual(candidate.inform_by, date(2026, 4, 9))

    def test_source_of_the_data(self):
        by_customer = self._create_candidate(self.referral)
        by_rep = self._create_candidate(self.referral, named_by="rep")
        self.assertEqual(by_customer.data_source, "Named by Ann Archer")
        self.assertEqual(by_rep.data_source, "Found by us, known to Ann Archer")

    def test_belongs_to_the_request(self):
        candidate = self._create_candidate(self.referral)
        self.assertRecordValues(
            candidate,
            [
                {
                    "referrer_id": self.customer.id,
                    "user_id": self.rep.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.referral.with_user(self.manager).user_id = self.colleague
        self.assertEqual(candidate.sudo().user_id, self.colleague)

    def test_research(self):
        candidate = self._create_candidate(self.referral)
        self.assertEqual(
            candidate.missing_research,
            "the person, their organization, and their industry",
        )
        candidate.write(
            {"research_person": "Likes numbers", "research_organization": "  "}
        )
        self.assertEqual(
            candidate.missing_research, "their organization and their industry"
        )
        candidate.write(
            {"research_organization": "50 people", "research_industry": "Health"}
        )
        self.assertFalse(candidate.missing_research)

    def test_counts_in_the_request(self):
        first = self._create_candidate(self.referral)
        self._create_candidate(self.referral, name="Cleo")
        self.assertEqual(self.referral.candidate_count, 2)
        first.action_agree()
        first.action_introduce()
        self.assertEqual(self.referral.introduced_count, 1)
        first.unlink()
        self.assertEqual(self.referral.candidate_count, 1)
        self.assertEqual(self.referral.introduced_count, 0)

    def test_archived_ones_still_count(self):
        first = self._create_candidate(self.referral)
        first.action_agree()
        first.action_introduce()
        first.action_archive()
        self.env.invalidate_all()
        self._create_candidate(self.referral, name="Cleo")
        self.assertEqual(self.referral.candidate_ids.name, "Cleo")
        self.assertEqual(self.referral.candidate_count, 2)
        self.assertEqual(self.referral.introduced_count, 1)


@tagged("post_install", "-at_install")
class TestIntroduction(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.referral = cls._create_referral(improvement="Two days <instead of> nine")
        cls.candidate = cls._create_candidate(cls.referral)
        cls.template = cls.env.ref("crm_referral.mail_template_introduction")

    def _compose(self):
        action = self.candidate.action_send_introduction()
        self.assertEqual(action["res_model"], "mail.compose.message")
        return Form(
            self.env["mail.compose.message"]
            .with_user(self.rep)
            .with_context(**action["context"])
        )

    def test_channels(self):
        channels = dict(
            self.candidate._fields["introduction_channel"]._description_selection(
                self.env
            )
        )
        self.assertEqual(
            set(channels), {"email", "phone", "in_person", "conference_call"}
        )
        for channel in channels:
            self.candidate.introduction_channel = channel
            self.assertEqual(self.candidate.introduction_channel, channel)

    def test_mail_goes_to_the_customer(self):
        composer = self._compose().save()
        self.assertEqual(composer.partner_ids, self.customer)
        composer._action_send_mail()
        message = self.candidate.message_ids.sorted("id")[-1]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.subject, "A few lines you can forward to Bob Builder")
        self.assertIn("Hello Ann Archer", message.body)
        self.assertIn("Two days &lt;instead of&gt; nine", message.body)
        self.assertIn("rep@ours.example.com", message.body)
        self.assertEqual(message.author_id, self.rep.partner_id)

    def test_mail_may_be_changed_before_it_is_sent(self):
        form = self._compose()
        form.body = "<p>In my own words</p>"
        composer = form.save()
        composer._action_send_mail()
        self.assertIn(
            "In my own words", self.candidate.message_ids.sorted("id")[-1].body
        )

    def test_mail_of_a_position(self):
        self.candidate.write({"function": "Finance head", "name": False})
        composer = self._compose().save()
        self.assertEqual(
            composer.subject, "A few lines you can forward to Finance head"
        )
        text = " ".join(html2plaintext(composer.body).split())
        self.assertIn("Hello I would like to introduce you", text)
        self.assertNotIn("Hello ,", text)

    def test_mail_in_the_language_of_the_customer(self):
        chinese = self.template.with_context(lang="zh_TW")
        chinese.subject = "可轉寄給 {{ object.name }} 的幾句話"
        chinese.body_html = "<p>您好,<t t-out='object.referrer_id.name'/></p>"
        self.customer.lang = "zh_TW"
        composer = self._compose().save()
        self.assertEqual(composer.subject, "可轉寄給 Bob Builder 的幾句話")
        self.assertIn("您好,Ann Archer", composer.body)

    def test_hostile_names_stay_text(self):
        self.candidate.name = "<script>alert(1)</script>{{ object.id }}"
        values = self.template._generate_template(
            self.candidate.ids, ("subject", "body_html")
        )[self.candidate.id]
        self.assertNotIn("<script>", values["body_html"])
        self.assertIn("{{ object.id }}", values["body_html"])
        self.assertIn("<script>", values["subject"], "a subject is text")

    def test_mail_without_salesperson(self):
        self.referral.with_user(self.manager).user_id = False
        values = self.template._generate_template(
            self.candidate.ids, ("subject", "body_html", "email_from")
        )[self.candidate.id]
        self.assertTrue(values["email_from"])

    def test_customer_without_email(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "Ann Archer has no e-mail address"):
            self.candidate.action_send_introduction()

    def _plan_meeting(self, **vals):
        action = self.candidate.action_schedule_introduction()
        return (
            self.env["calendar.event"]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create(
                {
                    "start": "2026-03-12 10:00:00",
                    "stop": "2026-03-12 11:00:00",
                    **vals,
                }
            )
        )

    def test_meeting(self):
        event = self._plan_meeting()
        self.assertEqual(event.name, "Introduction: Bob Builder by Ann Archer")
        self.assertEqual(event.partner_ids, self.customer | self.rep.partner_id)
        self.assertEqual(event.res_model, "crm.referral.candidate")
        self.assertEqual(event.res_id, self.candidate.id)
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 12, 10)
        )

    def test_moved_meeting_moves_the_plan(self):
        event = self._plan_meeting()
        event.write({"start": "2026-03-13 14:00:00", "stop": "2026-03-13 15:00:00"})
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 13, 14)
        )

    def test_meeting_moved_by_somebody_without_sales_rights(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Introduction",
                "start": "2026-03-12 10:00:00",
                "stop": "2026-03-12 11:00:00",
                "user_id": self.employee.id,
                "referral_candidate_id": self.candidate.id,
            }
        )
        event.with_user(self.employee).write(
            {"start": "2026-03-14 14:00:00", "stop": "2026-03-14 15:00:00"}
        )
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 14, 14)
        )

    def test_contact_reminds_to_tell_the_referrer(self):
        self.candidate.action_agree()
        self.candidate.action_introduce()
        self.candidate.action_contact()
        activity = self._get_activities(
            self.candidate, "mail_activity_type_tell_referrer"
        )
        self.assertRecordValues(
            activity,
            [
                {
                    "summary": "Tell Ann Archer that you have talked to Bob Builder",
                    "user_id": self.rep.id,
                    "date_deadline": date(2026, 3, 5),
                }
            ],
        )
        self.candidate.action_referrer_told()
        self.assertEqual(self.candidate.referrer_told_on, date(2026, 3, 2))
        self.assertFalse(activity.exists())

    def test_done_reminder_means_told(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        candidate.action_contact()
        activity = self._get_activities(candidate, "mail_activity_type_tell_referrer")
        with self._at("2026-03-06 09:00:00"):
            activity.with_user(self.rep).action_feedback(feedback="Called her")
        self.assertEqual(candidate.referrer_told_on, date(2026, 3, 6))


@tagged("post_install", "-at_install")
class TestObjection(ReferralCommon):
    """An objection stops everything, and survives everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_introduced_candidate(
            referral=cls.referral, email="Bob@Example.com", phone="0912 345 678"
        )
        cls.other_referral = cls._create_referral(
            cls.colleague, partner_id=cls.other_customer.id
        )

    def _name_again(self, **vals):
        return self._create_candidate(
            self.other_referral, **{"name": "Robert Builder", **vals}
        )

    def test_from_every_state(self):
        for state, next_states in NEXT_STATES.items():
            with self.subTest(state):
                self.assertEqual("objected" in next_states, state != "objected")

    def test_is_final(self):
        self.candidate.action_object()
        self.assertEqual(self.candidate.objected_on, date(2026, 3, 2))
        for action in (
            self.candidate.action_reconsider,
            self.candidate.action_agree,
            self.candidate.action_convert,
        ):
            with self.assertRaisesRegex(UserError, "Possible next: nothing"):
                action()

    def test_date_also_when_recorded_at_once(self):
        candidate = self._name_again(email="new@example.com", state="objected")
        self.assertEqual(candidate.objected_on, date(2026, 3, 2))
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="new@example.com")

    def test_only_hashes_are_kept(self):
        self.candidate.action_object()
        objections = self.env["crm.referral.objection"].search([])
        hashes = objections.mapped("contact_hash")
        self.assertEqual(len(hashes), 2)
        for value in hashes:
            self.assertRegex(value, r"^[0-9a-f]{64}$")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT string_agg(t::text, ' ') FROM crm_referral_objection t"
        )
        everything = self.env.cr.fetchone()[0].lower()
        for trace in ("bob", "example.com", "912345678", "345 678"):
            self.assertNotIn(trace, everything)

    def test_key_goes_along_with_the_data(self):
        """A copy of the database has another secret, and remembers all the same."""
        Objection = self.env["crm.referral.objection"]
        before = Objection._hash_contacts(["bob@example.com"])
        self.assertEqual(before, Objection._hash_contacts(["Bob <BOB@example.com> "]))
        self.candidate.action_object()
        self.env["ir.config_parameter"].set_param("database.secret", "other")
        self.env.registry.clear_cache()
        self.assertEqual(before, Objection._hash_contacts(["bob@example.com"]))
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="bob@example.com")

    def test_key_decides(self):
        Objection = self.env["crm.referral.objection"]
        before = Objection._hash_contacts(["bob@example.com"])
        self.env.cr.execute("UPDATE crm_referral_objection_key SET secret = 'other'")
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        self.assertFalse(before & Objection._hash_contacts(["bob@example.com"]))

    def test_nobody_reads_the_key(self):
        Key = self.env["crm.referral.objection.key"]
        self.assertTrue(Key.search_count([]))
        for user in (self.rep, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                Key.with_user(user).search_read([], ["secret"])

    def test_blocks_other_spellings(self):
        self.candidate.action_object()
        for vals in (
            {"email": "bob@example.com"},
            {"email": '"Bob B." <BOB@EXAMPLE.COM>'},
            {"phone": "+886 912 345 678"},
            {"phone": "0912-345-678"},
            {"email": "else@example.com", "phone": "+886912345678"},
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(
                    UserError, "Robert Builder has asked us not to get in touch"
                ),
            ):
                self._name_again(**vals)
        self.assertTrue(self._name_again(email="somebody.else@example.com"))

    def test_blocks_contact_data_added_later(self):
        self.candidate.action_object()
        candidate = self._name_again()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            candidate.email = "bob@example.com"
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            candidate.phone = "0912345678"

    def test_blocks_import(self):
        self.candidate.action_object()
        result = (
            self.env["crm.referral.candidate"]
            .with_user(self.colleague)
            .load(
                ["referral_id/.id", "name", "email"],
                [[str(self.other_referral.id), "Robert", "bob@example.com"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("not to get in touch", result["messages"][0]["message"])

    def test_stops_other_requests_too(self):
        twin = self._name_again(email="bob@example.com")
        stranger = self._name_again(name="Cleo", email="cleo@example.com")
        twin.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.colleague.id
        )
        self.candidate.action_object()
        self.assertEqual(twin.state, "objected")
        self.assertFalse(twin.activity_ids)
        self.assertEqual(stranger.state, "suggested")

    def test_contact_data_found_after_the_objection(self):
        candidate = self._name_again()
        candidate.action_object()
        candidate.email = "robert@example.com"
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="robert@example.com")

    def test_position_has_nothing_to_remember(self):
        before = self.env["crm.referral.objection"].search_count([])
        self._name_again().action_object()
        self.assertEqual(self.env["crm.referral.objection"].search_count([]), before)

    def test_stops_activities(self):
        self.candidate.action_contact()
        self.candidate.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.colleague.id
        )
        self.candidate.action_object()
        self.assertFalse(self.candidate.activity_ids)

    def test_stops_future_meetings_only(self):
        past, future = self.env["calendar.event"].create(
            [
                {
                    "name": "Meeting",
                    "start": f"{day} 10:00:00",
                    "stop": f"{day} 11:00:00",
                    "referral_candidate_id": self.candidate.id,
                    "user_id": self.colleague.id,
                }
                for day in ("2026-02-20", "2026-03-20")
            ]
        )
        self.candidate.action_object()
        self.assertTrue(past.active)
        self.assertFalse(future.active)

    def test_stops_the_open_lead(self):
        lead = self.candidate._convert()
        lead.sudo().user_id = self.colleague
        self.candidate.action_object()
        self.assertEqual(lead.sudo().won_status, "lost")
        self.assertEqual(
            lead.sudo().lost_reason_id,
            self.env.ref("crm_referral.lost_reason_objected"),
        )
        self.assertFalse(self.candidate.activity_ids, "nor is a new reminder made")

    def test_leaves_a_won_lead(self):
        lead = self.candidate._convert().sudo()
        lead.action_set_won()
        self.candidate.action_object()
        self.assertEqual(lead.won_status, "won")

    def test_survives_deletion_and_erasure(self):
        self.candidate.action_object()
        self.candidate._erase()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="bob@example.com")
        self.candidate.unlink()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(phone="0912345678")

    def test_objecting_twice(self):
        self.candidate.action_object()
        self.candidate.write({"state": "objected"})
        self.assertEqual(
            len(self.env["crm.referral.objection"]._find(["bob@example.com"])), 1
        )


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

    def test_nothing_personal_is_left_anywhere(self):
        candidate = self.candidate
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


@tagged("post_install", "-at_install")
class TestInform(ReferralCommon):
    """A person whose data came from somebody else is told within 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)

    def _remind_on(self, moment):
        with self._at(moment):
            self._run_cron("crm_referral.ir_cron_remind_to_inform")
        return self._get_activities(self.candidate, "mail_activity_type_inform")

    def test_reminder_a_week_before(self):
        self.assertEqual(self.candidate.inform_by, date(2026, 4, 1))
        self.assertFalse(self._remind_on("2026-03-24 09:00:00"))
        activity = self._remind_on("2026-03-25 09:00:00")
        self.assertRecordValues(
            activity,
            [{"user_id": self.rep.id, "date_deadline": date(2026, 4, 1)}],
        )

    def test_one_reminder(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        self.assertEqual(self._remind_on("2026-03-26 09:00:00"), activity)

    def test_informed(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        with self._at("2026-03-26 09:00:00"):
            self.candidate.action_informed()
        self.assertEqual(self.candidate.informed_on, date(2026, 3, 26))
        self.assertFalse(activity.exists())
        self.assertFalse(self._remind_on("2026-03-27 09:00:00"))

    def test_done_reminder_means_informed(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        with self._at("2026-03-28 09:00:00"):
            activity.with_user(self.rep).action_feedback()
        self.assertEqual(self.candidate.informed_on, date(2026, 3, 28))
        self.assertFalse(self._remind_on("2026-03-29 09:00:00"))

    def test_nobody_is_told_who_needs_not(self):
        self._create_candidate(self.referral, name=False, function="CFO")
        self.candidate.action_object()
        self._remind_on("2026-05-01 09:00:00")
        self.assertFalse(
            self._get_activities(
                self.referral.candidate_ids, "mail_activity_type_inform"
            )
        )

    def test_also_when_the_request_has_ended(self):
        self.referral.action_cancel()
        self.assertTrue(self._remind_on("2026-05-01 09:00:00"))
