from odoo import api, fields, models
from odoo.fields import Command


class CrmReferralCandidateObject(models.TransientModel):
    """Says what an objection stops, and offers to stop the rest as well."""

    _name = "crm.referral.candidate.object"
    _inherit = ["crm.guarded.mixin"]
    _description = "Note an Objection"

    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    candidate_email = fields.Char(related="candidate_id.email", readonly=False)
    candidate_phone = fields.Char(related="candidate_id.phone", readonly=False)
    own_lead_id = fields.Many2one(related="candidate_id.lead_id", string="Lead")
    is_own_lead_open = fields.Boolean(compute="_compute_leads")
    other_lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        string="Other Open Leads of This Person",
        compute="_compute_leads",
    )
    hidden_lead_count = fields.Integer(compute="_compute_leads")
    close_lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        relation="crm_referral_candidate_object_lead_rel",
        string="Close These, Too",
        domain="[('id', 'in', other_lead_ids)]",
        default=lambda self: self._default_close_lead_ids(),
        help="They did not come from this introduction, so you decide.",
    )

    def _default_close_lead_ids(self):
        candidate = self.env["crm.referral.candidate"].browse(
            self.env.context.get("default_candidate_id")
        )
        if not candidate:
            return []
        leads = candidate._find_duplicate_leads() - candidate.lead_id
        return [Command.set(leads.ids)]

    @api.depends("candidate_id")
    def _compute_leads(self):
        for wizard in self:
            candidate = wizard.candidate_id
            own = candidate.lead_id
            wizard.is_own_lead_open = own.won_status == "pending"
            everything = candidate._find_duplicate_leads(include_hidden=True)
            visible = candidate._find_duplicate_leads()
            wizard.other_lead_ids = visible - own
            hidden = everything.sudo(False) - visible.sudo(False) - own.sudo(False)
            wizard.hidden_lead_count = len(hidden)

    def action_object(self):
        """Note the objection, and close the leads that were chosen.

        :return: an action that closes the window, or a warning
        """
        self.ensure_one()
        leads = self.close_lead_ids & self.other_lead_ids
        leads.check_access("write")
        leads._close_objected()
        result = self.candidate_id.action_object()
        if result is True:
            return {"type": "ir.actions.act_window_close"}
        result["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return result
