from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import SERVICE_USER, ServiceCommon


class CauseCommon(ServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.process, cls.delivery = pride.section_ids[:2]
        cls.sales_manager = cls._create_user(
            "sales-manager", "sales_team.group_sale_manager"
        )
        cls.stranger = cls._create_user("stranger", SERVICE_USER)

    @classmethod
    def _create_systemic(cls, **values):
        return cls._create_complaint(
            story="The third delivery this month",
            reason_id=cls.reason.id,
            scope="systemic",
            section_ids=[(6, 0, (cls.process | cls.delivery).ids)],
            **values,
        )


@tagged("post_install", "-at_install")
class TestEvidence(CauseCommon):
    """A cause in two areas is evidence in both, for who may read the complaint."""

    def _get_evidence(self, user):
        self.env.flush_all()
        return (
            self.env["crm.assessment.evidence"]
            .with_user(user)
            .search([("res_model", "=", "crm.complaint")])
        )

    def test_one_row_an_area(self):
        complaint = self._create_systemic()
        other = self._create_systemic()
        evidence = self._get_evidence(self.manager)
        self.assertEqual(len(evidence), 4)
        self.assertEqual(len(set(evidence.ids)), 4)
        mine = evidence.filtered(lambda row: row.res_id == complaint.id)
        self.assertEqual(mine.section_id, self.process | self.delivery)
        self.assertEqual(set(mine.mapped("name")), {self.reason.display_name})
        self.assertEqual(set(mine.mapped("note")), {"The third delivery this month"})
        self.assertEqual(mine.partner_id, self.customer)
        self.assertEqual(mine[0].action_open()["res_id"], complaint.id)
        self.assertEqual((evidence - mine)[0].action_open()["res_id"], other.id)

    def test_who_sees_it(self):
        self._create_systemic()
        for user, rows in (
            (self.agent, 2),
            (self.stranger, 2),
            (self.manager, 2),
            (self.salesperson, 0),
            (self.sales_manager, 0),
        ):
            with self.subTest(user.login):
                self.assertEqual(len(self._get_evidence(user)), rows)

    def test_who_sees_that_of_contacts(self):
        """Who sells reads nothing that was said to the service, and no error."""
        complaint = self._create_complaint(is_confidential=True)
        self.reason.section_ids = self.process
        values = {"reason_id": self.reason.id, "kind": "dumb", "note": "Their secret"}
        Contact = self.env["crm.service.contact"]
        told, hidden = Contact.create([{**values, "user_id": self.agent.id}] * 2)
        hidden.complaint_id = complaint.sudo()
        self.env.flush_all()
        for user, rows in (
            (self.agent, 1),
            (self.stranger, 1),
            (self.manager, 1),
            (self.salesperson, 0),
            (self.sales_manager, 0),
        ):
            with self.subTest(user.login):
                evidence = self.env["crm.assessment.evidence"].with_user(user)
                found = evidence.search([("note", "=", "Their secret")])
                self.assertEqual(found.mapped("res_id"), told.ids[:rows])
                evidence.search([]).mapped("name")

    def test_what_is_no_evidence(self):
        self._create_systemic(is_confidential=True)
        self._create_systemic().scope = "one_off"
        self._create_systemic().sudo().active = False
        self.assertFalse(self._get_evidence(self.manager))


@tagged("post_install", "-at_install")
class TestActionOfComplaint(CauseCommon):
    """One click from the complaint to what is done about it."""

    def _decide(self, complaint, user=None, **values):
        action = complaint.with_user(user or self.agent).action_plan_improvement()
        form = Form(
            self.env["crm.assessment.action"]
            .with_user(user or self.agent)
            .with_context(**action["context"])
        )
        for name, value in {"name": "Call the day before", **values}.items():
            form[name] = value
        return form.save()

    def test_it_knows_all_of_the_complaint(self):
        self.reason.owner_id = self.technician
        complaint = self._create_systemic()
        action = self._decide(complaint)
        self.assertEqual(complaint.action_id, action)
        self.assertEqual(action.complaint_id, complaint)
        self.assertEqual(action.reason_id, self.reason)
        self.assertEqual(action.section_id, self.process)
        self.assertEqual(action.partner_id, self.customer)
        self.assertEqual(action.user_id, self.technician)
        self.assertEqual(action.team_id, self.team)
        self.assertEqual(action.cause, "The third delivery this month")
        again = complaint.with_user(self.agent).action_plan_improvement()
        self.assertEqual(again["res_id"], action.id)

    def test_without_owner_of_the_reason(self):
        self.reason.owner_id = False
        self.assertEqual(self._decide(self._create_systemic()).user_id, self.agent)

    def test_accepted_until(self):
        complaint = self._create_systemic()
        action = self._decide(complaint, kind="acceptance", deadline=date(2099, 1, 1))
        self.assertEqual(action.kind, "acceptance")
        self.assertFalse(complaint._get_missing_follow_through()[2:])

    def test_second_action_leaves_the_first(self):
        complaint = self._create_systemic()
        first = self._decide(complaint)
        second = first.copy({"complaint_id": complaint.id})
        self.assertEqual(complaint.action_id, first)
        self.assertEqual(second.complaint_id, complaint)

    def test_confidential_stays_with_who_answers_for_it(self):
        complaint = self._create_systemic(is_confidential=True)
        action = self._decide(complaint)
        self.assertFalse(action.team_id)
        with self.assertRaises(AccessError):
            action.with_user(self.colleague).read(["name"])

    def test_owner_elsewhere_sees_no_complaint(self):
        self.reason.owner_id = self.technician
        action = self._decide(self._create_systemic())
        seen = action.with_user(self.technician)
        self.assertEqual(seen.name, "Call the day before")
        self.assertEqual(seen.action_done(), True)
        with self.assertRaises(AccessError):
            seen.read(["complaint_id"])

    def test_complaint_that_one_may_not_write(self):
        complaint = self._create_systemic()
        with self.assertRaises(AccessError):
            self._decide(complaint, user=self.stranger)
        with self.assertRaises(AccessError):
            self.env["crm.assessment.action"].with_user(self.stranger).create(
                {
                    "name": "Mine",
                    "complaint_id": complaint.id,
                    "partner_id": self.customer.id,
                    "section_id": self.process.id,
                    "deadline": "2099-01-01",
                }
            )

    def test_team_sees_it(self):
        action = self._decide(self._create_systemic())
        self.assertTrue(action.with_user(self.colleague).has_access("read"))
        self.assertFalse(action.with_user(self.stranger).has_access("read"))
