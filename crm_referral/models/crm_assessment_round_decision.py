from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmAssessmentRound(models.Model):
    """Nothing weak stays without an action or a dated acceptance."""

    _inherit = "crm.assessment.round"

    action_ids = fields.One2many(
        comodel_name="crm.assessment.action",
        inverse_name="round_id",
        string="Actions",
        copy=False,
    )
    undecided_count = fields.Integer(
        string="Weak Letters without Decision",
        compute="_compute_undecided_count",
        store=True,
        help="Weak letters that have neither an action nor a dated acceptance.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "weak_section_ids", "action_ids.section_id", "action_ids.state", "state"
    )
    def _compute_undecided_count(self):
        for round_ in self:
            round_.undecided_count = len(round_._get_undecided_sections())

    # === ACTION METHODS === #

    def action_decide(self):
        """Decide what is done about the next weak letter that has no decision yet.

        :return: a window action
        """
        self.ensure_one()
        sections = self._get_undecided_sections()
        if not sections:
            raise UserError(self.env._("Every weak letter has its decision."))
        section = sections[:1]
        return {
            "name": self.env._("Decide on %(letter)s", letter=section.name),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_section_id": section.id,
                "default_kind": "improvement",
            },
        }

    # === BUSINESS METHODS === #

    def _get_undecided_sections(self):
        """:return: the weak letters that have neither an action nor an acceptance."""
        self.ensure_one()
        if self.respondents != "viewpoints":
            return self.weak_section_ids.browse()
        # sudo: a decision counts also for who may not read it
        decided = self.sudo().action_ids.filtered(lambda a: a.state != "cancelled")
        return self.weak_section_ids - decided.section_id

    def _measure_effects(self):
        """Note for earlier actions how their letter does now."""
        letters = self._get_letters()
        actions = self.env["crm.assessment.action"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("round_id", "!=", self.id),
                ("round_id.framework_id", "=", self.framework_id.id),
                ("company_id", "=", self.company_id.id),
                ("score_after", "=", False),
                ("state", "!=", "cancelled"),
            ]
        )
        for action in actions:
            letter = letters.get(action.section_id)
            if letter and letter["score"] is not False:
                action.score_after = letter["score"]
