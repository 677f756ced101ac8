from odoo import api, fields, models


class CrmAssessmentRound(models.Model):
    _inherit = "crm.assessment.round"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Lead or Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        rounds = super().create(vals_list)
        rounds.lead_id._note_pointed_at()
        return rounds

    def write(self, vals):
        result = super().write(vals)
        if vals.get("lead_id"):
            self.lead_id._note_pointed_at()
        return result

    def _on_closed(self):
        """What a customer says speaks for asking them, most of all one who has just
        become a fan. Called in sudo mode.
        """
        fans = self.filtered(lambda r: r.stage_id.code == "fan").filtered(
            lambda r: (
                r.partner_id.with_company(r.company_id).loyalty_stage_id.code != "fan"
            )
        )
        result = super()._on_closed()
        self.env["crm.referral.ask"]._note_moments(
            "fan", [(round_.partner_id, round_) for round_ in fans]
        )
        asking = self.filtered("asks_customer")
        self.env["crm.referral.readiness"]._note_change(
            asking.partner_id | asking.contact_id
        )
        return result
