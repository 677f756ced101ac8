from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ServiceCommon

STORY = "The nurse was rude to my mother"


@tagged("post_install", "-at_install")
class TestBecomesConfidential(ServiceCommon):
    """What was told of a complaint before it became confidential is taken back."""

    def setUp(self):
        super().setUp()
        self.customer.user_id = self.salesperson
        self.complaint = self._create_complaint()

    def _resolve(self):
        self.complaint.write(self._fill_in(self.complaint, "follow_through"))
        self.complaint.our_part = "We say sorry, and train the ward"
        self.complaint.action_next_step()
        self.assertEqual(self.complaint.outcome, "resolved")

    def _propose(self):
        """:return: what a salesperson may remind the customer of"""
        Benefit = self.env["crm.referral.benefit"]
        Benefit._propose([(self.customer, self.env.company)])
        return Benefit.search([("complaint_id", "=", self.complaint.id)])

    def _get_asks(self):
        return self.env["crm.referral.ask"].search(
            [("partner_id", "=", self.customer.id)]
        )

    def _hide(self):
        self.complaint.with_user(self.manager).is_confidential = True

    def test_proposed_benefit_goes_and_comes_back(self):
        self._resolve()
        benefit = self._propose()
        self.assertEqual(benefit.name, "We say sorry, and train the ward")
        self._hide()
        self.assertFalse(benefit.exists())
        self.assertFalse(self._propose())
        self.complaint.with_user(self.manager).is_confidential = False
        self.assertEqual(len(self._propose()), 1)

    def test_what_the_customer_confirmed_stays(self):
        self._resolve()
        benefit = self._propose()
        benefit.confirmed = True
        self._hide()
        self.assertTrue(benefit.exists())
        self.assertTrue(benefit.confirmed)
        hidden = benefit.with_user(self.salesperson).complaint_id
        self.assertEqual(hidden.sudo().display_name, "Confidential")

    def test_good_moment_is_no_reason_any_more(self):
        self._resolve()
        ask = self._get_asks()
        self.assertEqual(ask.moment, "complaint")
        told = ask.activity_ids.summary
        self.assertIn("omplaint", told)
        self._hide()
        self.assertEqual(self._get_asks(), ask, "Who is on the list stays there.")
        self.assertEqual((ask.moment, ask.moment_on, ask.moment_model), (False,) * 3)
        self.assertEqual(len(ask.activity_ids), 1)
        self.assertNotIn("omplaint", ask.activity_ids.summary or "")

    def test_other_moments_stay(self):
        self._resolve()
        ask = self._get_asks()
        other = self._create_complaint(partner_id=self.customer.copy().id)
        other.is_confidential = True
        self.assertEqual(ask.moment, "complaint")

    def test_what_is_done_about_the_cause_names_nobody(self):
        self.complaint.story = STORY
        values = {
            "name": "Train the ward",
            "complaint_id": self.complaint.id,
            "partner_id": self.customer.id,
            "section_id": self.env["crm.assessment.section"].search([], limit=1).id,
            "user_id": self.technician.id,
            "deadline": "2030-01-01",
        }
        Action = self.env["crm.assessment.action"]
        told, reworded = Action.create(
            [{**values, "cause": STORY}, {**values, "cause": "Too few people"}]
        )
        self.assertEqual(told.team_id, self.complaint.team_id)
        self._hide()
        for action in told | reworded:
            self.assertFalse(action.partner_id)
            self.assertFalse(action.team_id)
            self.assertEqual(action.complaint_id, self.complaint)
            self.assertEqual(action.user_id, self.technician)
        self.assertEqual((told.cause, reworded.cause), (False, "Too few people"))
        self.assertNotIn(STORY, "".join(told.message_ids.mapped("body")))

    def test_contacts_are_of_who_may_know(self):
        contact = self.env["crm.service.contact"].create(
            {"partner_id": self.customer.id, "user_id": self.agent.id}
        )
        contact.complaint_id = self.complaint
        contact.message_subscribe(self.colleague.partner_id.ids)
        activity = contact.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.colleague.id
        )
        self.assertIn(self.customer.name, activity.res_name)
        self._hide()
        with self.assertRaises(AccessError):
            contact.with_user(self.colleague).read(["note"])
        self.assertNotIn(self.colleague.partner_id, contact.message_partner_ids)
        self.assertEqual(activity.user_id, self.agent)

    def test_contact_that_turns_out_to_be_about_it(self):
        self._hide()
        contact = self.env["crm.service.contact"].create(
            {"partner_id": self.customer.id, "user_id": self.agent.id}
        )
        contact.message_subscribe(self.colleague.partner_id.ids)
        contact.with_user(self.agent).action_join_complaint()
        self.assertEqual(contact.complaint_id, self.complaint)
        self.assertNotIn(self.colleague.partner_id, contact.message_partner_ids)

    def test_activities_name_nobody(self):
        waiting, done = [
            self.complaint.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.colleague.id
            )
            for _number in range(2)
        ]
        done.action_feedback()
        for activity in waiting | done:
            self.assertIn(self.customer.name, activity.res_name)
        self._hide()
        for activity in waiting | done:
            self.assertNotIn(self.customer.name, activity.res_name)
        self.assertEqual(waiting.user_id, self.agent)

    def test_many_at_once(self):
        complaints = self.complaint
        for number in range(3):
            complaints |= self._create_complaint(
                partner_id=self.customer.copy({"name": f"Customer {number}"}).id
            )
        complaints.with_user(self.manager).write({"is_confidential": True})
        self.assertTrue(all(complaints.mapped("is_confidential")))

    def test_who_hides_it_from_themselves(self):
        """A colleague of the team sets it, and does not see it any more."""
        self.colleague.crm_team_ids = [Command.link(self.team.id)]
        self._resolve()
        benefit = self._propose()
        self.complaint.with_user(self.colleague).write({"is_confidential": True})
        self.assertFalse(benefit.exists())
