"""Figures of several models about the same records, in one query.

A form with six buttons that each count something asks the database once.
"""

from odoo.fields import Domain
from odoo.tools import SQL


def group_sql(model, groupby, ids, domain, aggregates=("__count",)):
    """Select figures by the records that a many2one points to, as the user sees them.

    :param model: whose rights and archived records count, by its environment
    :param str groupby: a many2one of the model
    :param ids: of the records that the many2one points to
    :param domain: what counts
    :param aggregates: as of ``_read_group``
    :return: a query of the id, and of an array of figures
    :rtype: SQL
    """
    query = model._search(Domain(groupby, "in", list(ids)) & Domain(domain))
    key = model._field_to_sql(model._table, groupby, query)
    figures = [
        SQL("(%s)::float8", model._read_group_select(spec, query))
        for spec in aggregates
    ]
    query.groupby = key
    return query.select(key, SQL("ARRAY[%s]", SQL(", ").join(figures)))


def read_together(env, selects):
    """Read several queries as of :func:`group_sql` in one.

    :param dict selects: the queries by name
    :return: by name and id, the figures; no entry where nothing was found
    :rtype: dict[str, dict[int, list[float]]]
    """
    found = {name: {} for name in selects}
    parts = (
        SQL("SELECT %s, each.* FROM (%s) each", name, select)
        for name, select in selects.items()
    )
    for name, key, figures in env.execute_query(SQL(" UNION ALL ").join(parts)):
        found[name][key] = figures
    return found
