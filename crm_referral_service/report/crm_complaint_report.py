from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.local_time import sql_timezone, timezone_of

from ..figures import quotients, words
from ..models.crm_complaint import OUTCOMES, SEVERITIES
from ..models.crm_complaint_ending_mixin import ANSWERS
from ..tools.selections import selection_of

RATES = quotients("crm.complaint.report")


class CrmComplaintReport(models.Model):
    """Analysis of complaints: one row per complaint, under the record's own rules.

    Every rate is a sum by a sum over the same rows; the median is of the rows
    themselves.
    """

    _name = "crm.complaint.report"
    _description = "Complaints Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "complaint_id"
    _quotients = RATES
    _rate_fields = frozenset(RATES)
    _medians = {"days_to_end": "closed_count"}

    _depends = {
        "crm.complaint": [
            "acknowledged_on",
            "active",
            "answer_by",
            "closed_on",
            "commercial_partner_id",
            "company_id",
            "felt_heard",
            "is_confidential",
            "outcome",
            "partner_id",
            "reason_id",
            "received_on",
            "reopen_count",
            "scope",
            "second_contact_done_on",
            "section_ids",
            "severity",
            "solved",
            "step_id",
            "team_id",
            "tested_via",
            "user_id",
        ],
        "crm.referral.benefit": ["complaint_id", "confirmed"],
        "crm.referral.candidate": [
            "company_id",
            "introduced_on",
            "referral_active",
            "referrer_id",
        ],
        "res.partner": ["commercial_partner_id"],
    }

    complaint_id = fields.Many2one(comodel_name="crm.complaint", readonly=True)
    active = fields.Boolean(readonly=True)
    is_confidential = fields.Boolean(string="Confidential", readonly=True)

    # When
    date = fields.Datetime(
        string="Received On", readonly=True, help="When the customer turned to us."
    )
    closed_on = fields.Datetime(readonly=True)

    # By what
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Owner", readonly=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Service Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    step_id = fields.Many2one(comodel_name="crm.complaint.step", readonly=True)
    reason_id = fields.Many2one(comodel_name="crm.service.reason", readonly=True)
    section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_complaint_section_rel",
        column1="complaint_id",
        column2="section_id",
        string="Areas of the Cause",
        readonly=True,
        help="A cause that lies in several areas counts in each of them.",
    )
    severity = fields.Selection(selection=SEVERITIES, readonly=True)
    scope = fields.Selection(
        selection=selection_of("crm.complaint", "scope"), readonly=True
    )
    outcome = fields.Selection(
        selection=OUTCOMES, readonly=True, falsy_value_label="Open"
    )
    solved = fields.Selection(
        selection=ANSWERS, readonly=True, falsy_value_label="Not asked"
    )
    felt_heard = fields.Selection(
        selection=ANSWERS, readonly=True, falsy_value_label="Not asked"
    )
    tested_via = fields.Selection(
        selection=selection_of("crm.complaint", "tested_via"),
        readonly=True,
        help="Who wrote the two answers down.",
    )

    # How many
    complaint_count = fields.Integer(**words("complaints"), readonly=True)
    open_count = fields.Integer(string="Open Complaints", readonly=True)
    acknowledge_due_count = fields.Integer(**words("acknowledge_due"), readonly=True)
    acknowledged_count = fields.Integer(**words("acknowledged"), readonly=True)
    closed_count = fields.Integer(**words("closed_complaints"), readonly=True)
    resolved_count = fields.Integer(**words("resolved"), readonly=True)
    second_contact_count = fields.Integer(**words("second_contacts"), readonly=True)
    reopened_count = fields.Integer(**words("reopened"), readonly=True)
    followed_count = fields.Integer(**words("followed"), readonly=True)
    systemic_count = fields.Integer(
        string="Will Happen Again",
        readonly=True,
        help="Complaints whose cause is still there.",
    )

    # How long
    days_to_end = fields.Float(
        **words("days_to_end"), readonly=True, aggregator="avg", digits=(16, 1)
    )

    # What share
    acknowledged_rate = fields.Float(
        **words("acknowledged_rate"), readonly=True, aggregator="avg"
    )
    resolved_rate = fields.Float(
        **words("resolved_rate"), readonly=True, aggregator="avg"
    )
    second_contact_rate = fields.Float(
        **words("second_contact_rate"), readonly=True, aggregator="avg"
    )
    reopened_rate = fields.Float(
        **words("reopened_rate"), readonly=True, aggregator="avg"
    )
    followed_rate = fields.Float(
        **words("followed_rate"), readonly=True, aggregator="avg"
    )

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        resolved = SQL("c.outcome = 'resolved'")
        return SQL(
            """
            SELECT c.id, c.id AS complaint_id, c.active, c.is_confidential,
                   c.received_on AS date, c.closed_on, c.partner_id, c.user_id,
                   c.team_id, c.company_id, c.step_id, c.reason_id, c.severity,
                   c.scope, c.outcome, c.solved, c.felt_heard, c.tested_via,
                   1 AS complaint_count,
                   (c.outcome IS NULL)::int AS open_count,
                   (c.answer_by IS NOT NULL AND (c.acknowledged_on IS NOT NULL
                    OR c.answer_by <= %(now)s))::int AS acknowledge_due_count,
                   COALESCE(c.acknowledged_on <= c.answer_by, FALSE)::int
                       AS acknowledged_count,
                   (c.outcome IS NOT NULL)::int AS closed_count,
                   COALESCE(%(resolved)s, FALSE)::int AS resolved_count,
                   (c.outcome IS NOT NULL AND c.second_contact_done_on IS NOT NULL
                    )::int AS second_contact_count,
                   (c.outcome IS NOT NULL AND COALESCE(c.reopen_count, 0) > 0
                    )::int AS reopened_count,
                   CASE WHEN %(resolved)s THEN (%(followed)s)::int ELSE 0 END
                       AS followed_count,
                   COALESCE(c.scope = 'systemic', FALSE)::int AS systemic_count,
                   CASE WHEN c.outcome IS NOT NULL THEN
                       EXTRACT(EPOCH FROM c.closed_on - c.received_on) / 86400
                   END::float8 AS days_to_end,
                   NULL::float8 AS acknowledged_rate,
                   NULL::float8 AS resolved_rate,
                   NULL::float8 AS second_contact_rate,
                   NULL::float8 AS reopened_rate,
                   NULL::float8 AS followed_rate
              FROM crm_complaint c
            """,
            now=self.env.cr.now(),
            resolved=resolved,
            followed=SQL(" OR ").join(self._get_followed_conditions()),
        )

    @api.model
    def _get_followed_conditions(self):
        """What tells that something good came of a resolved complaint; an addon adds
        its own.

        Only that it is so is told here, and nothing of what it is: who reads complaints
        need not read benefits and introductions.

        :return: conditions on the complaint ``c``
        :rtype: list[SQL]
        """
        zone = sql_timezone(self.env.cr, timezone_of(self.env.company, self.env.user))
        return [
            SQL(
                """EXISTS (SELECT FROM crm_referral_benefit benefit
                WHERE benefit.complaint_id = c.id AND benefit.confirmed)"""
            ),
            SQL(
                """EXISTS (SELECT FROM crm_referral_candidate candidate
                JOIN res_partner referrer ON referrer.id = candidate.referrer_id
                WHERE referrer.commercial_partner_id = c.commercial_partner_id
                AND candidate.company_id = c.company_id
                AND candidate.referral_active
                AND candidate.introduced_on
                    >= (c.closed_on AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)""",
                zone,
            ),
        ]

    # === ACTION METHODS === #

    @api.readonly
    def action_open_complaint(self):
        """Open the complaint behind this row.

        :return: a window action
        """
        self.ensure_one()
        return self.complaint_id._get_records_action()
