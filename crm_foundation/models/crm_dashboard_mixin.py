from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools.period_domain import period_domain

PERIODS = (30, 90, 365)


class CrmDashboardMixin(models.AbstractModel):
    """A dashboard: a few figures, each with its trend and its records, and lists of
    what is where or needs a hand.

    A dashboard is a model that inherits this one and says what is on it, and a client
    action with the tag ``crm_dashboard`` whose parameter ``model`` names it.
    """

    _name = "crm.dashboard.mixin"
    _description = "Dashboard"

    @api.model
    @api.readonly
    def get_dashboard(self, days=90, filters=None):
        """Collect what the dashboard shows.

        :param int days: length of the period that ends now; each figure is compared
            with the period of the same length before
        :param dict filters: what was chosen of the lists: ids by the names of fields
        :return: periods, lists to choose from, figures, sections, buttons, links; how
            to read all that; and a text when there is nothing to show yet
        :rtype: dict
        :raise ValidationError: when the period, or what was chosen, is not on the lists
        """
        if type(days) is not int or days not in PERIODS:
            raise ValidationError(
                self.env._(
                    "Choose one of these periods, in days: %(periods)s.",
                    periods=list(map(str, PERIODS)),
                )
            )
        filters = self._clean_filters(filters)
        today = fields.Date.context_today(self)
        start = today - timedelta(days=days - 1)
        period = (start, today)
        previous = (start - timedelta(days=days), start - timedelta(days=1))
        figures = self._get_figures(period, previous, filters)
        sections = self._get_sections(period, filters)
        return {
            "days": days,
            "periods": [
                {"days": length, "name": name}
                for length, name in zip(PERIODS, self._get_period_names(), strict=True)
            ],
            "choices": [
                {**choice, "value": filters.get(choice["name"], False)}
                for choice in self._get_choices()
            ],
            "currency_id": self.env.company.currency_id.id,
            "figures": figures,
            "sections": sections,
            "buttons": self._get_buttons(),
            "links": self._get_links(),
            "explanation": self._get_explanation(),
            "empty": self._is_empty(figures, sections) and self._get_empty_text(),
        }

    # === WHAT IS ON IT === #

    @api.model
    def _get_filter_fields(self):
        """:return: fields by which the dashboard can be narrowed.
        :rtype: set[str]
        """
        return set()

    @api.model
    def _get_choices(self):
        """:return: the lists to choose from: ``name`` of the field, ``label``, ``all``
            for the words of no choice, ``options`` with ``id`` and ``name``
        :rtype: list[dict]
        """
        return []

    @api.model
    def _get_figures(self, period, previous, filters):
        """:param tuple period: first and last day
        :param tuple previous: first and last day of the period before
        :param dict filters: ids by the names of fields
        :return: the figures, see :meth:`_prepare_figure`
        :rtype: list[dict]
        """
        return []

    @api.model
    def _get_sections(self, period, filters):
        """:return: the lists below the figures, see :meth:`_prepare_section`.
        :rtype: list[dict]
        """
        return []

    @api.model
    def _get_buttons(self):
        """:return: what can be done: ``name``, ``label`` and ``action`` of each button.
        :rtype: list[dict]
        """
        return []

    @api.model
    def _get_links(self):
        """:return: where one can read on: as :meth:`_get_buttons`.
        :rtype: list[dict]
        """
        return []

    @api.model
    def _get_explanation(self):
        """:return: how to read it, where that is not plain"""
        return ""

    @api.model
    def _get_empty_text(self):
        """:return: what is said as long as there is nothing to show."""
        return self.env._("Nothing to show yet.")

    # === FIGURES AND SECTIONS === #

    @api.model
    def _prepare_figure(
        self,
        figure,
        values,
        previous,
        action,
        trend=(),
        base_format="integer",
        group="",
    ):
        """:param figure: what the figure is, see ``tools.figures``
        :param dict values: the values now, by code; ``previous`` those of before
        :param dict action: a window action on its records
        :param trend: its values month by month, None where there is none
        :param base_format: of what it is a share or a mean of
        :param str group: a heading above it and its neighbours of the same group
        :return: the figure as the dashboard shows it
        :rtype: dict
        """
        value, before = figure.get_value(values), figure.get_value(previous)
        return {
            "code": figure.code,
            "name": figure.name,
            "help": figure.help,
            "format": figure.format,
            "value": value,
            "previous": before,
            "change": figure.get_change(value, before),
            "in_points": figure.in_points,
            "wanted": figure.wanted,
            "base": figure.get_base(values),
            "base_format": base_format,
            "trend": list(trend),
            "group": group,
            "action": action,
        }

    @api.model
    def _prepare_section(self, code, title, kind, rows, empty=""):
        """:param str kind: ``bars`` (counts in proportion), ``alerts`` (counts that
            should be zero) or ``list``
        :param list rows: each with ``code``, ``name``, ``value`` and ``action``, and
            perhaps ``format``, ``note``, a ``hint``: a sentence below, and ``text``:
            the value in words, where its format is not fine enough
        :param str empty: what is said when there are no rows
        :rtype: dict
        """
        return {
            "code": code,
            "title": title,
            "kind": kind,
            "rows": [
                {"format": "integer", "note": "", "hint": "", **row} for row in rows
            ],
            "empty": empty,
        }

    @api.model
    def _prepare_table(self, code, title, columns, rows, empty=""):
        """Two questions at once: one goes down, the other one across.

        :param list columns: their names
        :param list rows: each with ``code``, ``name`` and its ``cells``, one for each
            column with ``code``, ``value``, ``action``, and perhaps ``level``: how good
            it is, ``success``, ``warning`` or ``danger``
        :param str empty: what is said when all cells are zero
        :rtype: dict
        """
        rows = [
            {**row, "value": sum(cell["value"] for cell in row["cells"])}
            for row in rows
        ]
        counted = rows if any(row["value"] for row in rows) else []
        section = self._prepare_section(code, title, "table", counted, empty)
        return {**section, "columns": columns}

    def _is_empty(self, figures, sections):
        """:return: whether nothing has happened yet."""
        return not (
            any(figure["value"] or any(figure["trend"]) for figure in figures)
            or any(row["value"] for section in sections for row in section["rows"])
        )

    # === FILTERS === #

    def _clean_filters(self, filters):
        """:return: what was chosen, ids by the names of fields.
        :rtype: dict
        """
        filters = filters or {}
        allowed = self._get_filter_fields()
        if not isinstance(filters, dict) or any(
            name not in allowed or (value and type(value) is not int)
            for name, value in filters.items()
        ):
            raise ValidationError(
                self.env._("Choose from the lists of the dashboard only.")
            )
        return {name: value for name, value in filters.items() if value}

    @api.model
    def _get_filter_domain(self, filters):
        """:return: domain of what was chosen.
        :rtype: Domain
        """
        return Domain.AND(Domain(name, "=", value) for name, value in filters.items())

    def _get_period_names(self):
        return [self.env._("30 days"), self.env._("90 days"), self.env._("12 months")]

    # === ACTIONS === #

    @api.model
    def _prepare_period_action(self, name, records, filters, period):
        """The records of a figure; the period is a filter that can be taken off.

        :param records: model, day that counts and domain, see ``tools.figures``
        :return: a window action, which has the filter beside its domain
        :rtype: dict
        """
        Model, fname = self.env[records.model], records.date
        in_period = period_domain(Model, fname, *period)
        domain = Domain(list(records.domain)) & self._get_filter_domain(filters)
        start, end = (format_date(self.env, day) for day in period)
        return {
            **self._prepare_action(name, records.model, domain & in_period),
            "period": {
                "description": self.env._(
                    "%(field)s: %(start)s to %(end)s",
                    field=Model._fields[fname]._description_string(self.env),
                    start=start,
                    end=end,
                ),
                "domain": self._to_list(in_period),
                "other_domain": self._to_list(domain),
            },
        }

    @api.model
    def _prepare_action(self, name, model, domain):
        """:return: a window action on the records of a figure.
        :rtype: dict
        """
        return {
            "name": name,
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": self._to_list(domain),
            "context": {},
        }

    def _to_list(self, domain):
        """:return: a domain as the browser takes it.
        :rtype: list
        """
        return [
            [leaf[0], leaf[1], self._to_json(leaf[2])]
            if isinstance(leaf, (list, tuple))
            else leaf
            for leaf in list(domain)
        ]

    def _to_json(self, value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, (list, tuple, set, frozenset)) or hasattr(value, "union"):
            return list(value)
        if hasattr(value, "isoformat"):
            return fields.Date.to_string(value)
        return value
