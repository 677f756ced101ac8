from collections import namedtuple
from datetime import timedelta
from math import isfinite

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, formatLang

from odoo.addons.crm_foundation.tools.local_time import day_start, today

from ..tools.poisson import rate_ratio

MANAGER = "crm_referral_service.group_service_manager"
# With fewer contacts nothing is said.
MINIMUM = 20
# Contacts get another reason, or are logged late: for so long it is measured again.
SETTLING_DAYS = 30
SUBJECT_FIELDS = frozenset(
    {"company_id", "denominator", "reason_ids", "started_on", "window_days"}
)

Counted = namedtuple("Counted", "before after before_base after_base")


class CrmServiceNotice(models.Model):
    """We say it before they have to ask: does it spare customers the contact?

    Compared are as many days before it began as after. What may be chance is not
    called a success.
    """

    _name = "crm.service.notice"
    _description = "Early Notice"
    _inherit = [
        "crm.guarded.mixin",
        "crm.batch.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "started_on desc, id desc"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            *("before_count", "after_count", "before_base", "after_base"),
            *("verdict", "obstacle", "saved_contacts", "measured_on"),
        }
    )

    name = fields.Char(required=True, help="What customers hear before they ask.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    reason_ids = fields.Many2many(
        comodel_name="crm.service.reason",
        relation="crm_service_notice_reason_rel",
        column1="notice_id",
        column2="reason_id",
        string="Spares Contacts About",
        help="With all that is part of these reasons.",
    )
    how = fields.Selection(
        selection=[
            ("mail", "Mail template"),
            ("server_action", "Server action"),
            ("outside", "Outside of Odoo"),
        ],
        required=True,
        default="mail",
        help="Who or what tells the customers. Nothing is sent by itself.",
    )
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Text of the Mail",
        index="btree_not_null",
        ondelete="set null",
        help="The words that customers get.",
    )
    note = fields.Text(help="When it goes to whom, and who sees to it.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain=[("share", "=", False)],
        index="btree_not_null",
        default=lambda self: self._default_user_id(),
    )
    started_on = fields.Date(
        string="Since",
        required=True,
        index=True,
        default=lambda self: self._default_started_on(),
    )
    window_days = fields.Integer(
        string="Days Compared",
        required=True,
        default=28,
        aggregator=None,
        help="As many days before as after. Whole weeks, as weekends are different.",
    )
    measure_on = fields.Date(
        string="Known On",
        compute="_compute_measure_on",
        store=True,
        index=True,
        help="When as many days have passed after the start as are counted before.",
    )
    measured_on = fields.Date(readonly=True, copy=False)
    denominator = fields.Selection(
        selection="_get_denominator_selection",
        string="Per 100",
        help="What the contacts are compared with. Empty: the days alone.",
    )
    before_count = fields.Integer(string="Contacts Before", readonly=True, copy=False)
    after_count = fields.Integer(string="Contacts After", readonly=True, copy=False)
    before_base = fields.Integer(
        string="Compared With, Before", readonly=True, copy=False
    )
    after_base = fields.Integer(
        string="Compared With, After", readonly=True, copy=False
    )
    verdict = fields.Selection(
        selection=[
            ("fewer", "Fewer contacts"),
            ("more", "More contacts"),
            ("too_few", "Too few to say"),
        ],
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    obstacle = fields.Selection(
        selection=[
            ("no_log", "The log does not reach back far enough"),
            ("no_base", "Nothing to compare with in one of the periods"),
            ("few", "Fewer than 20 contacts"),
            ("chance", "May be chance"),
        ],
        string="Why Nothing Can Be Said",
        readonly=True,
        copy=False,
    )
    saved_contacts = fields.Float(
        string="Contacts Saved",
        readonly=True,
        copy=False,
        digits=(16, 1),
        help="How many more there would have been, had it stayed as before.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    saved_cost = fields.Monetary(
        string="Cost Saved",
        compute="_compute_saved_cost",
        help="The contacts saved, times what one costs as the settings say.",
    )
    comparison = fields.Json(compute="_compute_comparison")
    reading = fields.Char(string="In Words", compute="_compute_comparison")

    _window_days_positive = models.Constraint(
        "CHECK (window_days > 0)", "Compare at least one day with another."
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    def _default_user_id(self):
        return self.env.user

    def _default_started_on(self):
        return today(self.env, self.env.user, self.env.company)

    # === COMPUTE METHODS === #

    @api.model
    def _get_denominator_selection(self):
        return self.env["crm.service.denominator"]._get_selection()

    @api.depends("started_on", "window_days")
    def _compute_measure_on(self):
        for notice in self:
            notice.measure_on = notice.started_on and (
                notice.started_on + timedelta(days=notice.window_days)
            )

    @api.depends("saved_contacts", "company_id")
    def _compute_saved_cost(self):
        for notice in self:
            # sudo: what a contact costs is told to who reads what was saved
            cost = notice.company_id.sudo().service_contact_cost
            notice.saved_cost = notice.saved_contacts * cost

    @api.depends(
        *("before_count", "after_count", "before_base", "after_base", "verdict"),
        *("obstacle", "denominator", "measure_on", "started_on", "window_days"),
    )
    @api.depends_context("lang")
    def _compute_comparison(self):
        labels = dict(self._get_denominator_selection())
        for notice in self:
            notice.comparison = notice._prepare_comparison(labels)
            notice.reading = notice._get_reading(labels)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        notices = super().create(vals_list)
        notices.sudo()._measure()  # sudo: figures are not written by hand
        return notices

    def write(self, vals):
        result = super().write(vals)
        if SUBJECT_FIELDS & vals.keys():
            self.sudo()._measure()  # sudo: as above
        return result

    # === ACTION METHODS === #

    def action_measure(self):
        """Count once more.

        :return: True
        """
        self.check_access("write")
        self.sudo()._measure()  # sudo: figures are not written by hand
        return True

    def action_open_contacts(self, period=None):
        """Open the contacts that are counted.

        :param str period: ``before`` or ``after``; both otherwise
        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        start, turn, stop = self._get_moments()
        if period == "before":
            stop = turn
        elif period == "after":
            start = turn
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Contacts"),
            "res_model": "crm.service.contact",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("reason_id", "child_of", self.reason_ids.ids),
                ("company_id", "=", self.company_id.id),
                ("direction", "=", "in"),
                ("contacted_on", ">=", fields.Datetime.to_string(start)),
                ("contacted_on", "<", fields.Datetime.to_string(stop)),
            ],
        }

    # === JOB === #

    @api.model
    def _cron_measure(self, batch_size=200):
        """Measure what has run long enough, and again while contacts still change."""
        day = today(self.env)
        self._process_in_batches(
            Domain("measure_on", "<=", day)
            & (
                Domain("verdict", "=", False)
                | Domain("measure_on", ">=", day - timedelta(days=SETTLING_DAYS))
            ),
            "_measure",
            batch_size=batch_size,
        )

    # === BUSINESS METHODS === #

    def _measure(self):
        """Count before and after, and say what it means. Called in sudo mode."""
        due = self.filtered(
            lambda notice: notice.measure_on <= today(self.env, notice.company_id)
        )
        counted = due._count()
        log_since = due._get_log_starts()
        for notice in self:
            if notice in counted:
                vals = notice._judge(counted[notice], log_since)
            else:
                vals = {
                    **notice._name_counts(Counted(0, 0, 0, 0)),
                    "verdict": False,
                    "obstacle": False,
                    "saved_contacts": 0,
                    "measured_on": False,
                }
            if any(notice[fname] != value for fname, value in vals.items()):
                notice.write(vals)

    def _judge(self, counted, log_since):
        """:return: values of the figures, and what can be said of them"""
        self.ensure_one()
        start, _turn, _stop = self._get_moments()
        obstacle = verdict = False
        ratio = None
        if not log_since.get(self.company_id.id) or (
            log_since[self.company_id.id] > start
        ):
            obstacle = "no_log"
        elif not counted.before_base or not counted.after_base:
            obstacle = "no_base"
        elif counted.before + counted.after < MINIMUM:
            obstacle = "few"
        else:
            ratio = rate_ratio(*counted)
            if ratio.low <= 1 <= ratio.high:
                obstacle = "chance"
            else:
                verdict = "fewer" if ratio.high < 1 else "more"
        saved = 0
        if verdict == "fewer":
            scale = counted.after_base / counted.before_base
            saved = counted.before * scale - counted.after
        return {
            **self._name_counts(counted),
            "verdict": verdict or "too_few",
            "obstacle": obstacle,
            "saved_contacts": saved,
            "measured_on": today(self.env, self.company_id),
        }

    def _name_counts(self, counted):
        return {
            "before_count": counted.before,
            "after_count": counted.after,
            "before_base": counted.before_base if self.denominator else 0,
            "after_base": counted.after_base if self.denominator else 0,
        }

    def _get_moments(self):
        """:return: when the comparison begins, when the notice did, when it ends"""
        self.ensure_one()
        days = timedelta(days=self.window_days)
        return tuple(
            day_start(self.started_on + shift, self.company_id)
            for shift in (-days, timedelta(), days)
        )

    def _count(self):
        """Count for many notices at once.

        :return: by notice, what was counted; days where nothing else is compared
        :rtype: dict
        """
        if not self:
            return {}
        moments = {notice: notice._get_moments() for notice in self}
        contacts = self._count_contacts(moments)
        bases = self._count_bases(moments)
        return {
            notice: Counted(
                *contacts.get(notice.id, (0, 0)),
                *bases.get(notice.id, (notice.window_days, notice.window_days)),
            )
            for notice in self
        }

    def _count_contacts(self, moments):
        self.env["crm.service.contact"].flush_model()
        self.env["crm.service.reason"].flush_model(["parent_path"])
        self.flush_recordset(["reason_ids"])
        rows = self.env.execute_query(
            SQL(
                "SELECT leaf.notice_id, "
                "count(*) FILTER (WHERE contact.contacted_on < leaf.turn), "
                "count(*) FILTER (WHERE contact.contacted_on >= leaf.turn) "
                "FROM (SELECT DISTINCT period.*, reason.id AS reason_id "
                "FROM (VALUES %(periods)s) "
                "AS period (notice_id, company_id, start, turn, stop) "
                "JOIN crm_service_notice_reason_rel rel "
                "ON rel.notice_id = period.notice_id "
                "JOIN crm_service_reason chosen ON chosen.id = rel.reason_id "
                "JOIN crm_service_reason reason "
                "ON reason.parent_path LIKE chosen.parent_path || '%%') leaf "
                "JOIN crm_service_contact contact "
                "ON contact.reason_id = leaf.reason_id "
                "AND contact.company_id = leaf.company_id "
                "AND contact.contacted_on >= leaf.start "
                "AND contact.contacted_on < leaf.stop "
                "AND contact.direction = 'in' AND contact.active "
                "GROUP BY leaf.notice_id",
                periods=SQL(", ").join(
                    SQL(
                        "(%s, %s, %s::timestamp, %s::timestamp, %s::timestamp)",
                        notice.id,
                        notice.company_id.id,
                        *map(fields.Datetime.to_string, moments[notice]),
                    )
                    for notice in self
                ),
            )
        )
        return {row[0]: row[1:] for row in rows}

    def _count_bases(self, moments):
        """:return: by id of the notice, of how many before and after"""
        bases = {}
        for code, notices in self.grouped("denominator").items():
            if not code:
                continue
            periods = {}
            for notice in notices:
                start, turn, stop = moments[notice]
                periods[2 * notice.id] = (notice.company_id, start, turn)
                periods[2 * notice.id + 1] = (notice.company_id, turn, stop)
            found = self.env["crm.service.denominator"]._count(code, periods)
            for notice in notices:
                bases[notice.id] = (
                    found.get(2 * notice.id, 0),
                    found.get(2 * notice.id + 1, 0),
                )
        return bases

    def _get_log_starts(self):
        """:return: since when each company has a log, by its id"""
        rows = (
            self.env["crm.service.contact"]
            .with_context(active_test=False)
            ._read_group(
                [("company_id", "in", self.company_id.ids)],
                ["company_id"],
                ["contacted_on:min"],
            )
        )
        return {company.id: since for company, since in rows}

    @api.model
    def _forget_denominator(self, code):
        """Go by days again, when nobody can count any more what was compared with.

        :param str code: as of the bridge that is uninstalled
        """
        notices = self.with_context(active_test=False)
        notices.search([("denominator", "=", code)]).denominator = False

    # === WHAT IS SHOWN === #

    def _get_bases(self):
        if self.denominator:
            return self.before_base, self.after_base
        return self.window_days, self.window_days

    def _prepare_comparison(self, labels):
        """:return: what the picture shows: two bars with their texts
        :rtype: dict
        """
        self.ensure_one()
        if not self.verdict:
            return {}
        labels_of_bars = self.env._("Before"), self.env._("After")
        codes = ("before", "after")
        return {
            "bars": [
                self._prepare_bar(*bar)
                for bar in zip(codes, labels_of_bars, self._get_bases(), strict=True)
            ],
            "denominator": labels.get(self.denominator, ""),
            "verdict": self.verdict,
        }

    def _prepare_bar(self, code, label, base):
        count = self[f"{code}_count"]
        rate = self._get_rate(count, base)
        digits = 1 if self.denominator else 0
        return {
            "code": code,
            "label": label,
            "value": rate,
            "rate": formatLang(self.env, rate, digits=digits),
            "count": count,
            "base": base if self.denominator else 0,
        }

    def _get_rates(self):
        """:return: how many contacts there were before and after, per 100 of what they
        are compared with; else how many; None where there is nothing to compare with
        :rtype: tuple
        """
        self.ensure_one()
        counts = self.before_count, self.after_count
        return tuple(
            self._get_rate(count, base) if base and self.verdict else None
            for count, base in zip(counts, self._get_bases(), strict=True)
        )

    def _get_rate(self, count, base):
        """:return: per 100 of what it is compared with; else how many there were"""
        if not self.denominator:
            return count
        return 100 * count / base if base else 0

    def _get_reading(self, labels):
        """:return: one sentence: what can be said, or why nothing can"""
        self.ensure_one()
        if not self.verdict:
            return self.measure_on and self.env._(
                "It is known on %(day)s, when as many days have passed as are counted "
                "before.",
                day=format_date(self.env, self.measure_on),
            )
        count = self.before_count + self.after_count
        if self.verdict == "too_few":
            return self.env._(
                "Too few to say: %(reason)s (n = %(count)s).",
                reason=dict(self._fields["obstacle"]._description_selection(self.env))[
                    self.obstacle
                ],
                count=count,
            )
        ratio = rate_ratio(self.before_count, self.after_count, *self._get_bases())
        if not isfinite(ratio.ratio):
            return self.env._(
                "There were none before, and %(count)s after.", count=self.after_count
            )
        values = {
            "share": self._format_share(ratio.ratio),
            "from": self._format_share(min(ratio[1:], key=lambda r: abs(1 - r))),
            "to": self._format_share(max(ratio[1:], key=lambda r: abs(1 - r))),
            "count": count,
        }
        if self.verdict == "fewer":
            return self.env._(
                "%(share)s fewer; with 95%% certainty between %(from)s and %(to)s "
                "(n = %(count)s).",
                **values,
            )
        return self.env._(
            "%(share)s more; with 95%% certainty between %(from)s and %(to)s "
            "(n = %(count)s).",
            **values,
        )

    def _format_share(self, ratio):
        return f"{formatLang(self.env, abs(1 - ratio) * 100, digits=0)}%"
