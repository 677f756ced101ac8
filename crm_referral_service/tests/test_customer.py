from functools import partial

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SALESPERSON, SERVICE_USER, ServiceCommon


@tagged("post_install", "-at_install")
class TestCustomer(ServiceCommon):
    """A customer and a lead show that there are complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ann", "parent_id": cls.customer.id}
        )
        cls.complaint = cls._create_complaint(partner_id=cls.contact.id)
        cls.ended = cls._create_complaint()
        cls.ended.action_withdraw("Found it")
        cls.both = cls._create_user("both", SERVICE_USER)
        cls.both.group_ids = [Command.link(cls.env.ref(SALESPERSON).id)]
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Clean rooms",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.salesperson.id,
            }
        )

    def _count(self, record, user):
        record = record.with_user(user)
        record.invalidate_recordset()
        return record.complaint_count, record.open_complaint_count

    def test_company_counts_its_people(self):
        self.assertEqual(self._count(self.customer, self.agent), (2, 1))
        self.assertEqual(self._count(self.contact, self.agent), (1, 1))

    def test_button_leads_to_what_it_counts(self):
        for partner in (self.customer, self.contact):
            action = partner.with_user(self.agent).action_view_complaints()
            found = self.env["crm.complaint"].search_count(action["domain"])
            self.assertEqual(found, self._count(partner, self.agent)[0])

    def test_confidential_is_not_counted_for_others(self):
        self.complaint.is_confidential = True
        self.assertEqual(self._count(self.customer, self.agent), (2, 1))
        self.assertEqual(self._count(self.customer, self.colleague), (1, 0))

    def test_lead_tells_salespeople_the_fact_only(self):
        lead = self.lead.with_user(self.salesperson)
        self.assertTrue(lead.has_open_complaint)
        for name in ("complaint_count", "open_complaint_count"):
            with self.assertRaises(AccessError):
                lead.read([name])
        with self.assertRaises(AccessError):
            lead.action_view_complaints()
        self.complaint.action_withdraw("Found it, too")
        lead.invalidate_recordset()
        self.assertFalse(lead.has_open_complaint)

    def test_lead_for_who_does_both(self):
        self.lead.user_id = self.both
        self.assertEqual(self._count(self.lead, self.both), (2, 1))
        action = self.lead.with_user(self.both).action_view_complaints()
        self.assertEqual(self.env["crm.complaint"].search_count(action["domain"]), 2)

    def test_lead_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.lead.user_id = False
        self.lead.team_id = False
        self.lead.company_id = other
        self.salesperson.company_ids = [Command.link(other.id)]
        lead = self.lead.with_user(self.salesperson).with_context(
            allowed_company_ids=[other.id]
        )
        self.assertFalse(lead.has_open_complaint, "it is not theirs")

    def test_lead_without_customer(self):
        lead = self.env["crm.lead"].with_user(self.salesperson).create({"name": "?"})
        self.assertFalse(lead.has_open_complaint)
        with Form(self.env["crm.lead"].with_user(self.both)) as form:
            form.name = "Another"

    def test_forms_cost_no_query_more(self):
        """Complaints are counted in the query that counts all else already."""
        for record, fname, user in (
            (self.customer, "assessment_round_count", self.agent),
            (self.customer, "assessment_round_count", self.salesperson),
            (self.lead, "checklist_count", self.salesperson),
        ):
            with self.subTest(record=record, user=user.login):
                record = record.with_user(user)
                extra = [
                    name
                    for name in (
                        "complaint_count",
                        "open_complaint_count",
                        "has_open_complaint",
                    )
                    if name in record._fields
                    and record._has_field_access(record._fields[name], "read")
                ]
                record.read([fname, *extra])  # fill the ormcaches
                without = self._count_queries(partial(record.read, [fname]))
                self.assertEqual(
                    self._count_queries(partial(record.read, [fname, *extra])), without
                )

    def _count_queries(self, call):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        return self.cr.sql_log_count - before
