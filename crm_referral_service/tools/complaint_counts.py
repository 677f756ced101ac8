"""How many complaints, or contacts, there are of a customer, for their forms."""

from odoo.tools import SQL


def count_complaints(complaints, table: SQL, on: SQL, ids) -> SQL:
    """Select how many complaints belong to each of some records.

    :param complaints: a query of crm.complaint, or of crm.service.contact, as of
        ``_search``
    :param table: from what the records are taken, as ``owner``
    :param on: how an owner and a ``complaint`` belong together
    :param ids: of the owners
    :return: a query of the id and of an array of one figure, for ``read_together``
    """
    columns = (
        SQL.identifier(complaints.table, name)
        for name in ("id", "partner_id", "commercial_partner_id", "company_id")
    )
    return SQL(
        "SELECT owner.id, ARRAY[count(*)::float8] FROM %s JOIN (%s) complaint ON %s "
        "WHERE owner.id = ANY(%s) GROUP BY owner.id",
        table,
        complaints.select(*columns),
        on,
        list(ids),
    )
