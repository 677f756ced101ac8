from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.local_time import day_start, today

from ..tools.poisson import rate_ratio

# Whole weeks are compared, as weekends are different; so many days at most.
WEEK_DAYS, MAX_DAYS = 7, 84
# Contacts are logged late, or get another reason: for so long it is measured again.
SETTLING_DAYS = 30
# With fewer contacts nothing is said.
MINIMUM = 20


class CrmServiceEffectMixin(models.AbstractModel):
    """Whether an action has worked: contacts for its reason, before and after.

    As many days before it was done are counted as have passed since. What may be
    chance is not called a success.
    """

    _name = "crm.service.effect.mixin"
    _description = "Effect in Contacts"
    _inherit = ["crm.batch.mixin"]
    _protected_fields = frozenset(
        {"contacts_before", "contacts_after", "effect_days", "effect_verdict"}
    )

    contacts_before = fields.Integer(readonly=True, copy=False)
    contacts_after = fields.Integer(readonly=True, copy=False)
    effect_days = fields.Integer(
        string="Days Counted",
        readonly=True,
        copy=False,
        aggregator=None,
        help="As many days before it was done as after.",
    )
    effect_verdict = fields.Selection(
        selection=[
            ("fewer", "Fewer contacts"),
            ("more", "More contacts"),
            ("too_few", "Too few to say"),
        ],
        string="Verdict",
        readonly=True,
        copy=False,
        help="Whether the difference is more than chance.",
    )
    effect_note = fields.Char(string="What It Changed", compute="_compute_effect_note")

    # === COMPUTE METHODS === #

    @api.depends("contacts_before", "contacts_after", "effect_days", "effect_verdict")
    @api.depends_context("lang")
    def _compute_effect_note(self):
        verdicts = dict(self._fields["effect_verdict"]._description_selection(self.env))
        for action in self:
            action.effect_note = bool(action.effect_days) and self.env._(
                "%(before)s contacts in %(days)s days before, %(after)s in as many "
                "days after: %(verdict)s",
                before=action.contacts_before,
                after=action.contacts_after,
                days=action.effect_days,
                verdict=verdicts.get(action.effect_verdict, ""),
            )

    # === JOB === #

    @api.model
    def _cron_measure_effects(self, batch_size=500):
        """Count the contacts before and after what was done, every night."""
        self._process_in_batches(
            self._get_measured_domain(), "_measure_effect", batch_size=batch_size
        )

    @api.model
    def _get_measured_domain(self):
        """:return: domain of what was done long enough ago, and not too long"""
        day = self.env.cr.now().date()
        return (
            Domain("reason_id", "!=", False)
            & Domain("done_on", "<", day - timedelta(days=WEEK_DAYS - 1))
            & Domain("done_on", ">", day - timedelta(days=MAX_DAYS + SETTLING_DAYS))
        )

    def _measure_effect(self):
        """Count for all of them at once. In sudo mode."""
        days = {action.id: action._get_effect_days() for action in self}
        measured = self.filtered(lambda action: days[action.id])
        if not measured:
            return
        counts = {
            key: figures
            for key, *figures in self.env.execute_query(
                measured._get_effect_query(days)
            )
        }
        for action in measured:
            before, after = counts.get(action.id, (0, 0))
            action.write(
                {
                    "contacts_before": before,
                    "contacts_after": after,
                    "effect_days": days[action.id],
                    "effect_verdict": self._judge(before, after),
                }
            )

    def _get_effect_days(self):
        """:return: how many days can be compared: whole weeks, up to a limit"""
        self.ensure_one()
        if not self.done_on:
            return 0
        passed = (today(self.env, self.company_id) - self.done_on).days - 1
        return max(min(passed // WEEK_DAYS * WEEK_DAYS, MAX_DAYS), 0)

    def _get_effect_query(self, days):
        """:return: a query of the id, and of the contacts before and after"""
        periods = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s::timestamp, %s::timestamp, %s::timestamp, "
                "%s::timestamp)",
                action.id,
                action.reason_id.id,
                action.company_id.id,
                *action._get_effect_moments(days[action.id]),
            )
            for action in self
        )
        # A complaint that nobody has logged as a contact counts as one.
        return SQL(
            """
            SELECT period.id,
                   count(*) FILTER (WHERE event.moment < period.before_stop),
                   count(*) FILTER (WHERE event.moment >= period.after_start)
              FROM (VALUES %s) AS period (id, reason_id, company_id, before_start,
                                          before_stop, after_start, after_stop)
              JOIN crm_service_reason root ON root.id = period.reason_id
              JOIN crm_service_reason reason
                ON reason.parent_path LIKE root.parent_path || '%%'
              JOIN (
                    SELECT reason_id, company_id, contacted_on AS moment
                      FROM crm_service_contact
                     WHERE active AND direction = 'in'
                 UNION ALL
                    SELECT reason_id, company_id, received_on
                      FROM crm_complaint complaint
                     WHERE active AND NOT EXISTS (
                           SELECT FROM crm_service_contact contact
                            WHERE contact.complaint_id = complaint.id)
                   ) event
                ON event.reason_id = reason.id
               AND event.company_id = period.company_id
               AND event.moment >= period.before_start
               AND event.moment < period.after_stop
          GROUP BY period.id
            """,
            periods,
        )

    def _get_effect_moments(self, days):
        """:return: start and stop of the time before, and of the time after"""
        span, one = timedelta(days=days), timedelta(days=1)
        return [
            day_start(day, self.company_id)
            for day in (
                self.done_on - span,
                self.done_on,
                self.done_on + one,
                self.done_on + one + span,
            )
        ]

    @api.model
    def _judge(self, before, after):
        """:return: what the two counts say; chance is no success"""
        if before + after < MINIMUM:
            return "too_few"
        found = rate_ratio(before, after)
        if found.high < 1:
            return "fewer"
        return "more" if found.low > 1 else "too_few"

    def _forget_effect(self):
        """What is not done any more has no effect. In sudo mode."""
        self.filtered("effect_days").write(
            {
                "contacts_before": 0,
                "contacts_after": 0,
                "effect_days": 0,
                "effect_verdict": False,
            }
        )
