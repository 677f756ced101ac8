from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_referral.tools.readiness import ReadinessRule

from ..tools.complaint_counts import count_complaints

FROM = SQL("res_partner owner")
OF_CUSTOMER = SQL("owner.id IN (complaint.partner_id, complaint.commercial_partner_id)")


class ResPartner(models.Model):
    """Whoever has an open complaint is not asked for anything."""

    _inherit = "res.partner"

    complaint_count = fields.Integer(
        compute="_compute_assessment_figures",
        groups="crm_referral_service.group_service_user",
        help="Complaints of this customer that you may see.",
    )
    open_complaint_count = fields.Integer(
        compute="_compute_assessment_figures",
        groups="crm_referral_service.group_service_user",
        help="Complaints of this customer that go on, of those that you may see.",
    )

    service_contact_count = fields.Integer(
        compute="_compute_assessment_figures",
        groups="crm_referral_service.group_service_user",
        help="How often this customer turned to us, or we to them.",
    )

    service_callback_from = fields.Float(
        string="Call Not Before",
        aggregator=None,
        groups="crm_referral_service.group_service_user",
        help="From which hour on this customer likes to be called, by their own clock.",
    )
    service_callback_to = fields.Float(
        string="Call Until",
        aggregator=None,
        groups="crm_referral_service.group_service_user",
        help="Until which hour this customer likes to be called, by their own clock.",
    )

    _service_callback_hours = models.Constraint(
        "CHECK (COALESCE(service_callback_from, 0) = 0 "
        "AND COALESCE(service_callback_to, 0) = 0 "
        "OR COALESCE(service_callback_from, 0) >= 0 "
        "AND COALESCE(service_callback_from, 0) < COALESCE(service_callback_to, 0) "
        "AND COALESCE(service_callback_to, 0) <= 24)",
        "The hours to call a customer begin before they end, on the same day.",
    )

    def _get_interaction_figures(self):
        figures = super()._get_interaction_figures()
        Contact = self.env["crm.service.contact"]
        if Contact.has_access("read"):
            Contact.flush_model(["partner_id", "commercial_partner_id"])
            figures["service_contact_count"] = count_complaints(
                Contact._search([]), FROM, OF_CUSTOMER, self.ids
            )
        Complaint = self.env["crm.complaint"]
        if Complaint.has_access("read"):
            for name, domain in Complaint._get_count_domains().items():
                query = Complaint._search(domain)
                figures[name] = count_complaints(query, FROM, OF_CUSTOMER, self.ids)
        return figures

    # === ACTION METHODS === #

    def action_view_complaints(self):
        """Show the complaints of this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.complaint"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral_service.crm_complaint_action"
        )
        action["domain"] = [
            "|",
            ("partner_id", "=", self.id),
            ("commercial_partner_id", "=", self.id),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_view_service_contacts(self):
        """Show when and why this customer turned to us.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.service.contact"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral_service.crm_service_contact_action"
        )
        action["domain"] = [
            "|",
            ("partner_id", "=", self.id),
            ("commercial_partner_id", "=", self.id),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    # === CALL BACK === #

    def _get_callback_hours(self):
        """When the customer likes to be called; of a person, else of their company.

        :return: the hours from and until which, by their clock; none if nobody asked
        :rtype: tuple[float, float] | tuple[()]
        """
        # sudo: told to who may log contacts, for a customer whom they have chosen
        for partner in (self.sudo(), self.sudo().commercial_partner_id):
            if partner.service_callback_to:
                return partner.service_callback_from, partner.service_callback_to
        return ()

    # === READINESS === #

    @api.model
    def _get_readiness_rules(self, exclude_referrals=None):
        # sudo: salespeople do not read complaints; that there is one is told
        open_sudo = (
            self.env["crm.complaint"]
            .sudo()
            ._search(
                Domain("outcome", "=", False)
                & Domain("company_id", "=", self.env.company.id)
                & Domain("commercial_partner_id", "!=", False)
            )
        )
        return {
            "open_complaint": ReadinessRule(
                self.env._("Open complaint"),
                Domain(
                    "commercial_partner_id",
                    "in",
                    open_sudo.subselect("commercial_partner_id"),
                ),
                self._explain_open_complaint,
            ),
            **super()._get_readiness_rules(exclude_referrals),
        }

    @api.model
    def _get_good_moments(self):
        """Who was heard, and whose complaint is solved, has seen us at our best."""
        return {
            **super()._get_good_moments(),
            "complaint": self.env._("Complaint resolved"),
        }

    @api.model
    def _explain_open_complaint(self, names):
        return {
            partner: self.env._(
                "%(customer)s has an open complaint. First put it right, then ask.",
                customer=name,
            )
            for partner, name in names.items()
        }
