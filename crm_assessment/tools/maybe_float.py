from odoo import fields


class MaybeFloat(fields.Float):
    """A number that may be missing: then it is NULL in the database, and never 0.

    Odoo stores an empty Float as 0, so an average would count "no score" as the worst
    score. In Python a missing value reads as ``False``.
    """

    falsy_value = None

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is None or value is False else value
