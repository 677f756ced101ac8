from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.text_scrub import make_pattern, name_parts, scrub
from .crm_referral_candidate import CONTACT_FIELDS

# Erased together, so that nothing tells who the candidate was.
PERSONAL_FIELDS = (
    *CONTACT_FIELDS,
    "function",
    "partner_name",
    "customer_answer",
    "research_person",
    "research_organization",
    "research_industry",
    "value_proposition",
    "closing_note",
)
GOING_ON_STATES = ("suggested", "agreed", "introduced", "contacted")
# Where the name of a candidate may be written in what stays. Of a model that is not
# here, all texts are looked through.
SCRUBBED_FIELDS = {
    "crm.referral.step.log": ("reason",),
    "crm.referral.candidate": (
        "customer_answer",
        "research_person",
        "research_organization",
        "research_industry",
        "value_proposition",
        "closing_note",
    ),
    "crm.assessment.line": ("note",),
    "crm.assessment.round": ("dispute_reason", "settlement_reason"),
    "crm.assessment.action": ("name", "cause", "effect"),
    "mail.activity": ("summary", "note", "feedback"),
    "mail.message": ("subject", "body"),
    "mail.scheduled.message": ("subject", "body"),
    "mail.mail": ("body_html",),
    "mail.tracking.value": (
        "old_value_char",
        "new_value_char",
        "old_value_text",
        "new_value_text",
    ),
    "calendar.event": ("name", "description"),
}


class CrmReferralCandidate(models.Model):
    """The right to be forgotten: erasure, on demand and after a time."""

    _name = "crm.referral.candidate"
    _inherit = "crm.referral.candidate"

    erased_on = fields.Date(readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_erase(self):
        """Erase who these candidates were, on demand; managers only.

        Who is still under way is given up, and an open lead that was made of the
        candidate is closed.

        :return: True
        :raise AccessError: for who is not a sales manager
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._(
                    "Only a sales manager erases a candidate. Ask yours, and say who "
                    "wants it."
                )
            )
        self.check_access("write")
        candidates = self.filtered(lambda c: not c.erased_on)
        candidates.filtered(lambda c: c.state in GOING_ON_STATES).write(
            {"state": "declined"}
        )
        # sudo: the lead may belong to a colleague; the manager may erase it
        candidates.sudo()._get_own_leads().filtered(
            lambda lead: lead.won_status == "pending"
        ).action_set_lost()
        candidates._erase()
        return True

    def action_ask_erase(self):
        """Say what is erased and what is kept, before it is done.

        :return: a window action: the question
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_candidate_erase_action"
        )
        action["context"] = {"default_candidate_ids": self.ids}
        return action

    # === ERASURE === #

    @api.model
    def _cron_erase(self, batch_size=500):
        """Erase candidates that led nowhere, when their company's period is over."""

        def last_day(company):
            days = company.referral_retention_days
            return days > 0 and today(self.env, company) - timedelta(days=days)

        domain = self._get_day_domain("closed_on", last_day) & Domain(
            "erased_on", "=", False
        )
        self.with_context(active_test=False)._process_in_batches(
            domain, "_erase", batch_size
        )

    def _erase(self):
        """Erase who these candidates were; keep what the figures need.

        Name, contact data, notes, messages, attachments and activities go, and the lead
        that was made of them; where the request mentions them, the name goes. State,
        channel and dates stay.
        """
        # sudo: the erasure is complete whoever wrote the messages
        candidates_sudo = self.sudo().with_context(
            tracking_disable=True, active_test=False
        )
        candidates_sudo.filtered(lambda c: c.state == "objected")._record_objection()
        candidates_sudo._scrub_surroundings()
        kept = {candidate: candidate._get_kept_notes() for candidate in candidates_sudo}
        candidates_sudo._get_own_leads().filtered(
            lambda lead: lead.won_status != "won"
        )._strip_candidate_data()
        candidates_sudo._unlink_traces()
        nothing = dict.fromkeys(PERSONAL_FIELDS, False)
        for company, candidates in candidates_sudo.grouped("company_id").items():
            candidates.write({"erased_on": today(self.env, company), **nothing})
        noted = candidates_sudo.filtered(lambda c: kept[c])
        noted._message_log_batch(
            bodies={c.id: Markup("<br/>").join(kept[c]) for c in noted}
        )

    def _get_own_leads(self):
        """:return: the leads that were made of these candidates, not only linked."""
        return self.lead_id.filtered("is_made_of_candidate")

    def _get_kept_notes(self):
        """:return: sentences that say what an erasure keeps, and why.
        :rtype: list[str]
        """
        self.ensure_one()
        notes = []
        lead = self.lead_id
        if lead and lead.won_status == "won":
            notes.append(
                self.env._(
                    "The lead is won: the person is a customer, and the lead is kept "
                    "as it is."
                )
            )
        elif lead and not lead.is_made_of_candidate:
            notes.append(
                self.env._(
                    "The lead was there before the introduction, so it is kept as it "
                    "is."
                )
            )
        if lead.partner_id and lead.partner_id != self.referrer_id:
            notes.append(
                self.env._(
                    "The contact of the lead is kept, because other documents may need "
                    "it. Delete it under Contacts if nothing else needs it."
                )
            )
        return notes

    def _get_meetings(self):
        """:return: the meetings about these candidates, the cancelled ones included."""
        return (
            self.env["calendar.event"]
            .with_context(active_test=False)
            .search(
                Domain("referral_candidate_id", "in", self.ids)
                | Domain("res_model", "=", self._name)
                & Domain("res_id", "in", self.ids)
            )
        )

    def _unlink_traces(self):
        """Delete what is kept elsewhere and tells who these candidates were.

        Done activities and cancelled meetings are archived, so they count, too.
        """
        self._get_meetings().unlink()
        self._unlink_written_about(self)

    @api.model
    def _unlink_written_about(self, records):
        """Delete messages, activities and files of these records, whoever made them."""
        env = self.env
        of_these = [("res_id", "in", records.ids)]
        by_model = [("model", "=", records._name), *of_these]
        by_res_model = [("res_model", "=", records._name), *of_these]
        messages = env["mail.message"].search(by_model)
        # A file that was sent from the composer may still belong to nobody.
        attachments = messages.attachment_ids.filtered(
            lambda file: file.res_model in (False, "mail.compose.message")
        )
        env["mail.activity"].search(by_res_model).unlink()
        env["mail.scheduled.message"].search(by_model).unlink()
        (attachments | env["ir.attachment"].search(by_res_model)).unlink()
        messages.unlink()

    # === WHAT STAYS, WITHOUT THE NAME === #

    def _get_former_names(self):
        """:return: the names that these candidates had, by the id of the candidate.
        :rtype: dict
        """
        former = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", self._name),
                ("mail_message_id.res_id", "in", self.ids),
                ("field_id.name", "in", CONTACT_FIELDS),
            ]
        )
        names = {}
        for value in former:
            names.setdefault(value.mail_message_id.res_id, set()).update(
                (value.old_value_char, value.new_value_char)
            )
        return names

    def _get_personal_terms(self, former_names):
        """:return: what tells who the candidate is or was, in texts that stay.
        :rtype: set[str]
        """
        self.ensure_one()
        names = {self.name, *former_names}
        siblings = self.referral_id.candidate_ids - self
        kept = [
            *siblings.mapped("name"),
            self.referrer_id.display_name,
            self.company_id.name,
            self.user_id.name,
        ]
        names = {name for name in names if name}
        return {
            *names,
            *name_parts(names, kept),
            *(self[fname] for fname in ("email", "email_normalized", "phone")),
            self.phone_sanitized,
        } - {False, None}

    def _scrub_surroundings(self):
        """Take the candidates out of what is written around their requests."""
        former = self._get_former_names()
        for referral, candidates in self.grouped("referral_id").items():
            terms = set().union(
                *(c._get_personal_terms(former.get(c.id, ())) for c in candidates)
            )
            pattern = make_pattern(terms)
            if pattern:
                for records in candidates._get_surroundings(referral):
                    candidates._scrub_records(records, pattern)

    def _get_surroundings(self, referral):
        """:return: recordsets with texts that stay and may mention these candidates.
        :rtype: list
        """
        rounds = self.env["crm.assessment.round"].search(
            Domain("candidate_id", "in", self.ids)
            | Domain("referral_id", "=", referral.id)
            | Domain("lead_id", "in", self._get_own_leads().ids)
        )
        lines = self.env["crm.assessment.line"].search(
            [("assessment_id.round_id", "in", rounds.ids)]
        )
        actions = self.env["crm.assessment.action"].search(
            [("round_id", "in", rounds.ids)]
        )

        def about(fname):
            return Domain.OR(
                Domain(fname, "=", records._name) & Domain("res_id", "in", records.ids)
                for records in (referral, rounds, actions)
            )

        messages = self.env["mail.message"].search(about("model"))
        return [
            referral,
            referral.step_log_ids,
            referral.candidate_ids - self,
            rounds,
            lines,
            actions,
            messages,
            self.env["mail.tracking.value"].search(
                [("mail_message_id", "in", messages.ids)]
            ),
            self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)]),
            self.env["mail.scheduled.message"].search(about("model")),
            self.env["mail.activity"].search(about("res_model")),
            self.env["calendar.event"].search(about("res_model")),
        ]

    def _scrub_records(self, records, pattern):
        instead = self.env._("(erased)")
        fnames = SCRUBBED_FIELDS.get(records._name) or [
            fname
            for fname, field in records._fields.items()
            if field.type in ("char", "text", "html")
            and field.store
            and not (field.compute or field.related)
        ]
        # A promise that is written anew has another activity than a moment ago.
        for record in records.exists():
            texts = {fname: str(record[fname] or "") for fname in fnames}
            vals = {
                fname: scrubbed
                for fname, text in texts.items()
                if (scrubbed := scrub(text, pattern, instead)) != text
            }
            if vals:
                record.write(vals)
