from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_assessment_framework import VIEWPOINTS


class CrmAssessmentEvidence(models.Model):
    """What stood in the way, and in which area of the organization it lies.

    A query made of parts: each source of evidence is one, and an addon adds its own
    (``_get_parts``). Only what has been revealed is here.
    """

    _name = "crm.assessment.evidence"
    _description = "Evidence"
    _auto = False
    _order = "done_on desc, id desc"

    _depends = {
        "crm.assessment": [
            "company_id",
            "done_on",
            "is_revealed",
            "partner_id",
            "respondent_id",
            "round_id",
            "state",
            "team_id",
            "user_id",
            "viewpoint",
        ],
        "crm.assessment.line": ["assessment_id", "cause", "cause_section_id", "note"],
        "crm.assessment.round": ["manager_id"],
    }

    name = fields.Char(
        string="What", compute="_compute_name", help="What was said or noted."
    )
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
        readonly=True,
        help="Where in the organization the cause lies.",
    )
    note = fields.Text(readonly=True)
    done_on = fields.Datetime(string="Noted On", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    viewpoint = fields.Selection(selection=VIEWPOINTS, readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Agent", readonly=True)
    respondent_id = fields.Many2one(
        comodel_name="res.users", string="Noted By", readonly=True
    )
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for model, evidence in self.grouped("res_model").items():
            records = self.env[model].browse(evidence.mapped("res_id"))
            for row, record in zip(evidence, records, strict=True):
                row.name = record._get_evidence_text()

    # === QUERY === #

    @property
    def _table_query(self):
        parts = self._get_parts()
        return SQL(" UNION ALL ").join(
            # Ids of different parts, and of several areas of one record, never meet.
            SQL(
                "SELECT (part.id::bigint * (areas.last + 1)"
                " + COALESCE(part.section_id, 0)) * %s + %s AS id,"
                " %s AS res_model, part.id AS res_id,"
                " part.section_id, part.note, part.done_on, part.partner_id,"
                " part.viewpoint, part.user_id, part.respondent_id, part.manager_id,"
                " part.team_id, part.company_id FROM (%s) part,"
                " (SELECT COALESCE(MAX(id), 0) AS last FROM crm_assessment_section)"
                " areas",
                len(parts),
                number,
                model,
                query,
            )
            for number, (model, query) in enumerate(sorted(parts.items()))
        )

    @api.model
    def _get_parts(self):
        """Where evidence comes from.

        :return: by model a query with the columns ``id``, ``section_id``, ``note``,
            ``done_on``, ``partner_id``, ``viewpoint``, ``user_id`` (whom it is about),
            ``respondent_id`` (who noted it), ``manager_id``, ``team_id`` and
            ``company_id``, which decide who sees it. A record has one row for each of
            its areas. The model has the methods ``_get_evidence_text`` and
            ``_get_evidence_action``.
        :rtype: dict[str, SQL]
        """
        return {
            "crm.assessment.line": SQL(
                """
                SELECT line.id, line.cause_section_id AS section_id, line.note,
                       form.done_on, form.partner_id, form.viewpoint, form.user_id,
                       form.respondent_id, round.manager_id, form.team_id,
                       form.company_id
                  FROM crm_assessment_line line
                  JOIN crm_assessment form ON form.id = line.assessment_id
             LEFT JOIN crm_assessment_round round ON round.id = form.round_id
                 WHERE line.cause = 'organization'
                   AND form.state = 'done' AND form.is_revealed
                """
            )
        }

    # === ACTION METHODS === #

    def action_open(self):
        """Show where it comes from.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return self.env[self.res_model].browse(self.res_id)._get_evidence_action()
