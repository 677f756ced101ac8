"""What is in a database: its structure and its rows."""

from dataclasses import dataclass

import psycopg2

STRUCTURE = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type
           || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'relation ' || relkind::text, relname
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind != 't'
    UNION SELECT 'constraint', conrelid::regclass || ' ' || conname
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT 'function', oid::regprocedure::text
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'trigger', tgrelid::regclass || ' ' || tgname
      FROM pg_trigger WHERE NOT tgisinternal
"""
TABLES = """
    SELECT relname,
           ARRAY(SELECT attname::text FROM pg_attribute
                  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
      FROM pg_class c
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
# Tables that work on a database fills in any case.
JOURNALS = {
    "base_registry_signaling",
    "bus_bus",
    "ir_attachment",  # the bundles of the browser; ours have a test of their own
    "ir_cron_trigger",  # of Odoo's own crons; those of ours go with them
    "ir_logging",
    "mail_followers",  # of the messages below
    "mail_mail",
    "orm_signaling_assets",
    "orm_signaling_default",
    "orm_signaling_groups",
    "orm_signaling_registry",
    "orm_signaling_routing",
    "orm_signaling_stable",
    "orm_signaling_templates",
}


@dataclass
class Catalogue:
    """A database's structure, and the keys of the rows of each table."""

    structure: set[tuple[str, str]]
    rows: dict[str, set[str]]

    def minus(self, other: "Catalogue") -> list[str]:
        """What is here and not there."""
        more = [" ".join(each) for each in self.structure - other.structure]
        for table, keys in self.rows.items():
            gone = keys - other.rows.get(table, set())
            if table not in JOURNALS and gone:
                more.append(f"{len(gone)} rows of {table}: {sorted(gone)[:5]}")
        return sorted(more)


def read(lab, database: str) -> Catalogue:
    with connected(lab, database) as cursor:
        cursor.execute(STRUCTURE)
        structure = set(cursor.fetchall())
        cursor.execute(TABLES)
        rows = {}
        for table, columns in cursor.fetchall():
            key = "id::text" if "id" in columns else "t::text"
            cursor.execute(f'SELECT {_label(table, columns, key)} FROM "{table}" t')
            rows[table] = {row for (row,) in cursor.fetchall()}
    return Catalogue(structure, rows)


def _label(table: str, columns: list[str], key: str) -> str:
    """The key of a row, with a name where the table has one."""
    if table == "ir_model_data":
        return "module || '.' || name"
    if table == "ir_config_parameter":
        return "key"
    for column in ("complete_name", "name", "login"):
        if "id" in columns and column in columns:
            # Not the translations: only who the row is.
            text = f"coalesce(to_jsonb({column}) ->> 'en_US', {column}::text, '')"
            return f"{key} || ' ' || {text}"
    return key


def contents(lab, database: str, tables: list[str]) -> dict[str, list[str]]:
    """The rows of tables as text, but who wrote them when."""
    with connected(lab, database) as cursor:
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT (to_jsonb(t) - 'write_date' - 'write_uid')::text"
                f' FROM "{table}" t ORDER BY 1'
            )
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


class connected:  # noqa: N801
    """A cursor on a database of the lab, closed with its connection."""

    def __init__(self, lab, database: str) -> None:
        self.connection = psycopg2.connect(dbname=database)

    def __enter__(self):
        return self.connection.cursor()

    def __exit__(self, *_exception: object) -> None:
        self.connection.close()
