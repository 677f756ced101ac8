from odoo import api, fields, models


class CrmAssessmentInteractionMixin(models.AbstractModel):
    """What a checklist can look back at: a customer, or a conversation with one.

    The round has a many2one to each model that uses this, named in
    ``_interaction_field``.
    """

    _name = "crm.assessment.interaction.mixin"
    _description = "Interaction That a Checklist Is About"

    # The field of crm.assessment.round that ties a checklist to a record of this model.
    _interaction_field = None

    checklist_count = fields.Integer(
        compute="_compute_checklist_count",
        groups="crm_assessment.group_assessment_user",
        help="Checklists about this that the user may see.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_checklist_count(self):
        Round = self.env["crm.assessment.round"]
        fname = self._interaction_field
        counts = dict(
            Round._read_group(
                [(fname, "in", self.ids), ("is_checklist", "=", True)],
                [fname],
                ["__count"],
            )
        )
        for record in self:
            record.checklist_count = counts.get(record._origin, 0)

    # === ACTION METHODS === #

    def action_start_checklist(self):
        """Look back at this with a checklist, or go on with the open one.

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
        framework = Round._get_checklist_framework()
        action = framework._get_rounds_action()
        values = Round._prepare_interaction_values(self)
        action["domain"] = [
            (self._interaction_field, "=", self.id),
            ("is_checklist", "=", True),
        ]
        action["context"] = {
            "assessment_framework": framework.code,
            **{f"default_{fname}": value for fname, value in values.items()},
        }
        return action

    # === BUSINESS METHODS === #

    def _get_interaction_partner(self):
        """:return: the res.partner with whom the interaction was"""
        self.ensure_one()
        return self.partner_id

    def _prepare_interaction_values(self):
        """:return: values of a round that is about this, beside its own field
        :rtype: dict
        """
        self.ensure_one()
        return {}
