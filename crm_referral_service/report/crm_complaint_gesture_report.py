from odoo import api, fields, models
from odoo.tools import SQL

from ..figures import quotients, words
from ..tools.selections import selection_of

RATES = quotients("crm.complaint.gesture.report")


class CrmComplaintGestureReport(models.Model):
    """Analysis of what was given, and by whose authority: one row per gesture that
    costs money and was agreed or put to somebody, under the record's own rules.

    What was asked for, and whether the limit allowed it, is what was kept then: a limit
    that changes does not change the past.
    """

    _name = "crm.complaint.gesture.report"
    _description = "Gestures Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "gesture_id"
    _quotients = RATES
    _rate_fields = frozenset(RATES)
    _medians = {"hours_to_decide": "decided_count"}

    _depends = {
        "crm.complaint": ["is_confidential", "partner_id", "team_id", "user_id"],
        "crm.complaint.gesture": [
            "agreed_amount",
            "agreed_on",
            "amount",
            "approved_by_id",
            "approved_on",
            "authority_id",
            "company_id",
            "complaint_id",
            "is_within_limit",
            "limit_amount",
            "proposed_by_id",
            "state",
            "type_id",
        ],
        "crm.service.authority": ["company_id", "max_amount", "type_id"],
        "crm.service.gesture.type": ["has_amount"],
    }

    gesture_id = fields.Many2one(comodel_name="crm.complaint.gesture", readonly=True)
    complaint_id = fields.Many2one(comodel_name="crm.complaint", readonly=True)
    is_confidential = fields.Boolean(string="Confidential", readonly=True)
    date = fields.Datetime(string="Promised or Asked On", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    type_id = fields.Many2one(
        comodel_name="crm.service.gesture.type", string="Kind of Gesture", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Proposed By", readonly=True
    )
    owner_id = fields.Many2one(
        comodel_name="res.users", readonly=True, help="Whose complaint it is."
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", string="Decided By", readonly=True
    )
    authority_id = fields.Many2one(
        comodel_name="crm.service.authority",
        string="Limit That Counted",
        readonly=True,
        groups="crm_referral_service.group_service_manager",
    )
    is_current_limit = fields.Boolean(
        readonly=True,
        export_string_translation=False,
        help="The limit is still as it was then.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Service Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    state = fields.Selection(
        selection=selection_of("crm.complaint.gesture", "state"), readonly=True
    )

    agreed_amount = fields.Float(
        string="Amount Asked For", readonly=True, aggregator=None
    )
    gesture_count = fields.Integer(**words("gestures"), readonly=True)
    within_limit_count = fields.Integer(**words("within_limit"), readonly=True)
    decided_count = fields.Integer(**words("decided"), readonly=True)
    unchanged_count = fields.Integer(**words("unchanged"), readonly=True)
    hours_to_decide = fields.Float(
        **words("hours_to_decide"), readonly=True, aggregator="avg", digits=(16, 1)
    )
    within_limit_rate = fields.Float(
        **words("within_limit_rate"), readonly=True, aggregator="avg"
    )
    unchanged_rate = fields.Float(
        **words("unchanged_rate"), readonly=True, aggregator="avg"
    )

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        is_decided = SQL(
            "(g.is_within_limit IS NOT TRUE AND g.approved_on IS NOT NULL)"
        )
        return SQL(
            """
            SELECT g.id, g.id AS gesture_id, g.complaint_id, c.is_confidential,
                   g.agreed_on AS date, c.partner_id, g.type_id,
                   g.proposed_by_id AS user_id, c.user_id AS owner_id,
                   g.approved_by_id, g.authority_id, c.team_id, g.company_id, g.state,
                   CASE WHEN a.id IS NOT NULL THEN a.max_amount = g.limit_amount
                        ELSE NOT EXISTS (
                            SELECT FROM crm_service_authority other
                             WHERE other.type_id = g.type_id
                               AND other.company_id = g.company_id)
                   END AS is_current_limit,
                   g.agreed_amount::float8 AS agreed_amount,
                   1 AS gesture_count,
                   COALESCE(g.is_within_limit, FALSE)::int AS within_limit_count,
                   %(is_decided)s::int AS decided_count,
                   (%(is_decided)s AND g.state IN ('agreed', 'delivered')
                    AND g.amount = g.agreed_amount)::int AS unchanged_count,
                   CASE WHEN %(is_decided)s THEN
                       EXTRACT(EPOCH FROM g.approved_on - g.agreed_on) / 3600
                   END::float8 AS hours_to_decide,
                   NULL::float8 AS within_limit_rate,
                   NULL::float8 AS unchanged_rate
              FROM crm_complaint_gesture g
              JOIN crm_complaint c ON c.id = g.complaint_id
              JOIN crm_service_gesture_type t ON t.id = g.type_id AND t.has_amount
         LEFT JOIN crm_service_authority a ON a.id = g.authority_id
             WHERE g.agreed_on IS NOT NULL
            """,
            is_decided=is_decided,
        )

    # === ACTION METHODS === #

    @api.readonly
    def action_open_complaint(self):
        """Open the complaint of this gesture.

        :return: a window action
        """
        self.ensure_one()
        return self.complaint_id._get_records_action()
