from odoo import fields, models
from odoo.tools import SQL, sql

# Whose request the stay belongs to: kept with the stay, because a funnel of all stays
# must not look up every request: column, its type, and the column of the request.
OWNER_COLUMNS = [
    ("user_id", "int4", "user_id"),
    ("team_id", "int4", "team_id"),
    ("company_id", "int4", "company_id"),
    ("referral_active", "bool", "active"),
]


class CrmReferralStepLog(models.Model):
    """A stay of a referral request in one of its steps."""

    _name = "crm.referral.step.log"
    _description = "Referral Step Log"
    _inherit = ["crm.guided.conversation.step.log"]

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(
        comodel_name="crm.referral.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        related="referral_id.user_id", store=True, precompute=True
    )
    team_id = fields.Many2one(
        related="referral_id.team_id", store=True, precompute=True
    )
    company_id = fields.Many2one(
        related="referral_id.company_id", store=True, precompute=True
    )
    referral_active = fields.Boolean(
        related="referral_id.active", store=True, precompute=True
    )

    _user_entered_idx = models.Index("(user_id, entered_on)")

    def _auto_init(self):
        """An older version did not have all columns: fill them, not row by row."""
        if sql.table_exists(self.env.cr, self._table):
            self._fill_owner_columns()
        return super()._auto_init()

    def _fill_owner_columns(self):
        """Add the columns of the owner that are missing, in one statement."""
        missing = [
            column
            for column in OWNER_COLUMNS
            if not sql.column_exists(self.env.cr, self._table, column[0])
        ]
        for name, column_type, _source in missing:
            sql.create_column(self.env.cr, self._table, name, column_type)
        if missing:
            assignments = SQL(", ").join(
                SQL("%s = r.%s", SQL.identifier(name), SQL.identifier(source))
                for name, _type, source in missing
            )
            self.env.cr.execute(
                SQL(
                    """UPDATE crm_referral_step_log s SET %s
                    FROM crm_referral r WHERE r.id = s.referral_id""",
                    assignments,
                )
            )
