from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _init_store_data(self, store):
        """Tell the browser whether to offer the log of the service."""
        result = super()._init_store_data(store)
        store.add_global_values(
            has_access_service_contact=self.env["crm.service.contact"].has_access(
                "create"
            )
        )
        return result
