from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmReferralCandidateConvert(models.TransientModel):
    """Shows the leads that a candidate may be already, before a new one is made."""

    _name = "crm.referral.candidate.convert"
    _inherit = ["crm.guarded.mixin"]
    _description = "Convert Candidate to Lead"

    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate", required=True, ondelete="cascade"
    )
    duplicate_lead_ids = fields.Many2many(
        comodel_name="crm.lead",
        compute="_compute_duplicates",
        string="Possible Duplicates",
    )
    hidden_duplicate_count = fields.Integer(
        compute="_compute_duplicates",
        help="Possible duplicates of colleagues, which you cannot open.",
    )
    known_before = fields.Text(
        compute="_compute_duplicates", help="Whom to talk to about hidden duplicates."
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Link to",
        domain="[('id', 'in', duplicate_lead_ids)]",
        compute="_compute_lead_id",
        compute_sudo=False,  # a lead that is hidden from the user is not proposed
        store=True,
        precompute=True,
        readonly=False,
        ondelete="cascade",
        help="The lead that this candidate is already.",
    )

    @api.depends("candidate_id")
    def _compute_duplicates(self):
        for wizard in self:
            candidate = wizard.candidate_id
            duplicates = candidate._find_duplicate_leads()
            everything_sudo = candidate._find_duplicate_leads(include_hidden=True)
            wizard.duplicate_lead_ids = duplicates
            wizard.hidden_duplicate_count = len(everything_sudo) - len(duplicates)
            wizard.known_before = "\n".join(
                candidate._describe_leads(
                    everything_sudo.filtered(lambda x, own=duplicates: x not in own)
                )
            )

    @api.depends("candidate_id")
    def _compute_lead_id(self):
        for wizard in self:
            candidate = wizard.candidate_id
            wizard.lead_id = candidate and candidate._find_duplicate_leads()[:1]

    def action_link(self):
        """Link the candidate to the chosen lead.

        :return: a window action: the lead
        :raise UserError: when no lead is chosen
        """
        self.ensure_one()
        if not self.lead_id:
            raise UserError(
                self.env._("Choose the lead to link, or make a new lead instead.")
            )
        lead = self.candidate_id._convert(self.lead_id)
        return lead.redirect_lead_opportunity_view()

    def action_create(self):
        """Make a new lead although there may be a duplicate.

        :return: a window action: the lead
        """
        self.ensure_one()
        return self.candidate_id._convert().redirect_lead_opportunity_view()
