from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.group_together import group_sql, read_together


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
        found = read_together(self.env, self._get_interaction_figures())
        for record in self:
            for fname, figures in found.items():
                record[fname] = figures.get(record._origin.id, [0])[0]

    def _get_interaction_figures(self):
        """Figures that the form of such a record shows, read in one query.

        An addon adds its own, so that opening the form costs nothing more. Its field
        names the same method in ``compute``.

        :return: by the name of a field a query, as of ``group_sql``
        :rtype: dict[str, SQL]
        """
        return {
            "checklist_count": group_sql(
                self.env["crm.assessment.round"],
                self._interaction_field,
                self.ids,
                Domain("is_checklist", "=", True),
            )
        }

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
