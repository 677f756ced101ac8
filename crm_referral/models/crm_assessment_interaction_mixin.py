from odoo import api, fields, models


class CrmAssessmentInteractionMixin(models.AbstractModel):
    """What a BE SURE checklist can look back at: a customer, a lead, a request …

    Who uses it is known to ``crm.assessment.round._prepare_interaction_values``.
    """

    _name = "crm.assessment.interaction.mixin"
    _description = "Interaction That a Checklist Is About"

    checklist_count = fields.Integer(
        compute="_compute_checklist_count",
        groups="sales_team.group_sale_salesman",
        help="BE SURE checklists about this that the user may see.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_checklist_count(self):
        Round = self.env["crm.assessment.round"]
        fname = Round._get_interaction_field(self._name)
        counts = dict(
            Round._read_group(
                [(fname, "in", self.ids), ("respondents", "=", "review")],
                [fname],
                ["__count"],
            )
        )
        for record in self:
            record.checklist_count = counts.get(record._origin, 0)

    # === ACTION METHODS === #

    def action_start_checklist(self):
        """Look back at this with a BE SURE checklist, or go on with the open one.

        Nothing is made before the user says so on its form.

        :return: a window action
        """
        self.ensure_one()
        return self.env["crm.assessment.round"].start_checklist(self)

    def action_view_checklists(self):
        """Open the checklist that waits for the user, else show those about this.

        A new one there is about this too.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        Round = self.env["crm.assessment.round"]
        waiting = Round._find_waiting(self)
        if waiting.my_assessment_id or waiting.state == "draft":
            return waiting._open_checklist()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_round_be_sure_action"
        )
        values = Round._prepare_interaction_values(self)
        action["domain"] = [
            (Round._get_interaction_field(self._name), "=", self.id),
            ("respondents", "=", "review"),
        ]
        action["context"] = {
            "assessment_framework": "be_sure",
            **{f"default_{fname}": value for fname, value in values.items()},
        }
        return action
