from odoo import models

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.working_day import next_working_day

CALL = "crm_assessment.mail_activity_type_call"


class CrmAssessmentCallRoundMixin(models.AbstractModel):
    """Asks who serves the customer to call them within one working day."""

    _name = "crm.assessment.call.round.mixin"
    _description = "Asks to Call the Customer"

    def _ask_to_call(self):
        """Plan the call, once for each round. Called in sudo mode."""
        activity_type = self.env.ref(CALL)
        asked = (
            self.env["mail.activity"]
            .with_context(active_test=False)  # once, also when it is done
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", activity_type.id),
                ]
            )
        )
        waiting = self - self.browse(asked.mapped("res_id"))
        self.env["mail.activity"]._schedule_batch(
            CALL,
            {round_: round_._prepare_call() for round_ in waiting},
        )

    def _prepare_call(self):
        """:return: values of the activity; its texts are in its owner's language
        :rtype: dict
        """
        self.ensure_one()
        user = self._get_caller()
        return {
            "user_id": user.id,
            "date_deadline": next_working_day(
                self.company_id.resource_calendar_id,
                today(self.env, user, self.company_id),
            ),
            "summary": lambda record: record.env.ref(CALL).summary,
            "note": lambda record: record.env._(
                "What %(customer)s has answered asks for a personal call. Listen, and "
                "do not defend. The answers show when the round ends.",
                customer=record.partner_id.display_name,
            ),
        }

    def _get_caller(self):
        """:return: the res.users who calls: who serves the customer, if still here."""
        self.ensure_one()
        users = self.user_id | self.manager_id | self.team_id.user_id
        return users.filtered("active")[:1] or self._get_job_responsible()
