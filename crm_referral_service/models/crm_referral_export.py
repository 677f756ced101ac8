from odoo import api, models

SERVICE_USER = "crm_referral_service.group_service_user"
SERVICE_MANAGER = "crm_referral_service.group_service_manager"


class CrmReferralExport(models.Model):
    """A workbook, of service as well.

    Who manages service may take out what is of service, and no more: what is of sales
    takes the rights that it took before.
    """

    _inherit = "crm.referral.export"

    # === COMPUTE METHODS === #

    @api.depends("sheet_ids")
    def _compute_name(self):
        return super()._compute_name()

    def _name_period(self):
        self.ensure_one()
        if not self._is_of_service() or self.selected_domain:
            return super()._name_period()
        if self.date_from and self.date_to:
            return self.env._(
                "Service %(start)s – %(end)s", start=self.date_from, end=self.date_to
            )
        return self.env._("Service")

    # === RIGHTS === #

    @api.model
    def _get_export_groups(self):
        return [*super()._get_export_groups(), SERVICE_MANAGER]

    @api.model
    def _get_export_refusal(self):
        return self.env._(
            "Only sales managers, service managers (what is of service), and users "
            "with the right to export may take data out of Odoo. Ask your "
            "administrator for it."
        )

    def _get_sheets(self):
        """:return: the sheets, only those of service for who may take out no more"""
        sheets = super()._get_sheets()
        if self._takes_out_all() or self._get_schedule_runs():
            return sheets
        about = sheets.filtered(lambda sheet: sheet.code == "about")
        return (self._of_service(sheets) | about).sorted()

    def _takes_out_all(self):
        """:return: whether who exports may take out more than what is of service"""
        groups = {*self._get_export_groups()} - {SERVICE_MANAGER}
        return self.user_id.has_groups(",".join(sorted(groups)))

    # === JOB === #

    def _get_export_place(self):
        if self._takes_out_all():
            return super()._get_export_place()
        return self.env._("You find it under Service, Reporting, Workbook.")

    # === WORKBOOK === #

    def _is_of_service(self):
        """:return: whether all sheets but the one about the workbook are of service"""
        self.ensure_one()
        sheets = self.sheet_ids._origin.filtered(lambda sheet: sheet.code != "about")
        return bool(sheets) and sheets == self._of_service(sheets)

    def _of_service(self, sheets):
        """:return: those of the sheets that are for groups of service alone"""
        service = self.env.ref(SERVICE_USER) | self.env.ref(SERVICE_MANAGER)
        # sudo: of which groups a sheet is is no secret
        return sheets.filtered(
            lambda sheet: (groups := sheet.sudo().group_ids) and groups <= service
        )
