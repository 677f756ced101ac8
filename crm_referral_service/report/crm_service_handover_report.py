from odoo import api, fields, models
from odoo.tools import SQL

from ..figures import quotients, words
from ..tools.selections import selection_of

RATES = quotients("crm.service.handover.report")


class CrmServiceHandoverReport(models.Model):
    """Analysis of questions to colleagues: one row per question that was not withdrawn,
    under the record's own rules.
    """

    _name = "crm.service.handover.report"
    _description = "Questions Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "handover_id"
    _quotients = RATES
    _rate_fields = frozenset(RATES)
    _medians = {"hours_to_answer": "answered_count"}

    _depends = {
        "crm.service.handover": [
            "answer_hours",
            "answered_on",
            "company_id",
            "complaint_id",
            "contact_id",
            "create_date",
            "deadline",
            "from_user_id",
            "is_told_in_time",
            "state",
            "to_user_id",
            "told_on",
        ],
        "crm.service.contact": [
            "complaint_id",
            "partner_id",
            "reason_id",
            "team_id",
            "user_id",
        ],
        "crm.complaint": [
            "is_confidential",
            "partner_id",
            "reason_id",
            "team_id",
            "user_id",
        ],
    }

    handover_id = fields.Many2one(
        comodel_name="crm.service.handover", string="Question", readonly=True
    )
    complaint_id = fields.Many2one(comodel_name="crm.complaint", readonly=True)
    contact_id = fields.Many2one(
        comodel_name="crm.service.contact", string="Service Contact", readonly=True
    )
    is_confidential = fields.Boolean(string="Confidential", readonly=True)
    date = fields.Datetime(string="Asked On", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Asked By", readonly=True
    )
    owner_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        help="Whose complaint or contact it is.",
    )
    to_user_id = fields.Many2one(
        comodel_name="res.users", string="Colleague", readonly=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Service Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    reason_id = fields.Many2one(comodel_name="crm.service.reason", readonly=True)
    state = fields.Selection(
        selection=selection_of("crm.service.handover", "state"), readonly=True
    )

    question_count = fields.Integer(**words("questions"), readonly=True)
    told_due_count = fields.Integer(**words("told_due"), readonly=True)
    told_in_time_count = fields.Integer(**words("told_in_time"), readonly=True)
    answered_count = fields.Integer(**words("answered"), readonly=True)
    unanswered_count = fields.Integer(**words("unanswered"), readonly=True)
    hours_to_answer = fields.Float(
        **words("hours_to_answer"), readonly=True, aggregator="avg", digits=(16, 1)
    )
    told_rate = fields.Float(**words("told_rate"), readonly=True, aggregator="avg")

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT h.id, h.id AS handover_id, c.id AS complaint_id, h.contact_id,
                   h.create_date AS date,
                   h.from_user_id AS user_id, h.to_user_id, h.company_id, h.state,
                   COALESCE(c.partner_id, k.partner_id) AS partner_id,
                   COALESCE(c.team_id, k.team_id) AS team_id,
                   COALESCE(c.reason_id, k.reason_id) AS reason_id,
                   COALESCE(c.user_id, k.user_id) AS owner_id,
                   c.is_confidential,
                   1 AS question_count,
                   (h.told_on IS NOT NULL OR h.deadline < %(today)s)::int
                       AS told_due_count,
                   COALESCE(h.is_told_in_time, FALSE)::int AS told_in_time_count,
                   (h.answered_on IS NOT NULL)::int AS answered_count,
                   (h.state = 'asked' AND h.deadline < %(today)s)::int
                       AS unanswered_count,
                   CASE WHEN h.answered_on IS NOT NULL THEN h.answer_hours END::float8
                       AS hours_to_answer,
                   NULL::float8 AS told_rate
              FROM crm_service_handover h
         LEFT JOIN crm_service_contact k ON k.id = h.contact_id
         LEFT JOIN crm_complaint c
                ON c.id = COALESCE(h.complaint_id, k.complaint_id)
             WHERE h.state <> 'withdrawn'
            """,
            today=fields.Date.context_today(self),
        )

    # === ACTION METHODS === #

    @api.readonly
    def action_open_handover(self):
        """Open the question behind this row.

        :return: a window action
        """
        self.ensure_one()
        return self.handover_id._get_records_action()
