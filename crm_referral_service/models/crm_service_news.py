from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.languages import first_installed
from odoo.addons.crm_foundation.tools.local_time import today


class CrmServiceNews(models.Model):
    """“You told us, we fixed it”: who told us and wants to hear of it, hears once."""

    _name = "crm.service.news"
    _description = "News"
    _inherit = ["crm.guarded.mixin", "crm.mail.outcome.mixin", "mail.thread"]
    _order = "action_id, id"
    _rec_name = "email"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"action_id", "contact_id", "complaint_id", "partner_id", "email", "name"}
        | {"lang", "state", "told_on", "told_by_id", "failure"}
    )

    action_id = fields.Many2one(
        comodel_name="crm.assessment.action",
        string="What Is Done",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="action_id.company_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(readonly=True)
    email = fields.Char(
        required=True, readonly=True, help="The normalized address: one mail for each."
    )
    lang = fields.Char(
        readonly=True,
        export_string_translation=False,
        help="The code of the language in which they told us, if we know it.",
    )
    state = fields.Selection(
        selection=[
            ("due", "To tell"),
            ("sent", "Sent by e-mail"),
            ("failed", "E-mail not delivered"),
        ],
        required=True,
        readonly=True,
        default="due",
        index=True,
    )
    told_on = fields.Date(readonly=True)
    told_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index="btree_not_null"
    )
    failure = fields.Char(string="Why the Mail Did Not Arrive", readonly=True)

    _once = models.UniqueIndex(
        "(action_id, email)", "Each customer hears of an action once."
    )

    # === MAIL === #

    def _message_mail_after_hook(self, mails):
        """They are being told: once, also if two people press the button."""
        result = super()._message_mail_after_hook(mails)
        self._note_sent()
        return result

    def message_post(self, **kwargs):
        """A mail to the one customer there is to tell."""
        if kwargs.get("message_type") == "comment" and kwargs.get("partner_ids"):
            self._note_sent()
        return super().message_post(**kwargs)

    def _note_sent(self):
        """:raise UserError: when one of them has heard of it already"""
        if self.filtered(lambda news: news.state == "sent"):
            raise UserError(
                self.env._(
                    "Somebody has told these customers already. Close this window, "
                    "and look who is still to be told."
                )
            )
        for company, news in self.grouped("company_id").items():
            # sudo: not written by hand
            news.sudo().write(
                {
                    "state": "sent",
                    "told_on": today(self.env, self.env.user, company),
                    "told_by_id": self.env.uid,
                    "failure": False,
                }
            )
        # Two people at once: the second one waits here, and starts again.
        self.flush_recordset()

    def _on_message_failed(self, message, partners, problem, emails=()):
        """The mail did not arrive, so the customer has not heard of it."""
        result = super()._on_message_failed(message, partners, problem, emails)
        self.write({"state": "failed", "told_on": False, "failure": problem})
        self._ask_to_tell_otherwise()
        return result

    def _ask_to_tell_otherwise(self):
        """One activity for each action, of who told the customers."""
        user = self.told_by_id.filtered("active") or self.action_id.user_id
        summary = self.with_context(lang=user.lang).env._(
            "A mail to a customer did not arrive: look who was told"
        )
        if summary not in self.action_id.activity_ids.mapped("summary"):
            deadline = today(self.env, user, self.company_id)
            values = {"user_id": user.id, "summary": summary, "date_deadline": deadline}
            self.env["mail.activity"]._schedule_batch(
                "mail.mail_activity_data_todo", {self.action_id: values}
            )

    # === BUSINESS METHODS === #

    def _get_email_to(self):
        """:return: the address of somebody who is no customer"""
        self.ensure_one()
        return "" if self.partner_id else self.email

    def _get_lang(self):
        """:return: the language in which the customer reads"""
        self.ensure_one()
        # sudo: in which language somebody reads is no secret
        news = self.sudo()
        return first_installed(
            self.env,
            news.partner_id.lang,
            news.lang,
            news.company_id.partner_id.lang,
            self.env.lang,
        )

    @api.model
    def _collect(self, action):
        """Note who is to be told of an action, whoever is not noted yet. In sudo mode.

        :param action: the crm.assessment.action that is done
        :return: the records that are to be told
        """
        callers = action._get_callers()
        wanting = callers.keys() - self._get_stopped(callers)
        noted = self.search([("action_id", "=", action.id)])
        # Who does not want to hear any more, or may not, as it is confidential now.
        noted.filtered(
            lambda news: news.state == "due" and news.email not in wanting
        ).unlink()
        noted = noted.exists()
        noted += self.create(
            [
                {"action_id": action.id, "email": email, **callers[email]}
                for email in sorted(wanting - set(noted.mapped("email")))
            ]
        )
        return noted.filtered(
            lambda news: news.state != "sent" and news.email in wanting
        )

    @api.model
    def _get_told(self, record):
        """:param record: a contact or a complaint, in sudo mode
        :return: what a customer was told was done about its reason, the newest first
        :rtype: list[str]
        """
        email = record.partner_id.email_normalized or record.email_normalized
        if not (record.wants_news and record.reason_id and email):
            return []
        news = self.search(
            Domain("email", "=", email)
            & Domain("state", "=", "sent")
            & Domain("company_id", "=", record.company_id.id)
            & Domain("action_id.reason_id", "parent_of", record.reason_id.ids),
            order="told_on desc, id desc",
        )
        return news.action_id.mapped("name")

    @api.model
    def _get_stopped(self, callers):
        """:return: addresses of those who want no such mails from us
        :rtype: set[str]
        """
        stopped = self.env["mail.blacklist"].search([("email", "in", list(callers))])
        partners = self.env["res.partner"].search(
            [("email_normalized", "in", list(callers))]
        )
        opted_out = partners._filter_opted_out()
        return set(stopped.mapped("email") + opted_out.mapped("email_normalized"))

    @api.model
    def _forget_unknown(self, domain):
        """Forget who was told without being a customer. In sudo mode.

        :param Domain domain: by company, since when they are forgotten
        """
        self.search(Domain("partner_id", "=", False) & domain).unlink()
