from odoo import api, models
from odoo.exceptions import UserError


class CrmKeptRecordMixin(models.AbstractModel):
    """Records that code looks up by their external id.

    Whoever may delete them would stop the work of everybody: they can be renamed and
    archived, not deleted.
    """

    _name = "crm.kept.record.mixin"
    _description = "Record the Code Needs"

    @api.model
    def _get_kept_xml_ids(self):
        """:return: external ids of the records of this model that code needs; each
            addon adds its own
        :rtype: tuple[str]
        """
        return ()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        for xml_id in self._get_kept_xml_ids():
            kept = self.env.ref(xml_id, raise_if_not_found=False)
            if kept and kept in self:
                raise UserError(
                    self.env._(
                        "“%(record)s” is needed here, so it cannot be deleted. You can "
                        "rename or archive it instead.",
                        record=kept.display_name,
                    )
                )
