from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SALESPERSON, SERVICE_USER
from .test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactFollow(ContactCommon):
    """What becomes of a contact, and who is forgotten."""

    def _log_known(self, **values):
        return self._log(
            partner_id=self.customer.id, reason_id=self.reason.id, **values
        )

    def test_complaint_takes_over_what_is_known(self):
        before = self._log_known(days_ago=1)
        contact = self._log(
            caller_name="Ann",
            phone="+32 2 290 34 91",
            email="ann@b.example",
            reason_id=self.reason.id,
            note="It gurgles",
            previous_id=before.id,
            miss_id=self.env.ref("crm_referral_service.miss_same_again").id,
        )
        handover = self.env["crm.service.handover"].create(
            {
                "contact_id": contact.id,
                "to_user_id": self.technician.id,
                "question": "Why does it gurgle?",
            }
        )
        action = contact.with_user(self.colleague).action_make_complaint()
        complaint = contact.complaint_id
        self.assertEqual(action["res_id"], complaint.id)
        for fname, value in (
            ("caller_name", "Ann"),
            ("phone", "+32 2 290 34 91"),
            ("email", "ann@b.example"),
            ("story", "It gurgles"),
            ("reason_id", self.reason),
            ("user_id", self.agent),
            ("team_id", self.team),
            ("received_on", contact.contacted_on),
            ("acknowledged_on", contact.contacted_on),
            ("contact_ids", contact | before),
            ("handover_ids", handover),
        ):
            with self.subTest(fname):
                self.assertEqual(complaint[fname], value)
        self.assertFalse(handover.sudo().contact_id)
        self.assertEqual(contact.outcome, "complaint")
        self.assertEqual(contact.state, "done")
        self.assertEqual(contact.action_make_complaint()["res_id"], complaint.id)

    def test_by_mail_is_not_acknowledged_yet(self):
        contact = self._log_known(channel="mail")
        contact.action_make_complaint()
        self.assertFalse(contact.complaint_id.acknowledged_on)

    def test_complaint_that_goes_on_is_shown(self):
        complaint = self._create_complaint()
        nurse = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": self.customer.id}
        )
        for values, found in (
            ({"partner_id": nurse.id}, complaint),
            ({"phone": self.customer.phone}, complaint),
            ({"phone": "+32 2 290 34 99"}, complaint.browse()),
            ({}, complaint.browse()),
        ):
            with self.subTest(values=values):
                self.assertEqual(self._log(**values).open_complaint_id, found)
        contact = self._log(partner_id=nurse.id)
        contact.action_join_complaint()
        self.assertEqual(complaint.contact_ids, contact)
        stranger = self._log(caller_name="Bob")
        with self.assertRaises(UserError):
            stranger.action_join_complaint()
        complaint.sudo().is_confidential = True
        seen = self._log(self.colleague, partner_id=nurse.id)
        self.assertFalse(seen.open_complaint_id)

    def test_name_hides_who_it_was_once_it_is_confidential(self):
        contact = self._log(caller_name="Bob")
        contact.action_make_complaint()
        seen = contact.with_user(self.colleague)
        self.assertIn("Bob", seen.display_name)
        contact.complaint_id.sudo().is_confidential = True
        self.assertNotIn("Bob", seen.display_name)

    def test_came_back_about_a_complaint(self):
        contact = self._log_known(days_ago=10)
        contact.action_make_complaint()
        complaint = contact.complaint_id
        complaint.action_withdraw("Never mind")
        complaint.sudo().closed_on = self.env.cr.now() - timedelta(days=5)
        miss = self.env.ref("crm_referral_service.miss_same_again")
        again = self._log_known(previous_id=contact.id, miss_id=miss.id)
        self.assertEqual(again.complaint_id, complaint)
        with self._refused("to be reopened"):
            again.action_done()
        with self.assertRaisesRegex(UserError, "Write in the note"):
            again.action_reopen_complaint()
        again.note = "It gurgles again"
        again.action_reopen_complaint()
        self.assertFalse(complaint.outcome)
        self.assertEqual(complaint.reopen_reason, "It gurgles again")
        self.assertEqual(complaint.reopen_count, 1)
        again.action_done()

    def test_too_late_to_reopen(self):
        self.team.reopen_days = 4
        contact = self._log_known(days_ago=10)
        contact.action_make_complaint()
        complaint = contact.complaint_id
        complaint.action_withdraw("Never mind")
        complaint.sudo().closed_on = self.env.cr.now() - timedelta(days=5)
        again = self._log_known(previous_id=contact.id, note="Again")
        self.assertFalse(again.is_complaint_back)
        with self.assertRaisesRegex(UserError, "a short while ago"):
            again.action_reopen_complaint()

    def test_ties_are_not_written_by_hand(self):
        complaint = self._create_complaint()
        with self.assertRaises(AccessError):
            self._log_known(complaint_id=complaint.id)
        with self.assertRaises(AccessError):
            self._log_known().complaint_id = complaint

    def test_lead(self):
        referrer = self.env["res.partner"].create({"name": "Referrer"})
        self.customer.referrer_id = referrer
        source = self.env["utm.source"].create({"name": "Card"})
        post = self.env["crm.service.post"].create(
            {"name": "Front desk", "source_id": source.id}
        )
        contact = self._log_known(note="Wants a second one", post_id=post.id)
        with self.assertRaises(AccessError):
            contact.action_make_lead()
        seller = self._create_user("seller", SERVICE_USER)
        seller.group_ids = [Command.link(self.env.ref(SALESPERSON).id)]
        self.team.member_ids = [Command.link(seller.id)]
        contact = contact.with_user(seller)
        contact.action_make_lead()
        lead = contact.lead_id
        self.assertEqual(lead.partner_id, self.customer)
        self.assertEqual(lead.sudo().referrer_id, referrer)
        self.assertEqual(lead.source_id, source)
        self.assertIn("Wants a second one", lead.description)
        self.assertEqual(contact.action_make_lead()["res_id"], lead.id)

    def test_checklist_is_about_the_contact(self):
        contact = self._log_known()
        action = contact.action_start_checklist()
        self.assertEqual(action["context"]["default_service_contact_id"], contact.id)

    def test_unknown_callers_are_forgotten(self):
        company = self.env.company
        company.unknown_caller_months = 2
        person = {
            "caller_name": "Ann",
            "phone": "+32 2 290 34 91",
            "email": "ann@b.example",
        }
        old = self._log(days_ago=70, note="It gurgles", **person)
        archived = self._log(days_ago=70, **person)
        archived.with_user(self.manager).active = False
        old.sudo().message_post(body="From Ann", message_type="comment")
        kept = self._log(days_ago=50, **person) | self._log_known(days_ago=70, **person)
        for _run in range(2):
            self._run_cron("forget_unknown")
            for contact in old | archived:
                for fname in (*person, "phone_sanitized", "email_normalized"):
                    self.assertFalse(contact[fname], fname)
                self.assertFalse(contact.customer_key)
            self.assertFalse(old.sudo().message_ids)
            self.assertEqual(old.note, "It gurgles")
            self.assertEqual(kept.mapped("caller_name"), ["Ann", "Ann"])

    def test_nobody_is_forgotten_where_all_are_kept(self):
        self.env["res.company"].search([]).unknown_caller_months = 0
        old = self._log(days_ago=4_000, caller_name="Ann")
        self._run_cron("forget_unknown")
        self.assertEqual(old.caller_name, "Ann")

    def test_lead_that_is_merged(self):
        contact = self._log_known().sudo()
        kept, gone = self.env["crm.lead"].create([{"name": "One"}, {"name": "Two"}])
        contact.lead_id = gone
        kept._merge_dependences(gone)
        gone.unlink()
        self.assertEqual(contact.lead_id, kept)

    def test_evidence(self):
        """Should not have been: in the areas of the reason. A miss: in its own."""
        areas = self.env["crm.assessment.section"].search(
            [("framework_id.code", "=", "pride")], limit=3
        )
        self.reason.section_ids = areas[:2]
        miss = self.env.ref("crm_referral_service.miss_not_understood")
        first = self._log_known(days_ago=2, kind="valued")
        dumb = self._log_known(days_ago=2, kind="dumb", note="No word of it")
        again = self._log_known(previous_id=first.id, miss_id=miss.id, kind="dumb")
        again.miss_section_id = areas[0]
        third = self._log_known(previous_id=first.id, miss_id=miss.id, kind="valued")
        third.miss_section_id = areas[2]
        hidden = self._log_known(kind="dumb")
        hidden.sudo().complaint_id = self._create_complaint(is_confidential=True)
        self._log_known(kind="valued")
        self.env.flush_all()
        evidence = (
            self.env["crm.assessment.evidence"]
            .with_user(self.manager)
            .search([("res_model", "=", "crm.service.contact")])
        )
        self.assertEqual(
            sorted((row.res_id, row.section_id.id) for row in evidence),
            sorted(
                [
                    (dumb.id, areas[0].id),
                    (dumb.id, areas[1].id),
                    (again.id, areas[0].id),
                    (again.id, areas[1].id),
                    (third.id, areas[2].id),
                ]
            ),
        )
        self.assertEqual(len(set(evidence.ids)), 5)
        row = evidence.filtered(lambda row: row.res_id == dumb.id)[0]
        self.assertEqual(
            (row.note, row.name), ("No word of it", self.reason.display_name)
        )
        self.assertEqual(row.action_open()["res_id"], dumb.id)
