from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A step that goes on gets its next activity."""
        # sudo: an activity may be done by somebody who cannot open its document
        going_on = self.sudo()._get_conversations()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for conversations in going_on:
            conversations._on_step_activity_done()
        return result

    def _get_conversations(self):
        """:return: the conversations whose step these activities are for, by model
        :rtype: list
        """
        found = []
        for model, activities in self.grouped("res_model").items():
            type_xml_id = getattr(self.env.get(model), "_step_activity_type", None)
            if not type_xml_id:
                continue
            activity_type = self.env.ref(type_xml_id, raise_if_not_found=False)
            of_step = activities.filtered(
                lambda a, wanted=activity_type: wanted and a.activity_type_id == wanted
            )
            if of_step:
                found.append(self.env[model].browse(of_step.mapped("res_id")).exists())
        return found
