from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from odoo.addons.crm_foundation.tools.figures import Counted, needed

from ..figures import FIGURES

MONTH = "month"


class CrmReferralFigures(models.AbstractModel):
    """The figures, and their values in a scope (see ``crm.referral.scope``).

    An addon adds figures of its own by extending ``_get_all``, and ``_read_others`` for
    those that are no measure of an analysis.
    """

    _name = "crm.referral.figures"
    _description = "Figures of Referrals"

    # === WHICH THERE ARE === #

    @api.model
    def _get_all(self):
        """:return: all figures, in the order they are shown
        :rtype: list[Figure]
        """
        return list(FIGURES)

    @api.model
    def _get(self, *codes):
        """:return: some of the figures, in this order, in words of the reader
        :rtype: list[Figure]
        """
        figures = {figure.code: figure for figure in self._get_all()}
        return [self._translate(figures[code]) for code in codes]

    @api.model
    def _get_key_figures(self):
        """:return: the figures of the summary, in words of the reader
        :rtype: list[Figure]
        """
        return [self._translate(figure) for figure in self._get_all() if figure.is_key]

    def _translate(self, figure):
        translate = self.env._
        return replace(figure, name=translate(figure.name), help=translate(figure.help))

    # === VALUES === #

    @api.model
    def _read(self, options, codes=None):
        """:param options: what ``crm.referral.export._prepare_options`` returns
        :param codes: of the figures that are needed; by default of all key figures
        :return: the values of these figures that are no rate, and of what they are
            made of, by code
        :rtype: dict
        """
        wanted = self._get_needed(codes)
        values = self._read_others(options, wanted)
        for figures in self._group_by_query(wanted):
            [row] = self._read_group_of(options, figures)
            values.update(self._name_values(figures, row))
        return values

    @api.model
    def _read_by(self, options, codes, groupby):
        """:param str groupby: a field of the analysis, or ``month``: the groups are the
            first days of months then, of the day that counts for each figure
        :return: as :meth:`_read`, by group; a figure of the analysis that is missing in
            a group is as it is for no rows
        :rtype: dict
        """
        groups = defaultdict(self._get_nothing(codes).copy)
        for figures in self._group_by_query(self._get_needed(codes)):
            spec = f"{figures[0].date}:month" if groupby == MONTH else groupby
            for group, *row in self._read_group_of(options, figures, [spec]):
                if groupby == MONTH:
                    if not group:
                        continue
                    group = fields.Date.to_date(group).replace(day=1)
                groups[group].update(self._name_values(figures, row))
        return dict(groups)

    @api.model
    def _get_nothing(self, codes):
        """:return: what :meth:`_read_by` gives for a group without rows"""
        queries = self._group_by_query(self._get_needed(codes))
        return {each.code: each.nothing for figures in queries for each in figures}

    @api.model
    def _read_others(self, options, codes):
        """:param set codes: of figures that are needed
        :return: the values of those of them that are no measure of an analysis, by code
        :rtype: dict
        """
        Loyalty = self.env["crm.referral.loyalty"]
        values = {}
        if codes & {"pride_asked", "pride_answered"}:
            asked, answered = Loyalty._count_responses(options)
            values.update(pride_asked=asked, pride_answered=answered)
        if "nps" in codes:
            recommendation = Loyalty._read_recommendation(options)
            values.update({key: recommendation[key] for key in ("nps", "nps_count")})
        return values

    @api.model
    def _get_count(self, figure, values):
        """:return: of how many a figure is a mean or a share; None where it is none, or
            one of a sum of money
        :rtype: int | None
        """
        formats = {each.code: each.format for each in self._get_all()}
        if all(formats.get(code, "integer") == "integer" for code in figure.bases):
            return figure.get_base(values)
        return None

    def _get_needed(self, codes):
        figures = self._get(*codes) if codes else self._get_key_figures()
        return needed(figures)

    def _group_by_query(self, codes):
        """:return: the figures of the analyses, those together that one query reads
        :rtype: list[list[Counted]]
        """
        queries = defaultdict(list)
        for figure in self._get_all():
            if figure.code in codes and isinstance(figure, Counted):
                queries[figure.model, figure.rows, figure.date].append(figure)
        return list(queries.values())

    def _read_group_of(self, options, figures, groupby=()):
        model, rows, date = figures[0].model, figures[0].rows, figures[0].date
        domain = self.env["crm.referral.scope"]._get_domain(options, model, date)
        aggregates = [figure.aggregate for figure in figures]
        return self.env[model]._read_group(
            domain & Domain(list(rows)), groupby, aggregates
        )

    def _name_values(self, figures, row):
        """:return: values by code, those that are missing as they are for no rows"""
        return {
            figure.code: figure.nothing if value is None or value is False else value
            for figure, value in zip(figures, row, strict=True)
        }

    # === IN WORDS === #

    @api.model
    def _format(self, figure_format, value):
        """:return: a value in the user's language.
        :rtype: str
        """
        if value is None:
            return "–"
        if figure_format == "money":
            currency = self.env.company.currency_id
            return formatLang(self.env, value, currency_obj=currency)
        if figure_format == "percent":
            return f"{formatLang(self.env, 100 * value, digits=1)} %"
        digits = 1 if figure_format in ("decimal", "score") else 0
        return formatLang(self.env, value, digits=digits)

    @api.model
    def _format_change(self, figure, now, before):
        """:return: how much a figure has changed, in the user's language, or nothing.
        :rtype: str
        """
        change = figure.get_change(now, before)
        if change is None:
            return ""
        sign = "+" if change > 0 else ""
        if figure.in_points:
            points = formatLang(self.env, change, digits=1)
            return self.env._("%(number)s points", number=f"{sign}{points}")
        return f"{sign}{self._format('percent', change)}"
