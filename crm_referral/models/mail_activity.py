from odoo import api, models

from ..tools.local_time import today


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
        told |= told._get_told_along()
        informed = self.sudo()._get_referral_documents(Candidate, "inform")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        promised.filtered(lambda r: r.promise_state == "open").promise_state = "kept"
        going_on._on_step_activity_done()
        day = today(self.env, self.env.user, self.env.company)
        told.referrer_told_on = day
        informed.filtered(lambda c: not c.informed_on).informed_on = day
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
    def _in_the_language_of_the_reader(self, record, values):
        """:return: the values, with the texts that are functions of the record."""
        # sudo: in which language somebody reads is not a secret
        lang = self.env["res.users"].browse(values.get("user_id")).sudo().lang
        record = record.with_context(lang=lang or self.env.lang)
        return {
            name: value(record) if callable(value) else value
            for name, value in values.items()
        }

    @api.model
    def _schedule_batch(self, activity_type_xmlid, values_by_record):
        """Schedule one activity of the given type on each record, in one go.

        :param str activity_type_xmlid: external id of the mail.activity.type
        :param dict values_by_record: values of the activity for each record; all
            records are of one model. A summary or a note may be a function of the
            record, which is called in the language of who gets the activity.
        :return: the activities
        """
        if not values_by_record or self.env.context.get(
            "mail_activity_automation_skip"
        ):
            return self
        records = next(iter(values_by_record)).union(*values_by_record)
        values_by_record = {
            record: self._in_the_language_of_the_reader(record, values)
            for record, values in values_by_record.items()
        }
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
