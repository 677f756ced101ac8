from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmReferral(models.Model):
    """How a request ends, and what is seen of it on the way."""

    _inherit = "crm.referral"

    ends_as_declined = fields.Boolean(
        compute="_compute_ends_as_declined",
        export_string_translation=False,
        help="The next step is the end: the customer agreed to no introduction.",
    )
    meeting_count = fields.Integer(
        compute="_compute_meeting_count",
        help="Calls and meetings in which somebody is introduced.",
    )

    # === COMPUTE METHODS === #

    @api.depends("step_id", "candidate_ids.state", "candidate_ids.introduced_on")
    def _compute_ends_as_declined(self):
        for referral in self:
            referral.ends_as_declined = (
                referral.step_code == "introduce" and referral._nobody_agreed()
            )

    def _compute_meeting_count(self):
        # sudo: a colleague's meeting counts, too; only how many there are is told
        counts = dict(
            self.env["calendar.event"]
            .sudo()
            ._read_group(
                [("referral_candidate_id.referral_id", "in", self.ids)],
                ["referral_candidate_id"],
                ["__count"],
            )
        )
        candidates = self.with_context(active_test=False).candidate_ids
        by_referral = candidates.grouped("referral_id")
        for referral in self:
            referral.meeting_count = sum(
                counts.get(candidate._origin, 0)
                for candidate in by_referral.get(referral._origin, ())
            )

    # === ACTION METHODS === #

    def action_finish(self):
        """Leave the last step; ask first whether the customer has heard of it.

        :return: True, or a window action: the question
        """
        self.ensure_one()
        self._check_conversation_open()
        self._check_step_complete(self.step_id)
        if not self.candidate_ids.filtered(lambda c: c._is_referrer_waiting()):
            return self.action_next_step()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_finish_action"
        )
        action["context"] = {"default_referral_id": self.id}
        return action

    def action_assign_to_me(self):
        """Take over these requests.

        :return: True
        """
        closed = self.filtered("outcome")
        if closed:
            raise UserError(
                self.env._(
                    "These requests have ended: %(customers)s. Choose open ones.",
                    customers=closed.mapped("display_name"),
                )
            )
        self.write({"user_id": self.env.uid})
        return True

    def action_view_meetings(self):
        """Show the calls and meetings in which somebody is introduced.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "calendar.action_calendar_event"
        )
        action["domain"] = [("referral_candidate_id.referral_id", "in", self.ids)]
        action["context"] = {"search_default_mymeetings": 0}
        return action
