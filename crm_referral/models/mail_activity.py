from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A kept promise is kept; a step that goes on keeps its next activity."""
        referral_activities = self.filtered(
            lambda activity: activity.res_model == "crm.referral"
        )
        promise_type = self.env.ref(
            "crm_referral.mail_activity_type_promise", raise_if_not_found=False
        )
        step_type = self.env.ref(
            "crm_referral.mail_activity_type_step", raise_if_not_found=False
        )
        # sudo: an activity may be done by somebody who cannot open its request
        referrals = self.env["crm.referral"].sudo()
        kept = referrals.browse(
            referral_activities.filtered(
                lambda activity: activity.activity_type_id == promise_type
            ).mapped("res_id")
        )
        going_on = referrals.browse(
            referral_activities.filtered(
                lambda activity: activity.activity_type_id == step_type
            ).mapped("res_id")
        )
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        kept.exists().filtered(
            lambda referral: referral.promise_state == "open"
        ).promise_state = "kept"
        going_on.exists()._schedule_step_activity()
        return result

    @api.model
    def _schedule_batch(self, activity_type_xmlid, values_by_record):
        """Schedule one activity of the given type on each record, in one go.

        :param str activity_type_xmlid: external id of the mail.activity.type
        :param dict values_by_record: values of the activity for each record; all records
            are of one model
        :return: the activities
        """
        if not values_by_record or self.env.context.get("mail_activity_automation_skip"):
            return self
        model = self.env["ir.model"]._get(next(iter(values_by_record))._name)
        activity_type = self.env.ref(activity_type_xmlid)
        return self.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "res_model_id": model.id,
                    "res_id": record.id,
                    **values,
                }
                for record, values in values_by_record.items()
            ]
        )
