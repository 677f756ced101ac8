from odoo import api, models


class CrmReferralSheet(models.AbstractModel):
    """A sheet of a workbook: one model a sheet, in a file of its own.

    A new sheet is a record of ``crm.referral.export.sheet`` and a model that inherits
    this one (or ``crm.referral.sheet.rows``, for a row per record) and is called
    ``crm.referral.sheet.<code of the record>``.
    """

    _name = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @api.model
    def _get_title(self):
        """:return: the name of the sheet, in the reader's language.
        :rtype: str
        """
        raise NotImplementedError

    @api.model
    def _get_explanation(self):
        """:return: what the last sheet says of this one, or nothing.
        :rtype: str
        """
        return ""

    @api.model
    def _get_query(self, options):
        """:return: the records of a sheet with a row each, None for a small sheet: how
        many there are decides whether the workbook is made in the background.
        :rtype: Query | None
        """
        return None

    @api.model
    def _add(self, job):
        """Write the sheet.

        :param Job job: the workbook, its options and formats
        """
        raise NotImplementedError

    @property
    def _scope(self):
        """The domains of what an export is about, and it in words."""
        return self.env["crm.referral.scope"]

    @property
    def _figures(self):
        """The figures and their values."""
        return self.env["crm.referral.figures"]
