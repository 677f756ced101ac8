from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import (
    IrMail_Server,
    MailDeliveryException,
)
from odoo.addons.mail.tests.common import MailCommon

from .test_complaint_mail import MAIL
from .test_service_access import ServiceRolesCommon

NO_SERVER = MailDeliveryException("No server", "Nobody answers")


@tagged("post_install", "-at_install")
class TestMergedCustomers(ServiceRolesCommon):
    """Two records of one customer become one: nothing of theirs is lost."""

    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target
        )

    def _create_partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def test_complaints_come_along_and_stop_asking(self):
        company = self._create_partner("Group", is_company=True)
        target = self._create_partner("Clinic Ltd", parent_id=company.id)
        source = self._create_partner("Clinic's reception")
        complaint = self._create_complaint(partner_id=source.id)
        self._merge(source, target)
        complaint.invalidate_recordset()
        self.assertEqual(complaint.partner_id, target)
        self.assertEqual(complaint.commercial_partner_id, company)
        for partner in (target, company):
            seen = partner.with_user(self.salesperson)
            self.assertEqual(seen.referral_readiness, "open_complaint")

    def test_employees_whose_company_is_merged(self):
        employee = self._create_partner("Employee", parent_id=self.customer.id)
        complaint = self._create_complaint(partner_id=employee.id)
        target = self._create_partner("Clinic Ltd", is_company=True)
        self._merge(self.customer, target)
        complaint.invalidate_recordset()
        self.assertEqual(employee.commercial_partner_id, target)
        self.assertEqual(complaint.commercial_partner_id, target)

    def test_benefit_of_a_complaint_stays_one(self):
        complaint = self._create_complaint()
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        Benefit = self.env["crm.referral.benefit"]
        Benefit._propose([(self.customer, self.env.company)])
        target = self._create_partner("Clinic Ltd")
        twin = Benefit.create({"partner_id": target.id, "name": "The same"})
        twin.sudo().complaint_id = complaint
        self._merge(self.customer, target)
        benefits = Benefit.search([("partner_id", "=", target.id)])
        self.assertEqual(len(benefits), 2)
        self.assertEqual(len(benefits.filtered("complaint_id")), 1)

    def test_link_of_a_merged_customer_opens(self):
        complaint = self._create_complaint()
        token = complaint.sudo().access_token
        self._merge(self.customer, self._create_partner("Clinic Ltd"))
        self.assertEqual(complaint._find_by_token(token), complaint)

    def test_link_of_who_was_not_the_customer_is_closed(self):
        complaint = self._create_complaint()
        token = complaint.sudo().access_token
        complaint.partner_id = self._create_partner("Somebody else")
        self.assertFalse(complaint._find_by_token(token))


@tagged("post_install", "-at_install")
class TestWhoHasLeft(ServiceRolesCommon):
    """Owner, leader, who is asked, who approves: somebody else goes on."""

    def test_owner(self):
        complaint = self._create_complaint()
        self.agent.active = False
        user = complaint.sudo()._get_step_activity_user()
        self.assertTrue(user.active)
        self.assertEqual(complaint.sudo().acting_user_id, user)
        self.env["crm.complaint"]._cron_ensure_step_activity()
        self.assertTrue(complaint.sudo().activity_ids.user_id.active)

    def test_owner_of_a_confidential_one(self):
        complaint = self._create_complaint(is_confidential=True)
        self.team.user_id = self.colleague
        self.agent.active = False
        user = complaint.sudo()._get_step_activity_user()
        self.assertTrue(complaint.with_user(user).has_access("read"))

    def test_leader(self):
        complaint = self._create_complaint()
        self.team.user_id = self.colleague
        self.colleague.active = False
        complaint = complaint.sudo()
        complaint._remind_leader({complaint: lambda record: record.name})
        self.assertTrue(all(complaint.activity_ids.user_id.mapped("active")))

    def test_colleague_who_was_asked(self):
        complaint = self._create_complaint()
        handover = (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )
        self.technician.active = False
        handover.to_user_id = self.employee
        self.assertEqual(handover.sudo().activity_ids.user_id, self.employee)
        self.employee.active = False
        handover.action_withdraw()
        complaint.action_withdraw("Has given up")
        self.assertTrue(complaint.outcome)


@tagged("post_install", "-at_install")
class TestWhatWasDeleted(ServiceRolesCommon):
    """What complaints are made of is not deleted under them."""

    @mute_logger("odoo.sql_db")
    def test_reason_and_kind_of_gesture_stay(self):
        complaint = self._create_complaint(
            reason_id=self.reason.id,
            gesture_ids=[Command.create({"type_id": self.apology.id})],
        )
        for record in (complaint.reason_id, complaint.gesture_ids.type_id):
            with self.subTest(record._name):
                with self.assertRaises(IntegrityError):
                    record.sudo().unlink()
                    self.env.flush_all()

    def test_archived_ones_are_kept(self):
        complaint = self._create_complaint(reason_id=self.reason.id)
        self._fill_in(complaint, "address")
        complaint.gesture_ids = [Command.create({"type_id": self.apology.id})]
        self.reason.active = False
        self.apology.active = False
        complaint.gesture_ids.action_agree()
        complaint.our_part = "We call"
        complaint.action_next_step()
        self.assertEqual(complaint.step_code, "test")

    def test_feeling(self):
        complaint = self._create_complaint()
        self._fill_in(complaint, "question")
        complaint.feeling_ids.sudo().unlink()
        complaint.invalidate_recordset()
        self.assertFalse(complaint.feeling_ids)
        with self.assertRaisesRegex(UserError, "What the customer feels"):
            self._fill_in(complaint, "empathise")
        complaint.feeling_ids = self.env["crm.complaint.feeling"].search([], limit=1)
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        self.assertEqual(complaint.outcome, "resolved")

    def test_steps_and_activity_types(self):
        for record in (
            self.env["crm.complaint"]._get_steps()[0],
            self.env.ref("crm_referral_service.mail_activity_type_step"),
        ):
            with self.subTest(record._name), self.assertRaises(UserError):
                record.with_user(self.manager).sudo(
                    record._name == "mail.activity.type"
                ).unlink()

    def test_hours_of_a_team(self):
        calendar = self.env["resource.calendar"].create({"name": "Hours"})
        self.team.service_calendar_id = calendar
        complaint = self._create_complaint()
        promised = complaint.answer_by
        calendar.unlink()
        complaint.invalidate_recordset()
        self.assertEqual(complaint.answer_by, promised)
        self.assertTrue(self._create_complaint().answer_by)


@tagged("post_install", "-at_install")
class TestMissingMailServer(ServiceRolesCommon, MailCommon):
    """A mail is a complaint also when nothing can be sent."""

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_acknowledgement_that_does_not_go(self):
        with (
            self.mock_mail_gateway(mail_unlink_sent=False),
            patch.object(IrMail_Server, "send_email", side_effect=NO_SERVER),
        ):
            self.env["mail.thread"].message_process(
                "crm.complaint",
                MAIL % {"id": "dead", "domain": self.alias_domain, "headers": ""},
            )
        complaint = self.env["crm.complaint"].search([], limit=1)
        self.assertIn("The pump gurgles", complaint.story)
        self.assertEqual(complaint.email_normalized, "lin@clinic.example")
        notices = complaint.acknowledged_message_id.notification_ids
        theirs = notices.filtered(lambda n: n.res_partner_id == complaint.partner_id)
        self.assertEqual(theirs.notification_status, "exception")
        self.assertIn("call them", str(complaint.activity_ids.mapped("summary")))

    def test_text_that_no_field_can_hold(self):
        mail = MAIL.replace("The pump", "The \x0bpump\x0c")
        with self.mock_mail_gateway(mail_unlink_sent=False):
            self.env["mail.thread"].message_process(
                "crm.complaint",
                mail % {"id": "odd", "domain": self.alias_domain, "headers": ""},
            )
        self.assertIn("pump", self.env["crm.complaint"].search([], limit=1).story)
