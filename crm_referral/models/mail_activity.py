from odoo import models

from odoo.addons.crm_foundation.tools.local_time import today


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """What is done is noted on the request or the candidate as well.

        A promise is kept, the referrer was told, the person was informed.
        """
        # sudo: an activity may be done by somebody who cannot open its document
        promised = self.sudo()._get_referral_documents("crm.referral", "promise")
        Candidate = "crm.referral.candidate"
        told = self.sudo()._get_referral_documents(Candidate, "tell_referrer")
        told |= told._get_told_along()
        informed = self.sudo()._get_referral_documents(Candidate, "inform")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        promised.filtered(lambda r: r.promise_state == "open").promise_state = "kept"
        if not told and not informed:
            return result
        day = today(self.env, self.env.user, self.env.company)
        told.referrer_told_on = day
        informed.filtered(lambda c: not c.informed_on).informed_on = day
        return result

    def _get_referral_documents(self, model, name):
        """:return: records of the model behind those activities that have the type."""
        activities = self.filtered(lambda activity: activity.res_model == model)
        if activities:  # every activity in Odoo comes through here
            activity_type = self.env.ref(
                f"crm_referral.mail_activity_type_{name}", raise_if_not_found=False
            )
            activities = activities.filtered(
                lambda a: activity_type and a.activity_type_id == activity_type
            )
        return self.env[model].browse(activities.mapped("res_id")).exists()
