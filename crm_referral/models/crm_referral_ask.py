from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.crm_foundation.tools.local_time import today

from .crm_referral_ask_list_mixin import ASK, WAITING

STATES = [
    ("open", "To Ask"),
    ("begun", "Begun"),
    ("put_off", "Put Off"),
    ("dismissed", "Not This One"),
]
# Until when deals have been looked at, and how long a deal may take to be saved.
WON_UNTIL = "crm_referral.won_moments_until"
WON_OVERLAP = timedelta(minutes=10)
MOMENT_FIELDS = ("moment", "moment_on", "moment_model", "moment_res_id")


class CrmReferralAsk(models.Model):
    """A customer on somebody's list of whom to ask.

    The system keeps the list: the best of those who may be asked, as many as the
    company has set, and whoever has had a good moment. The salesperson begins, puts
    off, or says why not this one.
    """

    _name = "crm.referral.ask"
    _description = "Customer to Ask"
    _inherit = [
        "crm.guarded.mixin",
        "crm.referral.ask.list.mixin",
        "crm.batch.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "moment_on DESC NULLS LAST, score DESC, id"
    _rec_name = "partner_id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "company_id",
            "moment",
            "moment_model",
            "moment_on",
            "moment_res_id",
            "partner_id",
            "referral_id",
            "score",
            "state",
            "user_id",
        }
    )

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        ondelete="set null",
        tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_company_id(),
    )
    state = fields.Selection(
        selection=STATES, required=True, readonly=True, default="open", tracking=True
    )
    is_listed = fields.Boolean(
        string="On the List",
        compute="_compute_is_listed",
        search="_search_is_listed",
        help="Waits to be asked, and may be asked today.",
    )
    score = fields.Integer(
        string="Readiness",
        readonly=True,
        aggregator=None,
        help="How ready the customer was when the list was last brought up to date.",
    )
    readiness_note = fields.Char(
        string="Why", compute="_compute_readiness_note", help="What speaks for asking."
    )
    confirmed_benefit = fields.Char(
        string="Confirmed Last",
        compute="_compute_confirmed_benefit",
        help="The benefit that the customer confirmed last.",
    )
    moment = fields.Selection(
        selection="_selection_moment",
        string="Good Moment",
        readonly=True,
        help="What has just happened, and makes this a good moment to ask.",
    )
    moment_on = fields.Date(string="Happened On", readonly=True)
    moment_model = fields.Char(readonly=True, export_string_translation=False)
    moment_res_id = fields.Many2oneReference(
        model_field="moment_model", readonly=True, export_string_translation=False
    )
    put_off_until = fields.Date(
        tracking=True, help="From this day on the customer is on the list again."
    )
    dismiss_reason = fields.Char(
        string="Why Not", tracking=True, help="Why this customer is not asked."
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    # One list for each customer, also when two people look at the same moment.
    _waiting_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('open', 'put_off')",
        "This customer is on a list already.",
    )
    _list_idx = models.Index("(user_id, company_id, state)")
    _moment_idx = models.Index(
        "(moment_model, moment_res_id) WHERE moment_model IS NOT NULL"
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.model
    def _selection_moment(self):
        return list(self.env["res.partner"]._get_good_moments().items())

    @api.depends("user_id")
    def _compute_team_id(self):
        for user, asks in self.grouped("user_id").items():
            asks.team_id = bool(user) and self.env["crm.team"]._get_default_team_id(
                user_id=user.id
            )

    @api.depends("state", "partner_id", "company_id")
    @api.depends_context("uid", "company")
    def _compute_is_listed(self):
        listed = self.search([("id", "in", self.ids), ("is_listed", "=", True)])
        for ask in self:
            ask.is_listed = ask._origin in listed

    @api.model
    def _search_is_listed(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain(
            [
                ("state", "=", "open"),
                ("company_id", "=", self.env.company.id),
                ("partner_id.referral_readiness", "=", "ready"),
            ]
        )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_readiness_note(self):
        visible = self.partner_id._filtered_access("read")
        for company, asks in self.grouped("company_id").items():
            for ask in asks:
                partner = (ask.partner_id & visible).with_company(company)
                ask.readiness_note = partner.referral_readiness_note

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_confirmed_benefit(self):
        benefits = self.env["crm.referral.benefit"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("confirmed", "=", True),
            ],
            order="confirmed_on desc, id desc",
        )
        by_customer = benefits.grouped(lambda b: (b.partner_id, b.company_id))
        for ask in self:
            last = by_customer.get((ask.partner_id, ask.company_id), benefits)[:1]
            if last.partner_id != ask.partner_id:
                last = benefits.browse()
            ask.confirmed_benefit = " · ".join(filter(None, (last.name, last.measure)))

    # === ACTION METHODS === #

    @api.model
    def action_open_list(self):
        """Bring the list up to date and show it: one's own, or the team's by person.

        :return: a window action
        """
        self.check_access("read")
        self._refresh(self._get_people())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_ask_action"
        )
        sees_others = self.env.user.has_group(
            "sales_team.group_sale_salesman_all_leads"
        )
        name = "group_by_user" if sees_others else "my"
        action["context"] = {f"search_default_{name}": 1}
        if not sees_others:
            action["limit"] = self.env.company.referral_ask_limit
        return action

    def action_begin(self):
        """Ask this customer: start the request, or go on with the open one.

        :return: a window action: the request, or why the customer may not be asked now
        """
        self.ensure_one()
        self.check_access("write")
        return self.partner_id.with_company(self.company_id).action_ask_referral()

    def action_open_put_off(self):
        """Ask until when.

        :return: a window action
        """
        return self._open_question(self.env._("Put Off"), "put_off")

    def action_open_dismiss(self):
        """Ask why not this one.

        :return: a window action
        """
        return self._open_question(self.env._("Not This One"), "dismiss")

    def _open_question(self, name, view):
        self.ensure_one()
        self.check_access("write")
        view_id = self.env.ref(f"crm_referral.crm_referral_ask_view_form_{view}").id
        return {
            "name": name,
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view_id, "form")],
            "target": "new",
        }

    def action_put_off(self, until=None):
        """Take these customers off the list until a day.

        :param until: the day; the one that is noted, if it is left out
        :return: True
        :raise UserError: when the day is not in the future
        """
        self.check_access("write")
        self._check_waiting()
        for ask in self:
            day = fields.Date.to_date(until) or ask.put_off_until
            if not day or day <= ask._get_today():
                raise UserError(
                    self.env._("Until when? Choose a day after today, please.")
                )
            ask._leave_list({"state": "put_off", "put_off_until": day})
        return True

    def action_dismiss(self, reason=None):
        """Take these customers off the list; only a good moment brings them back.

        :param str reason: why; what is noted, if it is left out
        :return: True
        :raise UserError: when no reason is given
        """
        self.check_access("write")
        self._check_waiting()
        for ask in self:
            why = (reason or ask.dismiss_reason or "").strip()
            if not why:
                raise UserError(
                    self.env._("Write in a few words why this customer is not asked.")
                )
            ask._leave_list({"state": "dismissed", "dismiss_reason": why})
        return True

    def action_take_back(self):
        """Put customers on the list again who were put off or dismissed.

        :return: True
        """
        self.check_access("write")
        # sudo: the state is written by this model only
        self.sudo().filtered(lambda a: a.state in ("put_off", "dismissed")).write(
            {"state": "open", "put_off_until": False, "dismiss_reason": False}
        )
        return True

    # === BUSINESS METHODS === #

    def _get_today(self):
        """:return: the day it is for who has this customer on the list."""
        return today(self.env, self.user_id, self.company_id)

    def _check_waiting(self):
        """:raise UserError: when one of these was begun or dismissed"""
        for ask in self:
            if ask.state not in WAITING:
                raise UserError(
                    self.env._(
                        "%(customer)s is not on the list any more. Load the page "
                        "again, please.",
                        customer=ask.display_name,
                    )
                )

    def _leave_list(self, vals):
        """Write what takes these off the list, and forget the reminders."""
        # sudo: the state is written by this model only
        asks_sudo = self.sudo()
        asks_sudo.write(vals)
        asks_sudo.activity_unlink([ASK])

    @api.model
    def _create_missing(self, vals_list):
        """Create entries, unless somebody else is just doing that. In sudo mode.

        :return: the new entries
        """
        unique = {(vals["partner_id"], vals["company_id"]): vals for vals in vals_list}
        if not unique:
            return self
        try:
            with self.env.cr.savepoint():
                return self.with_context(tracking_disable=True).create(
                    list(unique.values())
                )
        except UniqueViolation:
            return self

    @api.model
    def _on_begun(self, referrals):
        """Somebody asks these customers: they leave the lists.

        :param referrals: the new requests
        """
        # sudo: also the list of a colleague
        asks_sudo = self.sudo().search(
            [
                ("partner_id", "in", referrals.partner_id.ids),
                ("company_id", "in", referrals.company_id.ids),
                ("state", "in", WAITING),
            ]
        )
        by_customer = {
            (referral.partner_id, referral.company_id): referral
            for referral in referrals
            if not referral.outcome
        }
        begun_sudo = asks_sudo.filtered(
            lambda ask: (ask.partner_id, ask.company_id) in by_customer
        )
        if not begun_sudo:
            return
        begun_sudo._leave_list({"state": "begun"})
        for ask in begun_sudo:
            ask.referral_id = by_customer[ask.partner_id, ask.company_id]

    # === GOOD MOMENTS === #

    @api.model
    def _note_moments(self, kind, happened):
        """Good moments raise an entry on a list and an activity, once for each source.

        :param str kind: see :meth:`res.partner._get_good_moments`
        :param list happened: pairs of a customer and the record in which it happened
        """
        # sudo: the system keeps the lists, whoever has won or heard something
        happened = [(partner.sudo(), source.sudo()) for partner, source in happened]
        for company, pairs in groupby(happened, self._get_moment_company):
            Ask = self.sudo().with_company(company)
            told = Ask._get_told_sources([source for _partner, source in pairs])
            Ask._note_new_moments(
                kind,
                {
                    partner: source
                    for partner, source in pairs
                    if partner.active
                    and source.id not in told
                    and partner.company_id in (company, company.browse())
                },
            )

    @api.model
    def _cron_note_won_moments(self):
        """Who has just decided for us may be asked: look at the deals won since last.

        Whoever wins a deal does not wait for it. What came in as won is history:
        nobody has touched it since.
        """
        # sudo: a parameter, which only administrators may read
        parameters = self.env["ir.config_parameter"].sudo()
        now = self.env.cr.now()
        since = fields.Datetime.to_datetime(parameters.get_param(WON_UNTIL))
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search(
                [
                    ("won_status", "=", "won"),
                    ("date_closed", ">=", (since or now) - WON_OVERLAP),
                    ("partner_id", "!=", False),
                ],
                order="date_closed, id",
            )
        )
        latest = {
            lead.partner_id: lead
            for lead in leads
            if lead.create_date < lead.write_date
        }
        self._note_moments("won", list(latest.items()))
        parameters.set_param(WON_UNTIL, fields.Datetime.to_string(now))

    @api.model
    def _forget_moments(self, sources):
        """What happened there is not told any more; who is on a list stays there.

        :param sources: the records of one model, in sudo mode
        """
        # sudo: the system keeps the lists
        asks = self.sudo().search(
            [("moment_model", "=", sources._name), ("moment_res_id", "in", sources.ids)]
        )
        asks.write(dict.fromkeys(MOMENT_FIELDS, False))
        reminded = asks.activity_ids.filtered("automated").mapped("res_id")
        asks.activity_unlink([ASK])
        asks.filtered(lambda ask: ask.id in reminded)._remind()

    @api.model
    def _get_moment_company(self, pair):
        _partner, source = pair
        company = source.company_id if "company_id" in source._fields else False
        return company or self.env.company

    @api.model
    def _get_told_sources(self, sources):
        """:return: ids of the records that have raised an entry already."""
        return set(
            self.search(
                [
                    ("moment_model", "=", sources[0]._name),
                    ("moment_res_id", "in", [source.id for source in sources]),
                ]
            ).mapped("moment_res_id")
        )

    @api.model
    def _note_new_moments(self, kind, happened):
        """See :meth:`_note_moments`: in one company, sudo mode, each source once.

        :param dict happened: the record in which it happened, by customer
        """
        partners = self.env["res.partner"].union(*happened)
        stops = partners._get_referral_stops()
        waiting = self.search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", self.env.company.id),
                ("state", "in", WAITING),
            ]
        ).grouped("partner_id")
        touched = self.browse()
        vals_list = []
        for partner, source in happened.items():
            days = [day for _sentence, day in stops[partner].values()]
            if not all(days):  # nobody knows when they may be asked
                continue
            vals = self._prepare_moment(kind, source)
            if ask := waiting.get(partner):
                ask.write(vals)
                touched |= ask
                continue
            vals.update(self._prepare_entry(partner, source))
            if days:
                vals.update(state="put_off", put_off_until=max(days))
            vals_list.append(vals)
        touched |= self._create_missing(vals_list)
        touched.filtered(lambda ask: ask.state == "open")._remind()

    @api.model
    def _prepare_moment(self, kind, source):
        return {
            "moment": kind,
            "moment_on": today(self.env, self.env.company),
            "moment_model": source._name,
            "moment_res_id": source.id,
        }

    @api.model
    def _prepare_entry(self, partner, source):
        user = partner.user_id
        if not self._has_list(user) and "user_id" in source._fields:
            user = source.user_id
        return {
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "user_id": user.id if self._has_list(user) else False,
            "score": partner.referral_readiness_score,
        }

    @api.model
    def _has_list(self, user):
        """:return: whether this is somebody who asks customers in this company."""
        return (
            user.active
            and self.env.company in user.company_ids
            and user.has_group("sales_team.group_sale_salesman")
        )
