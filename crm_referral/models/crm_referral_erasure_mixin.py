from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.text_scrub import make_pattern, name_parts, scrub

# Where the name of a person may be written in what stays. Of a model that is not
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
    "crm.assessment.dispute": ("reason", "settlement_reason"),
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


class CrmReferralErasureMixin(models.AbstractModel):
    """A person who has the right to be forgotten.

    What tells who it was goes, here and in what is written around it; what the figures
    need stays. The model has a chatter, a date ``closed_on`` with which the retention
    period of the company begins, and a job that calls :meth:`_cron_erase`.
    """

    _name = "crm.referral.erasure.mixin"
    _description = "Person Who May Be Forgotten"
    _inherit = ["crm.referral.personal.data.mixin"]
    _protected_fields = frozenset({"erased_on"})
    # Erased together, so that nothing tells who the person was.
    _personal_fields = ()
    # What these persons belong to: its texts stay, without their names.
    _document_field = None

    erased_on = fields.Date(readonly=True, copy=False)

    # === ERASURE === #

    @api.model
    def _cron_erase(self, batch_size=500):
        """Erase who led nowhere, when the period of their company is over."""

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
        """Erase who these persons were; keep what the figures need.

        Name, contact data, notes, messages, attachments and activities go; where the
        document mentions them, the name goes. State, channel and dates stay.
        """
        # sudo: the erasure is complete whoever wrote the messages
        people_sudo = self.sudo().with_context(tracking_disable=True, active_test=False)
        people_sudo._before_erasure()
        people_sudo._scrub_surroundings()
        kept = {person: person._get_kept_notes() for person in people_sudo}
        people_sudo._unlink_traces()
        nothing = dict.fromkeys(self._personal_fields, False)
        for company, people in people_sudo.grouped("company_id").items():
            people.write({"erased_on": today(self.env, company), **nothing})
        noted = people_sudo.filtered(lambda person: kept[person])
        noted._message_log_batch(
            bodies={person.id: Markup("<br/>").join(kept[person]) for person in noted}
        )

    def _before_erasure(self):
        """Keep what has to outlive these persons. In sudo mode."""

    @api.model
    def _get_not_informed_domain(self):
        """Who is forgotten cannot be informed any more."""
        return super()._get_not_informed_domain() & Domain("erased_on", "=", False)

    def _get_kept_notes(self):
        """:return: sentences that say what an erasure keeps, and why.
        :rtype: list[str]
        """
        self.ensure_one()
        return []

    def _get_meeting_domain(self):
        """:return: domain of the calendar.event records about these persons."""
        return Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)

    def _get_meetings(self):
        """:return: the meetings about these persons, the cancelled ones included."""
        Event = self.env["calendar.event"].with_context(active_test=False)
        return Event.search(self._get_meeting_domain())

    def _unlink_traces(self):
        """Delete what is kept elsewhere and tells who these persons were.

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
        """:return: the names that these persons had, by the id of the person.
        :rtype: dict
        """
        former = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", self._name),
                ("mail_message_id.res_id", "in", self.ids),
                ("field_id.name", "in", self._contact_fields),
            ]
        )
        names = {}
        for value in former:
            names.setdefault(value.mail_message_id.res_id, set()).update(
                (value.old_value_char, value.new_value_char)
            )
        return names

    def _get_personal_terms(self, former_names):
        """:return: what tells who the person is or was, in texts that stay.
        :rtype: set[str]
        """
        self.ensure_one()
        names = {self.name, *former_names}
        names = {name for name in names if name}
        return {
            *names,
            *name_parts(names, self._get_kept_names()),
            *(self[fname] for fname in ("email", "email_normalized", "phone")),
            self.phone_sanitized,
        } - {False, None}

    def _get_kept_names(self):
        """:return: names of others, whose parts stay although the person had them.
        :rtype: list[str]
        """
        self.ensure_one()
        return [self.company_id.name]

    def _scrub_surroundings(self):
        """Take the persons out of what is written around their documents."""
        former = self._get_former_names()
        for document, people in self.grouped(self._document_field).items():
            terms = set().union(
                *(c._get_personal_terms(former.get(c.id, ())) for c in people)
            )
            pattern = make_pattern(terms)
            if pattern:
                for records in people._get_surroundings(document):
                    people._scrub_records(records, pattern)

    def _get_surroundings(self, document):
        """:return: recordsets with texts that stay and may mention these persons.
        :rtype: list
        """
        return [document, *self._find_written_about(document)]

    @api.model
    def _find_written_about(self, *recordsets):
        """:return: the recordsets of all that is written in the chatter of these.
        :rtype: list
        """
        env = self.env

        def about(fname):
            return Domain.OR(
                Domain(fname, "=", records._name) & Domain("res_id", "in", records.ids)
                for records in recordsets
            )

        messages = env["mail.message"].search(about("model"))
        of_messages = [("mail_message_id", "in", messages.ids)]
        return [
            messages,
            env["mail.tracking.value"].search(of_messages),
            env["mail.mail"].search(of_messages),
            env["mail.scheduled.message"].search(about("model")),
            env["mail.activity"].search(about("res_model")),
            env["calendar.event"].search(about("res_model")),
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
