from odoo import fields, models

from ..tools.maybe_float import MaybeFloat


class ResPartner(models.Model):
    _inherit = "res.partner"

    assessment_round_ids = fields.One2many(
        comodel_name="crm.assessment.round",
        inverse_name="partner_id",
        string="Assessment Rounds",
        groups="sales_team.group_sale_salesman",
    )
    assessment_round_count = fields.Integer(
        compute="_compute_assessment_round_count",
        groups="sales_team.group_sale_salesman",
        help="PRIDE rounds of this customer that the user may see.",
    )
    loyalty_stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
        help="Where the customer stood in the last PRIDE round.",
    )
    loyalty_score = MaybeFloat(
        company_dependent=True,
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="sales_team.group_sale_salesman",
        help="Overall score of the last PRIDE round. Empty: never measured.",
    )
    loyalty_date = fields.Date(
        string="Loyalty Measured On",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    # === COMPUTE METHODS === #

    def _compute_assessment_round_count(self):
        counts = dict(
            self.env["crm.assessment.round"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("framework_id.respondents", "=", "viewpoints"),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.assessment_round_count = counts.get(partner._origin, 0)

    # === ACTION METHODS === #

    def action_start_pride_round(self):
        """Ask the three viewpoints about this customer, or go on with the open round.

        :return: a window action: the round
        """
        self.ensure_one()
        Round = self.env["crm.assessment.round"]
        framework = self.env.ref("crm_referral.crm_assessment_framework_pride")
        round_ = Round.search(
            [
                ("partner_id", "=", self.id),
                ("framework_id", "=", framework.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "open"),
            ],
            limit=1,
        ) or Round.create({"partner_id": self.id, "framework_id": framework.id})
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_assessment_round_pride_action"
            ),
            "res_id": round_.id,
            "views": [
                (self.env.ref("crm_referral.crm_assessment_round_view_form").id, "form")
            ],
        }

    def action_view_pride_rounds(self):
        """Show the PRIDE rounds of this customer.

        :return: a window action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_round_pride_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.id),
            ("framework_id.respondents", "=", "viewpoints"),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _set_loyalty(self, assessment_round):
        """Keep where the customer stands. Called in sudo mode, in the round's company.

        :param assessment_round: the crm.assessment.round that has been answered
        """
        self.write(
            {
                "loyalty_stage_id": assessment_round.stage_id.id,
                "loyalty_score": assessment_round.score,
                "loyalty_date": assessment_round.closed_on,
            }
        )
