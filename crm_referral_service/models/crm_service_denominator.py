from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.local_time import local_date

from ..tools.denominator import Denominator


class CrmServiceDenominator(models.AbstractModel):
    """Of how many: what the number of contacts is compared with.

    Twice as many contacts about deliveries are no bad sign if there were twice as many
    deliveries. What a company delivers or bills is known to other addons: they extend
    :meth:`_get_denominators`.
    """

    _name = "crm.service.denominator"
    _description = "What Contacts Are Compared With"

    # === BUSINESS METHODS - TO OVERRIDE === #

    @api.model
    def _get_denominators(self):
        """:return: what contacts may be compared with, by code
        :rtype: dict[str, Denominator]
        """
        label = self.env._("won opportunities")
        is_won = [("type", "=", "opportunity"), ("won_status", "=", "won")]
        return {"won": Denominator(label, "crm.lead", is_won, "date_closed")}

    # === BUSINESS METHODS === #

    @api.model
    def _get_selection(self):
        """:return: codes and labels, for a selection field
        :rtype: list[tuple[str, str]]
        """
        found = self._get_denominators()
        return [(code, denominator.label) for code, denominator in found.items()]

    @api.model
    def _count(self, code, periods):
        """Count in many periods at once.

        :param str code: as of :meth:`_get_denominators`
        :param dict periods: by any number, the res.company, from when, until when
            (not included), in UTC
        :return: how many there are, by the same numbers; none for an unknown code
        :rtype: dict[int, int]
        """
        denominator = self._get_denominators().get(code)
        if not denominator or not periods:
            return {}
        # sudo: how many there are is no secret; nothing else is read of them
        Model = self.env[denominator.model].sudo().with_context(active_test=False)
        query = Model._search(denominator.domain)
        moment = Model._field_to_sql(Model._table, denominator.date, query)
        company = Model._field_to_sql(Model._table, "company_id", query)
        is_day = Model._fields[denominator.date].type == "date"
        rows = self.env.execute_query(
            SQL(
                "SELECT period.key, count(*) FROM (VALUES %(periods)s) "
                "AS period (key, company_id, start, stop) "
                "JOIN (%(counted)s) AS counted (company_id, moment) "
                "ON COALESCE(counted.company_id, period.company_id) "
                "= period.company_id "
                "AND counted.moment >= period.start AND counted.moment < period.stop "
                "GROUP BY period.key",
                periods=SQL(", ").join(
                    self._get_period_sql(key, *period, is_day)
                    for key, period in periods.items()
                ),
                counted=query.select(company, moment),
            )
        )
        return dict.fromkeys(periods, 0) | dict(rows)

    @api.model
    def _get_period_sql(self, key, company, start, stop, is_day):
        if is_day:  # the days where the company is
            start, stop = local_date(start, company), local_date(stop, company)
        cast = SQL("date") if is_day else SQL("timestamp")
        return SQL(
            "(%s, %s, %s::%s, %s::%s)",
            key,
            company.id,
            fields.Datetime.to_string(start) if not is_day else start,
            cast,
            fields.Datetime.to_string(stop) if not is_day else stop,
            cast,
        )
