from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.personal_link import redact_links

MAIL_STATES = [("outgoing", "On its way"), ("sent", "Sent"), ("failed", "Not sent")]
# The queue of mails runs every hour or more often.
MAIL_PATIENCE = timedelta(days=1)
MAIL_FAILED = "crm_assessment.mail_activity_type_mail_failed"


class CrmAssessmentMailMixin(models.AbstractModel):
    """The mail with the customer's personal link, and what became of it."""

    _name = "crm.assessment.mail.mixin"
    _description = "Mails the Customer's Link"
    _inherit = ["crm.personal.link.mail.mixin", "mail.thread"]

    link_message_id = fields.Many2one(
        comodel_name="mail.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The last mail with the link.",
    )
    link_mailed_on = fields.Datetime(readonly=True, copy=False)
    mail_state = fields.Selection(
        selection=MAIL_STATES,
        string="Mail",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What became of the last mail with the link. “Sent” is what a mail server "
        "has taken and has not returned.",
    )
    mail_failure = fields.Char(
        string="Why the Mail Was Not Sent", readonly=True, copy=False
    )

    # === BUSINESS METHODS === #

    @api.model
    def _get_link_template(self, is_reminder=False):
        """:return: the mail.template that asks the customer, or reminds them."""
        return self.env.ref(
            "crm_assessment.mail_template_assessment_reminder"
            if is_reminder
            else "crm_assessment.mail_template_assessment_link"
        )

    def _mail_link(self, is_reminder=False):
        """Write to the customers who are waited for.

        :param bool is_reminder: whether they were asked before
        """
        problems = self._get_mail_problems()
        for round_, problem in problems.items():
            if problem:
                round_._on_mail_failed(problem)
        ready = self.filtered(lambda round_: not problems[round_])
        if not ready:
            return
        # sudo: a mail of the round, whoever may use templates
        template_sudo = self._get_link_template(is_reminder).sudo()
        values = template_sudo._generate_template(
            ready.ids,
            ("attachment_ids", "body_html", "email_from", "reply_to", "subject"),
        )
        vals_list = [
            round_._prepare_mail_values(values[round_.id], template_sudo)
            for round_ in ready
        ]
        ready._add_reply_to(vals_list)
        # sudo: mails are made by the system
        mails_sudo = self.env["mail.mail"].sudo().create(vals_list)
        notifications = [
            {**values, "res_partner_id": mail_sudo.recipient_ids.id}
            for mail_sudo, values in zip(
                mails_sudo, mails_sudo._get_notification_values(), strict=True
            )
        ]
        # sudo: with the mails
        self.env["mail.notification"].sudo().create(notifications)
        ready._cancel_mail()
        now = self.env.cr.now().replace(microsecond=0)
        for mail_sudo, round_ in zip(mails_sudo, ready, strict=True):
            # sudo: written by what happens in a round only
            round_.sudo().write(
                {
                    "link_message_id": mail_sudo.mail_message_id.id,
                    "link_mailed_on": now,
                    "mail_state": "outgoing",
                    "mail_failure": False,
                }
            )

    def _preview_mail(self):
        """:return: subject and body of the mail, as the customer will get it.
        :rtype: tuple[str, str]
        """
        if not self:
            return "", ""
        self.check_access("read")
        # sudo: a mail of the round, whoever may use templates
        template_sudo = self._get_link_template().sudo()
        values = template_sudo._generate_template(self.ids, ("body_html", "subject"))
        return values[self.id]["subject"], values[self.id]["body_html"]

    def _prepare_mail_values(self, rendered, template):
        """:return: values of the mail.mail with the marker of the link.
        :rtype: dict
        """
        self.ensure_one()
        # sudo: who writes in whose name
        round_sudo = self.sudo()
        sender = round_sudo.sender_id
        values = {
            "model": self._name,
            "res_id": self.id,
            "subject": rendered["subject"],
            "body": rendered["body_html"],
            "body_html": rendered["body_html"],
            "author_id": (sender or round_sudo.company_id).partner_id.id,
            "attachment_ids": [
                fields.Command.link(attachment_id)
                for attachment_id in rendered.get("attachment_ids") or ()
            ],
            "recipient_ids": [fields.Command.link(round_sudo.contact_id.id)],
            "auto_delete": True,
            "is_notification": True,
            "message_type": "auto_comment",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "mail_server_id": template.mail_server_id.id,
        }
        for fname in ("email_from", "reply_to"):
            if rendered.get(fname):
                values[fname] = rendered[fname]
        return values

    def _add_reply_to(self, vals_list):
        """Say where answers go, for all mails at once: Odoo asks one after the other.

        :param list vals_list: values of the mail.mail of each round
        """
        # sudo: the addresses of the system
        addresses = self.sudo()._notify_get_reply_to_batch(
            defaults={vals["res_id"]: vals.get("email_from") for vals in vals_list},
            author_ids={vals["res_id"]: vals["author_id"] for vals in vals_list},
        )
        for vals in vals_list:
            vals.setdefault("reply_to", addresses[vals["res_id"]])

    def _get_mail_problem(self):
        """:return: a sentence that says why the customer cannot be written to, or an
            empty string.
        :rtype: str
        """
        self.ensure_one()
        return self._get_mail_problems()[self]

    def _get_mail_problems(self):
        """:return: for each round, see ``_get_mail_problem``
        :rtype: dict
        """
        # sudo: whether the person can be reached, whoever may see them
        contacts_sudo = self.sudo().contact_id
        problems = contacts_sudo._get_personal_mail_problems()
        nobody = self.env._("There is no e-mail address.")
        for contact in contacts_sudo._filter_opted_out():
            problems[contact] = problems[contact] or self.env._(
                "%(contact)s does not want to get these mails.",
                contact=contact.display_name,
            )
        return {
            round_: problems.get(round_.sudo().contact_id, nobody) for round_ in self
        }

    def _get_link_for(self, partner):
        """The personal link, for a mail that is being handed to the mail server.

        :param partner: the res.partner who gets the mail
        :return: the address, or an empty string for everybody but the person asked
        :rtype: str
        """
        self.ensure_one()
        # sudo: the link is for the customer's eyes only, whoever runs the queue
        round_sudo = self.sudo()
        form_sudo = round_sudo._search_waiting().filtered(
            lambda a: a.viewpoint == "customer" and not a.is_link_revoked
        )
        if (
            len(form_sudo) != 1
            or round_sudo.state != "open"
            or partner != round_sudo.contact_id
            or round_sudo._get_mail_problem()
        ):
            return ""
        return form_sudo._get_link()

    def _is_link_needed(self, message, partner):
        self.ensure_one()
        # sudo: which mail is the last one with the link
        return self.sudo().link_message_id == message

    def _cancel_mail(self):
        """Take back the mail with the link when it has not left yet."""
        # sudo: mails are the system's
        self.env["mail.mail"].sudo().search(
            [
                ("mail_message_id", "in", self.sudo().link_message_id.ids),
                ("state", "in", ("outgoing", "exception")),
            ]
        ).cancel()

    # === WHAT BECOMES OF THE MAIL === #

    @api.model
    def _on_mails_processed(self, outcomes):
        """Note what became of mails.

        :param dict outcomes: by id of the mail.message a sentence that says why it was
            not sent; an empty one when it was
        """
        # sudo: the queue, or a user who sends a mail again
        rounds_sudo = self.sudo().search([("link_message_id", "in", list(outcomes))])
        for round_sudo in rounds_sudo:
            if problem := outcomes[round_sudo.link_message_id.id]:
                round_sudo._on_mail_failed(problem)
            else:
                round_sudo.write({"mail_state": "sent", "mail_failure": False})
                round_sudo.activity_feedback([MAIL_FAILED])

    def _on_customer_reached(self):
        """A customer who answers was reached, whatever became of the mail."""
        # sudo: whoever answers, the customer too
        reached_sudo = self.sudo().filtered(
            lambda r: r.mail_state == "failed" and not r.link_status
        )
        reached_sudo.write({"mail_state": False, "mail_failure": False})
        reached_sudo.activity_feedback([MAIL_FAILED])

    def _on_mail_failed(self, problem):
        """Say that the customer was not reached, to who asked, and let them mend it.

        :param str problem: a sentence that says why
        """
        self.ensure_one()
        # sudo: the activity may be of somebody else than who runs the queue
        round_sudo = self.sudo()
        if round_sudo.state != "open" or not round_sudo.link_status:
            return
        problem = redact_links(
            problem, self.env["crm.personal.link.mixin"]._get_link_paths()
        )[:500]
        if (round_sudo.mail_state, round_sudo.mail_failure) == ("failed", problem):
            return
        round_sudo.write({"mail_state": "failed", "mail_failure": problem})
        user = round_sudo._get_job_responsible()
        record = round_sudo.with_context(lang=user.lang)
        summary = record.env._(
            "The mail did not reach %(contact)s",
            contact=record.contact_id.display_name,
        )
        note = record.env._(
            "Correct the address and send the link again, or copy the link and pass it "
            "on yourself. What went wrong: %(problem)s",
            problem=problem,
        )
        waiting = record.activity_search([MAIL_FAILED], only_automated=False)
        if waiting:
            waiting.write({"note": note, "user_id": user.id})
        else:
            record.activity_schedule(
                MAIL_FAILED, summary=summary, note=note, user_id=user.id
            )
        record.message_notify(
            partner_ids=user.partner_id.ids,
            subject=summary,
            body=Markup("<p>%s</p><p>%s</p>") % (record._get_html_link(), note),
        )

    def _message_receive_bounce(self, email, partner):
        """A mail came back: it counts while the address is still the same."""
        result = super()._message_receive_bounce(email, partner)
        for round_ in self:
            # sudo: the mail gateway
            contact_sudo = round_.sudo().contact_id
            if email and contact_sudo.email_normalized == email:
                lang = round_._get_job_responsible().lang
                round_._on_mail_failed(
                    round_.with_context(lang=lang).env._(
                        "The mail to %(email)s came back.", email=email
                    )
                )
        return result

    @api.model
    def _fail_stuck_mails(self):
        """What the queue has not sent within a day is not on its way any more."""
        stuck = self.search(
            Domain("mail_state", "=", "outgoing")
            & Domain("state", "=", "open")
            & Domain("link_mailed_on", "<", self.env.cr.now() - MAIL_PATIENCE)
        )
        for round_ in stuck:
            lang = round_._get_job_responsible().lang
            round_._on_mail_failed(
                round_.with_context(lang=lang).env._(
                    "It has been waiting in the queue of outgoing mails for more than "
                    "a day. Ask your administrator."
                )
            )
