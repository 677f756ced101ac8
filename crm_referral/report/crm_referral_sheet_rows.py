from collections.abc import Callable
from dataclasses import dataclass, field, replace

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.xlsx_stream.tools.workbook import Column, SheetSpec

from ..tools.workbook_look import HEADER

KINDS_BY_FIELD_TYPE = {
    "integer": "integer",
    "float": "decimal",
    "monetary": "money",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
NUMBER_KINDS = ("integer", "decimal", "money", "percent")


@dataclass(frozen=True)
class Source:
    """A column of a big sheet: which field it shows, under which heading.

    :param path: a stored field, also of a record that many2one fields lead to; of a
        many2one its name, of a selection its label; ``id`` is a link to the record, or
        as an integer only the number
    :param expression: gives the SQL of a value, for the alias of the table; the path
        is not followed then
    :param kind: of what an expression gives
    :param linked: of a many2one: its model, to which a link leads in place of a name
    """

    path: str
    header: str
    total: bool = False
    width: float | None = None
    style: dict = field(default_factory=dict)
    expression: Callable[[str], SQL] | None = None
    kind: str = "decimal"
    linked: str = ""


class CrmReferralSheetRows(models.AbstractModel):
    """A big sheet: a row per record, which PostgreSQL itself writes."""

    _name = "crm.referral.sheet.rows"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    # The model of the records
    _rows_model = ""

    @api.model
    def _get_query(self, options):
        return self.env[self._rows_model]._search(
            self._scope._get_domain(options, self._rows_model)
        )

    @api.model
    def _get_sources(self):
        """:return: the columns; one is the id, by which the rows are ordered.
        :rtype: list[Source]
        """
        raise NotImplementedError

    def _add(self, job):
        self._add_records(job, self._get_title(), self._get_query(job.options))

    def _add_records(self, job, name, query):
        """Add a sheet with a row per record.

        :param str name: of the sheet
        :param Query query: which records; ``_search`` made it with the rules
        """
        companies = self.env["res.company"].browse(job.options["company_ids"])
        one_currency = len(companies.currency_id) == 1
        sources = self._get_sources()
        columns, terms = [], []
        for source in sources:
            if source.total and not one_currency:
                source = replace(source, total=False)
            term, column = self._prepare_column(job.look, query, source)
            columns.append(self._set_apart(column, columns))
            terms.append(term)
        spec = self._prepare_spec(job, name, columns, query.select(*terms))
        key = [source.path for source in sources].index("id")
        job.sheets[name] = job.book.add_sheet(replace(spec, key=key))

    def _prepare_spec(self, job, name, columns, query):
        """:return: a big sheet in the look of the workbook.
        :rtype: SheetSpec
        """
        return SheetSpec(
            name,
            columns,
            query,
            freeze_columns=2,
            total_label=job.look.total,
            empty_text=self.env._("No record matches these filters."),
            header_style=HEADER,
            footer=f"&L&A&C{job.options['name'].replace('&', '&&')}&R&P / &N",
            paper=job.look.paper,
            right_to_left=job.look.right_to_left,
        )

    def _set_apart(self, column, before):
        """:return: the column, so that its texts do not touch the numbers before."""
        if column.kind == "text" and before and before[-1].kind in NUMBER_KINDS:
            return replace(column, style={"indent": 1, **column.style})
        return column

    # === COLUMNS === #

    def _prepare_column(self, look, query, source):
        """:return: the SQL of a column's values, and how they become cells.
        :rtype: tuple[SQL, Column]
        """
        model = self.env[self._rows_model]
        linked = source.linked
        if source.path == "id" and source.kind != "integer":
            linked = model._name
        if linked:
            return self._prepare_link(query, source, linked)
        if source.expression:
            term, kind, style = source.expression(query.table), source.kind, {}
        else:
            term, target = self._follow(model, query, source.path)
            kind = KINDS_BY_FIELD_TYPE.get(target.type, "text")
            is_long = target.type in ("text", "html")
            style = {"valign": "top"} if is_long else {}
        style |= self._get_style(look, kind)
        return term, Column(
            source.header,
            kind,
            width=source.width,
            total=source.total,
            style={**style, **source.style},
        )

    def _prepare_link(self, query, source, model):
        """:return: the SQL of an id, and a cell that leads to its record.
        :rtype: tuple[SQL, Column]
        """
        column = Column(
            *(source.header, "link", source.width),
            style={"align": "left", **source.style},
            link=f"{self.get_base_url()}/odoo/{model}/{{}}",
        )
        return SQL.identifier(query.table, source.path), column

    def _get_style(self, look, kind):
        """:return: how the cells of a kind of value look"""
        return {
            "date": {"num_format": look.codes["date"], "align": "left"},
            "datetime": {"num_format": look.codes["datetime"], "align": "left"},
            "money": {"num_format": look.codes["row_money"]},
        }.get(kind, {})

    def _get_owner_sources(self, path=""):
        """:param str path: that leads to the record, with a dot at its end
        :return: the columns that say whose a record is.
        """
        sources = [
            Source(f"{path}user_id", self.env._("Salesperson"), width=18),
            Source(f"{path}team_id", self.env._("Sales Team"), width=16),
        ]
        if self.env.user.has_group("base.group_multi_company"):
            sources.append(Source(f"{path}company_id", self.env._("Company"), width=20))
        return sources

    # === VALUES === #

    def _follow(self, model, query, path):
        """:return: the SQL of what a reader calls the value, and its field.
        :rtype: tuple
        """
        alias = query.table
        *path, fname = path.split(".")
        for step in path:
            model, alias = self._join(model._fields[step], model, alias, query)
        target = model._fields[fname]
        if target.type == "many2one":
            model, alias = self._join(target, model, alias, query)
            target = model._fields[
                "complete_name" if model._name == "res.partner" else model._rec_name
            ]
            if model._name == "res.users":
                partner = model._fields["partner_id"]
                model, alias = self._join(partner, model, alias, query)
                target = model._fields["name"]
        term = model._field_to_sql(alias, target.name, query)
        if target.type == "selection":
            term = self._translate_selection(target, term)
        return term, target

    def _join(self, many2one, model, alias, query):
        """Follow a many2one once: two columns of one record share the join."""
        coalias = query.make_alias(alias, many2one.name)
        if coalias in query._joins:
            return self.env[many2one.comodel_name], coalias
        return many2one.join(model, alias, query)

    def _translate_selection(self, selection, term):
        """:return: the SQL of the labels, in the user's language."""
        labels = selection._description_selection(self.env)
        if not labels:
            return term
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", value, label) for value, label in labels
        )
        return SQL("CASE %s %s ELSE %s END", term, cases, term)
