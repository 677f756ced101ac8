from lxml import etree

from odoo import api, models
from odoo.tools import SQL

from ..tools.added_up import AddedUp

MEASURE_TYPES = ("integer", "float", "monetary")
VIEW_TYPES = ("pivot", "graph")
# The views and the format of static/src/analysis.
JS_CLASSES = {"pivot": "analysis_pivot", "graph": "analysis_graph"}
RATE_WIDGET = "blank_percentage"
# Periods that never part a month.
LONG_PERIODS = {
    *("month", "quarter", "year"),
    *("month_number", "quarter_number", "year_number"),
}
# What is the same in a column is the same group.
KEPT_TYPES = ("boolean", "integer", "many2one", "selection")


class CrmAnalysisMixin(models.AbstractModel):
    """An analysis whose figures mean the same wherever they are looked at.

    In each pivot and graph, also those that somebody makes, a rate is shown as a rate,
    what has nothing below the line is blank, and a click shows the rows that were
    counted.
    """

    _name = "crm.analysis.mixin"
    _description = "Analysis"

    # Measures that are a share of something.
    _rate_fields = frozenset()
    # By the name of a measure the two that are summed, and divided.
    _quotients = {}
    # By the name of a measure that is a median: the count of its rows.
    _medians = {}
    # By the name of a moment another that is of the same month in every time zone, and
    # the same for most of a month: rows by month are added up by it before anything
    # else, for to look up a time zone for each of them would be most of the work.
    _month_moments = {}

    # === WHAT A FIGURE COUNTS === #

    @api.model
    def _get_measures(self):
        """:return: names of the fields that are figures
        :rtype: list[str]
        """
        return [
            name
            for name, field in self._fields.items()
            if field.type in MEASURE_TYPES and name != "id"
        ]

    @api.model
    def _get_counted_domain(self, measure):
        """:param str measure: name of a figure
        :return: domain of the rows that it counts
        :rtype: list
        """
        _part, whole = self._quotients.get(measure, (None, measure))
        return [[self._medians.get(whole, whole), "!=", 0]]

    def _read_group_select(self, aggregate_spec, query):
        """The same of any group, whatever it is made of: a quotient is a sum by a sum,
        a median is of the rows themselves.
        """
        fname, _colon, function = aggregate_spec.partition(":")
        if isinstance(query, AddedUp) and fname not in self._quotients:
            total = SQL("SUM(%s)", SQL.identifier(self._table, fname))
            if fname == "__count":
                return SQL("COALESCE(%s, 0)::bigint", total)
            # A sum of sums of whole numbers is a decimal to PostgreSQL.
            is_whole = self._fields[fname].type == "integer"
            return SQL("%s::bigint", total) if is_whole else total
        if function in ("count", "array_agg"):
            return super()._read_group_select(aggregate_spec, query)
        if fname in self._quotients:
            part, whole = (
                self._field_to_sql(self._table, name, query)
                for name in self._quotients[fname]
            )
            return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", part, whole)
        if fname in self._medians:
            term = self._field_to_sql(self._table, fname, query)
            return SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", term)
        return super()._read_group_select(aggregate_spec, query)

    # === ADDING UP === #

    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        specs = [*aggregates, *(leaf[0] for leaf in having if len(leaf) == 3)]
        rows = self._add_up(domain, groupby, specs, order)
        return super()._read_group(
            rows, groupby, aggregates, having, offset, limit, order
        )

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        groupby = [spec for groupby in grouping_sets for spec in groupby]
        rows = self._add_up(domain, groupby, aggregates, order)
        return super()._read_grouping_sets(rows, grouping_sets, aggregates, order)

    def _add_up(self, domain, groupby, aggregates, order):
        """:return: the rows of a domain, added up by what they are grouped by where
        that comes to the same and is quicker; else the domain
        :rtype: AddedUp | list
        """
        moments = {
            spec: moment for spec in groupby if (moment := self._get_month_moment(spec))
        }
        if not moments or not all(
            spec in moments or self._can_be_kept(spec) for spec in groupby
        ):
            return domain
        terms = {term.split()[0] for term in (order or "").split(",") if term.strip()}
        names = self._get_summed({*aggregates, *terms.difference(groupby)})
        rows = self._search(domain)
        if names is None or rows.is_empty():
            return domain
        columns = {
            moments.get(spec, spec): SQL.identifier(self._table, moments[spec])
            if spec in moments
            else self._field_to_sql(self._table, spec, rows)
            for spec in groupby
        }
        sums = {
            name: SQL("SUM(%s)", self._field_to_sql(self._table, name, rows))
            for name in names
        }
        rows = AddedUp(rows, columns, {"__count": SQL("COUNT(*)"), **sums})
        # Once more, by the periods themselves, so that little is left to be sorted.
        periods = {spec: f"period_{number}" for number, spec in enumerate(moments)}
        columns = {
            periods.get(spec, spec): self._read_group_groupby(self._table, spec, rows)
            for spec in groupby
        }
        sums = {name: self._read_group_select(f"{name}:sum", rows) for name in names}
        sums["__count"] = self._read_group_select("__count", rows)
        return AddedUp(rows, columns, sums, periods)

    def _get_summed(self, aggregates):
        """:return: names of the measures of which sums are all that these figures need;
        nothing if they need more
        :rtype: set[str] | None
        """
        names = set()
        for spec in aggregates - {"__count"}:
            fname, _colon, function = spec.partition(":")
            if fname in self._quotients and function in ("avg", "sum"):
                names.update(self._quotients[fname])
            elif function == "sum":
                names.add(fname)
            else:
                return None
        summable = set(self._get_measures()) - self._quotients.keys()
        return names if names <= summable - self._medians.keys() else None

    def _get_month_moment(self, spec):
        """:return: the field by which rows can be added up for this grouping, if any"""
        fname, _colon, period = spec.partition(":")
        return self._month_moments.get(fname) if period in LONG_PERIODS else None

    def _can_be_kept(self, spec):
        """:return: whether rows that are the same in a column can be grouped by it"""
        field = self._fields.get(spec)
        return field and field.store and field.type in KEPT_TYPES

    def _search(self, domain, *args, **kwargs):
        if isinstance(domain, AddedUp):
            return domain
        return super()._search(domain, *args, **kwargs)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if isinstance(query, AddedUp) and groupby_spec in query.periods:
            return SQL.identifier(alias, query.periods[groupby_spec])
        if moment := self._get_month_moment(groupby_spec):
            fname, _colon, period = groupby_spec.partition(":")
            self._check_field_access(self._fields[fname], "read")
            # sudo: it tells no more than the moment for which it stands
            self = self.sudo()
            groupby_spec = f"{moment}:{period}"
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _get_partial_measures(self, view, view_type):
        """:return: figures that would be wrong in a view, because it leaves out rows
        that they need
        :rtype: set[str]
        """
        return set()

    # === VIEWS === #

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Figures are counted, not grouped by; and say what they count."""
        descriptions = super().fields_get(allfields, attributes)
        for name in set(self._get_measures()) & descriptions.keys():
            description = descriptions[name]
            if "groupable" in description:
                description["groupable"] = False
            if attributes is None or "counted_domain" in attributes:
                description["counted_domain"] = self._get_counted_domain(name)
        return descriptions

    @api.model
    def _get_view_field_attributes(self):
        return [*super()._get_view_field_attributes(), "counted_domain"]

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in VIEW_TYPES:
            if not arch.get("js_class"):
                arch.set("js_class", JS_CLASSES[view_type])
            nodes = {node.get("name"): node for node in arch.iter("field")}
            hidden = self._get_partial_measures(view, view_type)
            for name in self._rate_fields | hidden:
                if name not in nodes:
                    nodes[name] = etree.SubElement(arch, "field", name=name)
                if name in hidden:
                    nodes[name].set("invisible", "1")
                else:
                    nodes[name].set("widget", RATE_WIDGET)
        return arch, view
