"""Rows of a query that are added up before they are grouped as somebody asks."""

from odoo.tools import SQL, Query


class AddedUp(Query):
    """One row for all rows of a query that are the same in some columns.

    It has the name of their table, so that what is read of them is read of it.

    :param Query rows: what is added up
    :param dict columns: by its name what must be the same
    :param dict sums: by its name what is added up
    :param dict periods: by what somebody groups by the name of the column that has it
    """

    def __init__(
        self,
        rows: Query,
        columns: dict[str, SQL],
        sums: dict[str, SQL],
        periods: dict[str, str] | None = None,
    ):
        rows.groupby = SQL(", ").join(columns.values())
        terms = [
            SQL("%s AS %s", term, SQL.identifier(name))
            for name, term in (columns | sums).items()
        ]
        super().__init__(rows._env, rows.table, SQL("(%s)", rows.select(*terms)))
        self.periods = periods or {}
