from odoo import api, fields, models
from odoo.tools import SQL

from ..figures import quotients, words
from ..tools.selections import selection_of

RATES = quotients("crm.service.contact.report")
CONTACT = "crm.service.contact"
REASON = "crm.service.reason"


class CrmServiceContactReport(models.Model):
    """Analysis of contacts: one row per contact that is not archived, under the
    record's own rules.

    Columns of other tables are joined by their key only: PostgreSQL leaves out what
    nobody asks for, and reads months, reasons and kinds from one index.
    """

    _name = "crm.service.contact.report"
    _description = "Contacts Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "contact_id"
    _quotients = RATES
    _rate_fields = frozenset(RATES)
    _month_moments = {"date": "month_moment"}

    _depends = {
        "crm.service.contact": [
            "active",
            "agent_solved",
            "channel",
            "commercial_partner_id",
            "company_id",
            "complaint_id",
            "contacted_on",
            "customer_solved",
            "direction",
            "dumb_cause",
            "first_time",
            "is_outside_hours",
            "is_repeat",
            "kind",
            "miss_id",
            "miss_section_id",
            "month_moment",
            "partner_id",
            "post_id",
            "reason_id",
            "scope",
            "state",
            "team_id",
            "user_id",
        ],
        "crm.service.reason": ["strategy", "value_company", "value_customer"],
    }

    contact_id = fields.Many2one(
        comodel_name="crm.service.contact", string="Service Contact", readonly=True
    )
    complaint_id = fields.Many2one(comodel_name="crm.complaint", readonly=True)
    date = fields.Datetime(string="When", readonly=True)
    month_moment = fields.Datetime(
        readonly=True, groups=fields.NO_ACCESS, export_string_translation=False
    )

    # By what
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="First Taker",
        readonly=True,
        # Rates of persons that are not compared fairly are nothing for colleagues.
        groups="crm_referral_service.group_service_manager",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Service Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    post_id = fields.Many2one(
        comodel_name="crm.service.post", string="Heard At", readonly=True
    )
    reason_id = fields.Many2one(comodel_name="crm.service.reason", readonly=True)
    miss_id = fields.Many2one(
        comodel_name="crm.service.miss", string="Why Not the First Time", readonly=True
    )
    miss_section_id = fields.Many2one(
        comodel_name="crm.assessment.section", string="Area of the Miss", readonly=True
    )
    channel = fields.Selection(
        selection=selection_of(CONTACT, "channel"), readonly=True
    )
    direction = fields.Selection(
        selection=selection_of(CONTACT, "direction"), readonly=True
    )
    kind = fields.Selection(selection=selection_of(CONTACT, "kind"), readonly=True)
    dumb_cause = fields.Selection(
        selection=selection_of(CONTACT, "dumb_cause"),
        string="Why It Should Not Have Been",
        readonly=True,
    )
    scope = fields.Selection(selection=selection_of(CONTACT, "scope"), readonly=True)
    state = fields.Selection(selection=selection_of(CONTACT, "state"), readonly=True)
    strategy = fields.Selection(
        selection=selection_of(REASON, "strategy"), readonly=True
    )
    value_customer = fields.Selection(
        selection=selection_of(REASON, "value_customer"),
        string="To the Customer",
        readonly=True,
    )
    value_company = fields.Selection(
        selection=selection_of(REASON, "value_company"), string="To Us", readonly=True
    )
    is_outside_hours = fields.Boolean(string="Outside Promised Hours", readonly=True)

    # How many
    contact_count = fields.Integer(
        string="Contacts in All",
        readonly=True,
        help="Also those in which we turned to the customer.",
    )
    inbound_count = fields.Integer(**words("contacts"), readonly=True)
    repeat_count = fields.Integer(**words("repeats"), readonly=True)
    chain_count = fields.Integer(**words("chains"), readonly=True)
    first_known_count = fields.Integer(**words("first_known"), readonly=True)
    solved_first_count = fields.Integer(**words("solved_first"), readonly=True)
    done_count = fields.Integer(**words("done"), readonly=True)
    agent_solved_count = fields.Integer(**words("agent_solved"), readonly=True)
    customer_answered_count = fields.Integer(
        **words("customer_answered"), readonly=True
    )
    customer_solved_count = fields.Integer(**words("customer_solved"), readonly=True)
    judged_count = fields.Integer(**words("judged"), readonly=True)
    dumb_count = fields.Integer(**words("dumb"), readonly=True)

    # What share
    solved_first_rate = fields.Float(
        **words("solved_first_rate"), readonly=True, aggregator="avg"
    )
    agent_solved_rate = fields.Float(
        **words("agent_solved_rate"), readonly=True, aggregator="avg"
    )
    customer_solved_rate = fields.Float(
        **words("customer_solved_rate"), readonly=True, aggregator="avg"
    )
    customer_answer_rate = fields.Float(
        **words("customer_answer_rate"), readonly=True, aggregator="avg"
    )
    repeat_rate = fields.Float(**words("repeat_rate"), readonly=True, aggregator="avg")
    chain_rate = fields.Float(**words("chain_rate"), readonly=True, aggregator="avg")
    dumb_rate = fields.Float(**words("dumb_rate"), readonly=True, aggregator="avg")

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT c.id, c.id AS contact_id, c.complaint_id, c.contacted_on AS date,
                   c.month_moment,
                   c.partner_id, c.user_id, c.team_id, c.company_id, c.post_id,
                   c.reason_id, c.miss_id, c.miss_section_id, c.channel, c.direction,
                   c.kind, c.dumb_cause, c.scope, c.state, c.is_outside_hours,
                   r.strategy, r.value_customer, r.value_company,
                   1 AS contact_count,
                   (c.direction = 'in')::int AS inbound_count,
                   COALESCE(c.is_repeat, FALSE)::int AS repeat_count,
                   COALESCE(c.first_time = 'no', FALSE)::int AS chain_count,
                   COALESCE(c.first_time IN ('yes', 'no'), FALSE)::int
                       AS first_known_count,
                   COALESCE(c.first_time = 'yes', FALSE)::int AS solved_first_count,
                   (c.direction = 'in' AND c.state = 'done')::int AS done_count,
                   COALESCE(c.direction = 'in' AND c.state = 'done'
                       AND c.agent_solved, FALSE)::int AS agent_solved_count,
                   COALESCE(c.direction = 'in' AND c.state = 'done'
                       AND c.customer_solved IS NOT NULL, FALSE)::int
                       AS customer_answered_count,
                   COALESCE(c.direction = 'in' AND c.state = 'done'
                       AND c.customer_solved = 'yes', FALSE)::int
                       AS customer_solved_count,
                   (c.direction = 'in' AND c.kind IS NOT NULL)::int AS judged_count,
                   COALESCE(c.direction = 'in' AND c.kind = 'dumb', FALSE)::int
                       AS dumb_count,
                   NULL::float8 AS solved_first_rate,
                   NULL::float8 AS agent_solved_rate,
                   NULL::float8 AS customer_solved_rate,
                   NULL::float8 AS customer_answer_rate,
                   NULL::float8 AS repeat_rate,
                   NULL::float8 AS chain_rate,
                   NULL::float8 AS dumb_rate
                   %(documents)s
              FROM crm_service_contact c
         LEFT JOIN crm_service_reason r ON r.id = c.reason_id
             WHERE c.active
            """,
            documents=SQL("").join(
                SQL(", c.%s", SQL.identifier(fname))
                for fname in self.env[CONTACT]._get_document_fields()
                if fname in self._fields
            ),
        )

    # === ACTION METHODS === #

    @api.readonly
    def action_open_contact(self):
        """Open the contact behind this row.

        :return: a window action
        """
        self.ensure_one()
        return self.contact_id._get_records_action()
