from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_start_pride_round(self):
        """Prepare a PRIDE round about this customer, or go on with the one there is.

        :return: a window action: the round
        """
        self.ensure_one()
        return self._open_next_round(
            self.env.ref("crm_referral.crm_assessment_framework_pride")
        )

    def action_view_pride_rounds(self):
        """Show the PRIDE rounds of this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.assessment.round"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_round_pride_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.id),
            ("framework_id.respondents", "=", "viewpoints"),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action
