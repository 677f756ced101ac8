from odoo import api, fields, models


class CalendarEvent(models.Model):
    _name = "calendar.event"
    _inherit = ["crm.guarded.mixin", "calendar.event"]
    _guarded_pointers = frozenset({"referral_candidate_id"})

    referral_candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        string="Introduction of",
        index="btree_not_null",
        ondelete="set null",
        help="The candidate whom the customer introduces in this call or meeting.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._plan_introduction()
        return events

    def write(self, vals):
        result = super().write(vals)
        if "start" in vals or "referral_candidate_id" in vals:
            self._plan_introduction()
        return result

    def _plan_introduction(self):
        """The introduction is planned for when the call or meeting takes place."""
        for event in self.filtered("referral_candidate_id"):
            # sudo: whoever moves the meeting moves the plan, also an invited colleague
            candidate_sudo = event.referral_candidate_id.sudo()
            if candidate_sudo.introduction_planned_on != event.start:
                candidate_sudo.introduction_planned_on = event.start
