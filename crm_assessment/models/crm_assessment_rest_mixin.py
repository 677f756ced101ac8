from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools import local_time

# The day begins in one place a day before it ends in another.
A_DAY = timedelta(days=1)


class CrmAssessmentRestMixin(models.AbstractModel):
    """A customer is left in peace between two rounds, and for good if they say so."""

    _name = "crm.assessment.rest.mixin"
    _description = "Leaves Customers in Peace"

    rest_reason = fields.Text(
        string="Why Asked Again So Soon",
        readonly=True,
        copy=False,
        help="Why a manager let the customer be asked before the rest was over.",
    )
    peace_note = fields.Text(
        compute="_compute_peace_note",
        help="Why the customer is not asked at present.",
    )

    # === COMPUTE METHODS === #

    @api.depends("contact_id", "partner_id", "state", "company_id", "framework_id")
    @api.depends_context("lang", "uid")
    def _compute_peace_note(self):
        drafts = self.filtered(lambda r: r.state == "draft")
        opted_out = drafts._get_opt_out_blockers()
        resting = drafts._get_rest_blockers()
        for round_ in self:
            round_.peace_note = opted_out.get(round_) or resting.get(round_)

    # === BUSINESS METHODS === #

    def _override_rest(self, reason):
        """Ask a customer before the rest is over.

        :param str reason: why
        :raise AccessError: for who is no manager
        :raise UserError: without a reason
        """
        if not self.env.su and not self.env.user.has_group(
            "crm_assessment.group_assessment_manager"
        ):
            raise AccessError(
                self.env._("Only a manager may ask a customer again so soon.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this customer is asked again so soon."))
        self.check_access("write")
        for round_ in self:
            # sudo: written by this method only
            round_.sudo().rest_reason = reason.strip()
            round_.message_post(
                body=self.env._(
                    "Asked again before the rest was over: %(reason)s",
                    reason=reason.strip(),
                ),
                subtype_xmlid="mail.mt_note",
            )

    def _get_opt_out_blockers(self):
        """:return: the rounds whose customer does not want to be asked, with a sentence
        :rtype: dict
        """
        # sudo: whether the customer may be asked, whoever may see them
        asked = self.sudo().filtered("asks_customer")
        persons = (asked.partner_id | asked.contact_id)._origin
        opted_out = persons._filter_opted_out()
        blockers = {}
        for round_ in self.filtered("asks_customer") if opted_out else ():
            persons = (round_.sudo().contact_id | round_.sudo().partner_id)._origin
            if persons & opted_out:
                blockers[round_] = self.env._(
                    "%(contact)s does not want to be asked for their view. Only a "
                    "manager may change that, with a reason.",
                    contact=(persons & opted_out)[0].display_name,
                )
        return blockers

    def _get_rest_blockers(self):
        """:return: the rounds that would ask a customer too soon, with a sentence
        :rtype: dict
        """
        return {
            round_: self.env._(
                "%(contact)s was asked on %(date)s and is left in peace until "
                "%(until)s. A manager can make an exception, with a reason.",
                # sudo: whom the round asks
                contact=round_.sudo().contact_id.display_name,
                date=format_date(self.env, asked_on),
                until=format_date(self.env, until),
            )
            for round_, (asked_on, until) in self._get_rests().items()
            if not round_.rest_reason
        }

    def _get_rests(self):
        """:return: for the rounds whose customer rests, the day on which they were last
            asked, and the first one on which they may be asked again
        :rtype: dict
        """
        last = self._search_last_asked()
        rests = {}
        for round_ in self.filtered("asks_customer") if last else ():
            # sudo: whom the round asks, and where they live
            round_sudo = round_.sudo()
            owners = round_sudo.contact_id, round_sudo.company_id
            asked = [
                last[key]
                for key in (
                    (round_sudo.company_id, round_sudo.partner_id._origin),
                    (round_sudo.company_id, round_sudo.contact_id._origin),
                )
                if key in last
            ]
            if asked:
                day = local_time.local_date(max(asked), *owners)
                until = day + timedelta(days=round_sudo.company_id.assessment_rest_days)
                if local_time.today(self.env, *owners) < until:
                    rests[round_] = day, until
        return rests

    def _search_last_asked(self):
        """:return: by company and partner when they were last asked, where that is not
            longer ago than the rest
        :rtype: dict
        """
        # sudo: when a customer was asked is no secret, what they said is
        asked = self.sudo().filtered("asks_customer")
        partners = (asked.partner_id | asked.contact_id)._origin.ids
        days = max(asked.company_id.mapped("assessment_rest_days"), default=0)
        if not partners or not days:
            return {}
        since = self.env.cr.now() - timedelta(days=days) - A_DAY
        others = asked.with_context(active_test=False).search_fetch(
            Domain("id", "not in", self._origin.ids)
            & Domain("company_id", "in", asked.company_id.ids)
            & Domain("asks_customer", "=", True)
            & Domain("asked_on", ">", since)
            # A round that was given up counts when its mail had reached the customer.
            & (Domain("state", "!=", "cancelled") | Domain("mail_state", "=", "sent"))
            & (
                Domain("partner_id", "in", partners)
                | Domain("contact_id", "in", partners)
            ),
            ["company_id", "partner_id", "contact_id", "asked_on"],
            order="asked_on",
        )
        return {
            (other.company_id, partner): other.asked_on
            for other in others
            for partner in (other.partner_id, other.contact_id)
        }

    def _on_customer_opted_out(self):
        """Write to them no more; the link they have goes on to work. In sudo mode."""
        self._cancel_mail()
        # Nothing is on its way any more.
        self.filtered(lambda r: r.mail_state == "outgoing").write({"mail_state": False})
        for round_ in self:
            user = round_._get_job_responsible()
            record = round_.with_context(lang=user.lang)
            summary = record.env._(
                "%(contact)s does not want to be asked for their view any more",
                contact=record.contact_id.display_name,
            )
            note = record.env._(
                "No more mails go to them. Call them: who closes this door often has "
                "something to say."
            )
            round_.message_post(body=summary, subtype_xmlid="mail.mt_note")
            record.message_notify(
                partner_ids=user.partner_id.ids,
                subject=summary,
                body=Markup("<p>%s</p><p>%s</p>") % (record._get_html_link(), note),
            )
