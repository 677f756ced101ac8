from lxml import etree

from odoo import api, models
from odoo.tools import SQL

MEASURE_TYPES = ("integer", "float", "monetary")
VIEW_TYPES = ("pivot", "graph")
# The views and the format of static/src/analysis.
JS_CLASSES = {"pivot": "analysis_pivot", "graph": "analysis_graph"}
RATE_WIDGET = "blank_percentage"


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
