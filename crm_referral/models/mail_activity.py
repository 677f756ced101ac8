from odoo import api, fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """What is done is noted on the request or the candidate as well.

        A promise is kept, the referrer was told, the person was informed; a step that
        goes on gets its next activity.
        """
        # sudo: an activity may be done by somebody who cannot open its document
        promised = self.sudo()._get_referral_documents("crm.referral", "promise")
        going_on = self.sudo()._get_referral_documents("crm.referral", "step")
        Candidate = "crm.referral.candidate"
        told = self.sudo()._get_referral_documents(Candidate, "tell_referrer")
        informed = self.sudo()._get_referral_documents(Candidate, "inform")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        promised.filtered(lambda r: r.promise_state == "open").promise_state = "kept"
        going_on._schedule_step_activity()
        today = fields.Date.context_today(self)
        told.referrer_told_on = today
        informed.filtered(lambda c: not c.informed_on).informed_on = today
        return result

    def _get_referral_documents(self, model, name):
        """:return: records of the model behind those activities that have the type."""
        activity_type = self.env.ref(
            f"crm_referral.mail_activity_type_{name}", raise_if_not_found=False
        )
        activities = self.filtered(
            lambda activity: (
                activity_type
                and activity.res_model == model
                and activity.activity_type_id == activity_type
            )
        )
        return self.env[model].browse(activities.mapped("res_id")).exists()

    @api.model
    def _schedule_batch(self, activity_type_xmlid, values_by_record):
        """Schedule one activity of the given type on each record, in one go.

        :param str activity_type_xmlid: external id of the mail.activity.type
        :param dict values_by_record: values of the activity for each record; all
            records are of one model
        :return: the activities
        """
        if not values_by_record or self.env.context.get(
            "mail_activity_automation_skip"
        ):
            return self
        records = next(iter(values_by_record)).union(*values_by_record)
        records.mapped("display_name")  # Odoo asks for one after the other otherwise
        model = self.env["ir.model"]._get(records._name)
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
