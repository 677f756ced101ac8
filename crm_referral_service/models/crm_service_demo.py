from odoo import api, models


class CrmServiceDemo(models.AbstractModel):
    """The door to the demo story of customer service, for the demo data only."""

    _name = "crm.service.demo"
    _description = "Customer Service Demo Story"

    @api.model
    def _tell(self):
        # Whoever has no demo data need not load the story.
        from ..demo.story.telling import tell

        tell(self.env)
