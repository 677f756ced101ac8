from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.complaint_counts import count_complaints

FROM = SQL("crm_lead owner JOIN res_partner customer ON customer.id = owner.partner_id")
OF_CUSTOMER = SQL("complaint.commercial_partner_id = customer.commercial_partner_id")


class CrmLead(models.Model):
    """Who sells to a customer knows that they have a complaint."""

    _inherit = "crm.lead"

    complaint_count = fields.Integer(
        compute="_compute_checklist_count",
        groups="crm_referral_service.group_service_user",
        help="Complaints of this customer that you may see.",
    )
    open_complaint_count = fields.Integer(
        compute="_compute_checklist_count",
        groups="crm_referral_service.group_service_user",
        help="Complaints of this customer that go on, of those that you may see.",
    )
    has_open_complaint = fields.Boolean(
        compute="_compute_checklist_count",
        groups="sales_team.group_sale_salesman",
        help="The customer has a complaint that is not settled yet.",
    )

    # === COMPUTE METHODS === #

    def _get_interaction_figures(self):
        Complaint = self.env["crm.complaint"]
        of_company = SQL(
            "%s AND complaint.company_id = COALESCE(owner.company_id, %s)",
            OF_CUSTOMER,
            self.env.company.id,
        )
        # sudo: salespeople do not read complaints; that there is one is told
        open_sudo = Complaint.sudo()._search(Domain("outcome", "=", False))
        figures = {
            **super()._get_interaction_figures(),
            "has_open_complaint": count_complaints(
                open_sudo, FROM, of_company, self.ids
            ),
        }
        if Complaint.has_access("read"):
            for name, domain in Complaint._get_count_domains().items():
                query = Complaint._search(domain)
                figures[name] = count_complaints(query, FROM, OF_CUSTOMER, self.ids)
        return figures

    # === CRUD METHODS === #

    def write(self, vals):
        """Who it is, is known now: so is who turned to us and became this lead."""
        unknown = self.browse()
        if vals.get("partner_id"):
            unknown = self.filtered(lambda lead: not lead.partner_id)
        result = super().write(vals)
        if unknown:
            unknown._tell_service_who_it_is()
        return result

    # === ACTION METHODS === #

    def action_view_complaints(self):
        """Show the complaints of this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.commercial_partner_id.action_view_complaints()

    # === BUSINESS METHODS === #

    def _tell_service_who_it_is(self):
        """The contacts of which these were made are of the customer, too."""
        # sudo: who sells need not read them; the customer is the one of the lead
        contacts = (
            self.env["crm.service.contact"]
            .sudo()
            .search([("lead_id", "in", self.ids), ("partner_id", "=", False)])
        )
        for contact in contacts:
            partner = contact.lead_id.partner_id
            if partner.company_id <= contact.company_id:
                contact.partner_id = partner

    # === MERGE === #

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the contacts follow the lead, also those of a colleague
        contacts = (
            self.env["crm.service.contact"]
            .sudo()
            .with_context(active_test=False)
            .search([("lead_id", "in", opportunities.ids)])
        )
        contacts.lead_id = self
        return result
