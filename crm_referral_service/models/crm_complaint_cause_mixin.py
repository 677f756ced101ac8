from datetime import timedelta

from odoo import models

from odoo.addons.crm_foundation.tools.local_time import today

# Until when a cause is dealt with, unless somebody says otherwise.
ACTION_DAYS = 30


class CrmComplaintCauseMixin(models.AbstractModel):
    """What a complaint says of us: where its cause lies, and what is done about it."""

    _name = "crm.complaint.cause.mixin"
    _description = "Cause of a Complaint"
    _inherit = ["crm.guided.conversation"]

    # === ACTION METHODS === #

    def action_plan_improvement(self):
        """Decide what is done about the cause: open the action, or prepare one.

        Nothing is kept before somebody saves it.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("write")
        context = {} if self.action_id else self._prepare_action_defaults()
        return {
            "name": self.env._("What Is Done about the Cause"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "res_id": self.action_id.id,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    # === BUSINESS METHODS === #

    def _prepare_action_defaults(self):
        """:return: context of a new action about the cause.
        :rtype: dict
        """
        reason = self.reason_id
        # sudo: who owns a reason is told to whoever meets it
        owner = reason.sudo().owner_id.filtered("active") or self.env.user
        section = (self.section_ids or reason.section_ids)[:1]
        # More people see what is done than may know who complained.
        about = not self.is_confidential and {
            "default_partner_id": self.partner_id.id,
            "default_cause": self.story,
        }
        return {
            "default_complaint_id": self.id,
            **(about or {}),
            "default_company_id": self.company_id.id,
            "default_section_id": section.id,
            "default_user_id": owner.id,
            "default_deadline": today(self.env, owner, self.company_id)
            + timedelta(days=ACTION_DAYS),
        }

    # === EVIDENCE === #

    def _get_evidence_text(self):
        """:return: what this says as evidence: why the customer turned to us"""
        self.ensure_one()
        return self.reason_id.display_name or self.name

    def _get_evidence_action(self):
        """:return: a window action that shows where it was said"""
        self.ensure_one()
        return self._get_records_action()
