from odoo import api, models
from odoo.tools import SQL


class CrmAssessmentTextMixin(models.AbstractModel):
    """Texts that a frozen form keeps, in every language they are translated to."""

    _name = "crm.assessment.text.mixin"
    _description = "Text of an Assessment"

    @api.private
    def _get_all_translations(self, fname):
        """Read a translated field in all its languages at once.

        :param str fname: name of the field
        :return: a dict from language to text, for each record's id; None for empty ones
        :rtype: dict
        """
        if not self:
            return {}
        self.check_access("read")
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, %(column)s FROM %(table)s WHERE id = ANY(%(records)s)",
                    column=SQL.identifier(fname, to_flush=self._fields[fname]),
                    table=SQL.identifier(self._table),
                    records=self.ids,
                )
            )
        )
