from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, formatLang

# What is compared: as many days before somebody has learned it as after, at most.
SPAN = timedelta(days=90)
# With fewer reviewed checklists, before or after, nothing is said.
MINIMUM = 3
LEADS = "crm_referral_service.group_service_manager"


class CrmServiceRelearnedMixin(models.AbstractModel):
    """Whether somebody has learned it: their reviewed checklists, before and after.

    It is told to who learned it, and to who leads.
    """

    _name = "crm.service.relearned.mixin"
    _description = "Effect of Learning"

    learning_note = fields.Char(
        string="What Checklists Show", compute="_compute_learning_note"
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "state", "done_on", "agent_id", "section_id")
    @api.depends_context("lang", "uid")
    def _compute_learning_note(self):
        leads = self.env.su or self.env.user.has_group(LEADS)
        shown = self.filtered(
            lambda action: leads or self.env.user in (action.agent_id, action.user_id)
        )
        measured = shown._measure_learning()
        for action in self:
            figures = measured.get(action._origin)
            action.learning_note = figures and action._describe_learning(figures)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._check_may_plan_learning("agent_id")
        return actions

    def write(self, vals):
        self._check_may_plan_learning("agent_id", "user_id")
        result = super().write(vals)
        if "kind" in vals:
            self._check_may_plan_learning("agent_id")
        return result

    # === BUSINESS METHODS === #

    def _check_may_plan_learning(self, *fnames):
        """Who plans it, or makes it their own, would see a colleague's checklists.

        :param fnames: the fields of those who may, beside who manages
        :raise AccessError: when it is what a colleague learns
        """
        if self.env.su or self.env.user.has_group(LEADS):
            return
        learning = self.filtered(lambda a: a.kind == "learning" and a.agent_id)
        if learning.filtered(lambda a: self.env.user not in [a[f] for f in fnames]):
            raise AccessError(
                self.env._(
                    "What a colleague learns is planned by who manages the customer "
                    "service. Ask them."
                )
            )

    def _measure_learning(self):
        """:return: by action that was learned: the score of its area on average of the
            reviewed checklists, and their number, before and after
        :rtype: dict[recordset, tuple]
        """
        learned = self._origin.filtered(
            lambda action: action.kind == "learning" and action.done_on
        )
        if not learned:
            return {}
        learned.flush_recordset(["agent_id", "company_id", "done_on", "section_id"])
        self.env["crm.assessment.score"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT action.id,
                       avg(score.score) FILTER (WHERE score.date <= action.done_on),
                       count(DISTINCT score.assessment_id)
                           FILTER (WHERE score.date <= action.done_on),
                       avg(score.score) FILTER (WHERE score.date > action.done_on),
                       count(DISTINCT score.assessment_id)
                           FILTER (WHERE score.date > action.done_on)
                  FROM crm_assessment_action action
                  JOIN crm_assessment_score score
                    ON score.user_id = action.agent_id
                   AND score.section_id = action.section_id
                   AND score.company_id = action.company_id
                   AND score.date > action.done_on - %(span)s
                   AND score.date <= action.done_on + %(span)s
                  JOIN crm_assessment_framework framework
                    ON framework.id = score.framework_id AND framework.is_checklist
                 WHERE action.id = ANY(%(ids)s) AND score.score IS NOT NULL
                   AND score.is_comparable AND score.is_counted
              GROUP BY action.id
                """,
                span=SPAN,
                ids=learned.ids,
            )
        )
        return {self.browse(key): tuple(figures) for key, *figures in rows}

    def _describe_learning(self, figures):
        before, count_before, after, count_after = figures
        if min(count_before, count_after) < MINIMUM:
            return self.env._(
                "%(before)s reviewed checklists before, %(after)s after: too few to "
                "say",
                before=count_before,
                after=count_after,
            )
        return self.env._(
            "%(before)s on average of %(count_before)s reviewed checklists before, "
            "%(after)s of %(count_after)s after",
            before=formatLang(self.env, before, digits=1),
            count_before=count_before,
            after=formatLang(self.env, after, digits=1),
            count_after=count_after,
        )
