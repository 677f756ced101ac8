from odoo import models

from odoo.addons.crm_guided_conversation.tools.placeholders import get_check_sql

from .crm_complaint_caller_mixin import PLACEHOLDERS


class CrmComplaintStep(models.Model):
    """One of the seven steps of a complaint."""

    _name = "crm.complaint.step"
    _description = "Complaint Step"
    _inherit = ["crm.guided.conversation.step"]
    _conversation_model = "crm.complaint"

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "There is already a step with this code."
    )
    # Also translations that are written past the ORM, when a .po file is imported.
    _talk_track_placeholders = models.Constraint(
        f"CHECK ({get_check_sql('talk_track', PLACEHOLDERS)})",
        "What to say has something in braces that is not in the list of placeholders.",
    )
