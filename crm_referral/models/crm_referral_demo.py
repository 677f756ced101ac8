from odoo import api, models


class CrmReferralDemo(models.AbstractModel):
    """The door to the demo story, for the demo data only."""

    _name = "crm.referral.demo"
    _description = "Referral Demo Story"

    @api.model
    def _tell(self):
        # Whoever has no demo data need not load the story.
        from ..demo.story.telling import tell

        tell(self.env)
