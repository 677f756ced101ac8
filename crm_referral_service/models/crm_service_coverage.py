from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..figures import quotients, words
from ..tools import duty

RATES = quotients("crm.service.coverage")
# What was done about a shift afterwards still counts for so many days.
DAYS_BACK = 7


class CrmServiceCoverage(models.Model):
    """How many of the hours that a team promised on a day were covered.

    Shifts are taken out of the calendar, and promised hours change: what was so on a
    day is kept.
    """

    _name = "crm.service.coverage"
    _description = "Coverage of Promised Hours"
    _inherit = ["crm.analysis.mixin"]
    _order = "date desc, team_id"
    _quotients = RATES
    _rate_fields = frozenset(RATES)

    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Service Team",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="team_id.company_id", store=True, precompute=True, index=True
    )
    date = fields.Date(
        string="Day", required=True, readonly=True, help="Where the team is."
    )
    promised_hours = fields.Float(
        **words("promised_hours"), readonly=True, digits=(16, 1)
    )
    covered_hours = fields.Float(
        **words("covered_hours"), readonly=True, digits=(16, 1)
    )
    gap_contacts = fields.Integer(**words("gap_contacts"), readonly=True)
    coverage = fields.Float(
        **words("coverage"),
        compute="_compute_coverage",
        store=True,
        precompute=True,
        aggregator="avg",
    )

    _team_date_uniq = models.UniqueIndex(
        "(team_id, date)", "The coverage of this team on this day is known already."
    )

    # === COMPUTE METHODS === #

    @api.depends("promised_hours", "covered_hours")
    def _compute_coverage(self):
        for day in self:
            promised = day.promised_hours
            day.coverage = day.covered_hours / promised if promised else 0.0

    @api.depends("team_id.name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for day in self:
            date = format_date(self.env, day.date)
            day.display_name = f"{day.team_id.name} · {date}"

    # === BUSINESS METHODS === #

    @api.model
    def _update(self, teams, first, last, zone):
        """Count the hours of these days; those of earlier days stay as they are.

        :param teams: crm.team records of one time zone
        :param date first: the first day
        :param date last: the last day
        :param str zone: the name of the time zone
        """
        known = {
            (day.team_id, day.date): day
            for day in self.search(
                [
                    ("team_id", "in", teams.ids),
                    ("date", ">=", first),
                    ("date", "<=", last),
                ]
            )
        }
        dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        coverage = teams._get_coverage(*duty.whole_days(first, last, zone))
        contacts = self._count_in_gaps(coverage, zone)
        new = []
        for team, (promised, gaps) in coverage.items():
            promised = duty.hours_by_day(promised, zone)
            missing = duty.hours_by_day(gaps, zone)
            for date in dates:
                hours = promised.get(date, 0.0)
                values = {
                    "promised_hours": hours,
                    "covered_hours": hours - missing.get(date, 0.0),
                    "gap_contacts": contacts.get((team.id, date), 0),
                }
                if day := known.get((team, date)):
                    day.write(values)
                else:
                    new.append({"team_id": team.id, "date": date, **values})
        self.create(new)

    @api.model
    def _count_in_gaps(self, coverage, zone):
        """A number by team and day, which says nothing of anybody.

        :param dict coverage: promised periods and gaps, by team
        :param str zone: the name of the time zone
        :return: how often customers turned to us when nobody was there, by the id of
            the team and the day
        :rtype: dict
        """
        gaps = [
            SQL("(%s, %s::timestamptz, %s::timestamptz)", team.id, start, stop)
            for team, (_promised, periods) in coverage.items()
            for start, stop in periods
        ]
        if not gaps:
            return {}
        Contact = self.env["crm.service.contact"]
        Contact.flush_model(["active", "contacted_on", "direction", "team_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.team_id, (moment.utc AT TIME ZONE %(zone)s)::date,
                       count(*)
                  FROM crm_service_contact contact
            CROSS JOIN LATERAL (SELECT contact.contacted_on AT TIME ZONE 'UTC' AS utc)
                       AS moment
                  JOIN (VALUES %(gaps)s) AS gap (team_id, start, stop)
                    ON gap.team_id = contact.team_id
                   AND gap.start <= moment.utc AND gap.stop > moment.utc
                 WHERE contact.active AND contact.direction = 'in'
                   AND contact.team_id = ANY(%(teams)s)
              GROUP BY 1, 2
                """,
                zone=zone,
                gaps=SQL(", ").join(gaps),
                teams=[team.id for team in coverage],
            )
        )
        return {(team_id, date): count for team_id, date, count in rows}
