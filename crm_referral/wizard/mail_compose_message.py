from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail_comment(self, res_ids):
        """Several at once are many, too: see ``create`` of mail.mail."""
        if len(res_ids) > 1:
            self = self.with_context(referral_mail_to_many=True)
        return super()._action_send_mail_comment(res_ids)

    def _process_mail_values_state(self, mail_values_dict):
        """Leave out who objected or was not told yet, and say so."""
        result = super()._process_mail_values_state(mail_values_dict)
        recipients = self._get_recipients_data(result)
        addresses = {
            res_id: set(data["mail_to_normalized"])
            for res_id, data in recipients.items()
        }
        Company = self.env["res.company"]
        by_company = {}
        for res_id, values in result.items():
            company = Company.browse(values.get("record_company_id") or ())
            by_company.setdefault(company or self.env.company, []).append(res_id)
        left_out = 0
        for company, res_ids in by_company.items():
            refused = self.env["crm.referral.candidate"]._find_not_for_bulk(
                set().union(*(addresses[res_id] for res_id in res_ids)), company
            )
            for res_id in res_ids if refused else ():
                for address in addresses[res_id] & refused.keys():
                    left_out += 1
                    result[res_id].update(
                        state="cancel",
                        failure_type="mail_optout",
                        failure_reason=refused[address],
                        is_notification=False,
                    )
        if left_out:
            message = self.env._(
                "%(count)s persons were left out: they have asked us not to get in "
                "touch, or do not know yet that we have their data. Send them the "
                "notice first.",
                count=left_out,
            )
            self.env.user._bus_send(
                "simple_notification",
                {"type": "warning", "sticky": True, "message": message},
            )
        return result
