from odoo import models

from odoo.addons.crm_guided_conversation.tools.placeholders import get_check_sql

from .crm_referral_talk_track_mixin import PLACEHOLDERS


class CrmReferralStep(models.Model):
    """One of the six steps of a referral request."""

    _name = "crm.referral.step"
    _description = "Referral Step"
    _inherit = ["crm.guided.conversation.step"]
    _conversation_model = "crm.referral"

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "There is already a step with this code."
    )
    # Also translations that are written past the ORM, when a .po file is imported.
    _talk_track_placeholders = models.Constraint(
        f"CHECK ({get_check_sql('talk_track', PLACEHOLDERS)})",
        "What to say has something in braces that is not in the list of placeholders.",
    )
