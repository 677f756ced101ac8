from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, format_list, html2plaintext

from ..tools.contact_keys import email_keys, name_key, phone_keys
from ..tools.text_scrub import make_pattern, name_parts, scrub

LEAD_FIELDS = (
    "name",
    "contact_name",
    "partner_name",
    "function",
    "email_from",
    "phone",
    "description",
)
PARTNER_FIELDS = ("name", "function", "email", "phone", "street", "zip", "city")


class ReportCrmReferralDataSheet(models.AbstractModel):
    """All that we hold about one person, on one page, ready to hand over.

    It shows what the user may read, and says how much more there is.
    """

    _name = "report.crm_referral.report_data_sheet"
    _description = "What We Hold about One Person"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self._get_documents(docids)
        return {
            "doc_ids": docids,
            "docs": docs,
            "sheets": {doc: self._prepare_sheet(doc) for doc in docs},
        }

    @api.model
    def _get_documents(self, docids):
        """:return: what the page is asked for: candidates
        :raise AccessError: for who may not hand over what we hold about them
        """
        candidates = self.env["crm.referral.candidate"].browse(docids)
        candidates.check_access("read")
        candidates._check_may_hand_over()
        return candidates

    @api.model
    def _get_person(self, doc):
        """:return: the crm.referral.candidate whom the page is about; need not exist"""
        return doc

    def _prepare_sheet(self, doc):
        """:return: title, sources and sections with rows of a label and a text
        :rtype: dict
        """
        person = self._get_person(doc)
        people, leads, partners, rounds, hidden = self._find_records(person)
        sections = [
            *(self._prepare_section(p, [*p._personal_fields, "state"]) for p in people),
            *(self._prepare_section(lead, LEAD_FIELDS) for lead in leads),
            *(self._prepare_section(partner, PARTNER_FIELDS) for partner in partners),
            *(self._prepare_round(round_) for round_ in rounds),
            self._prepare_messages(people, leads, partners),
            self._prepare_objection(person),
        ]
        unnamed = people.filtered(lambda p: not p.may_name_referrer)
        pattern = self._get_unnamed_pattern(unnamed, person)
        instead = self.env._("(a customer of ours)")
        for section in sections:
            section["rows"] = [
                (label, scrub(text, pattern, instead))
                for label, text in section["rows"]
            ]
        self._note_handed_over(people or leads or partners)
        return {
            "title": self.env._(
                "What %(company)s holds about %(person)s",
                company=person.company_id.name,
                person=person.display_name or person.email or person.phone,
            ),
            "sources": list(dict.fromkeys(p._get_notice_sentence() for p in people)),
            "sections": [section for section in sections if section["rows"]],
            "notes": [
                *self._get_notes_on_names(person, people, leads, partners),
                *self._get_notes_on_hidden(hidden),
            ],
        }

    def _note_handed_over(self, records):
        body = self.env._(
            "%(user)s opened the page of all that we hold about this person.",
            user=self.env.user.name,
        )
        # sudo: the trace is kept whoever hands it over
        records.sudo()._message_log_batch(bodies=dict.fromkeys(records.ids, body))

    # === RECORDS === #

    def _find_records(self, person):
        """:return: candidates, leads, contacts and rounds of this person that the user
            may read, and how many more there are
        :rtype: tuple
        """
        # sudo: only counted; what is shown is what the user may read
        person_sudo = person.sudo().with_context(active_test=False)
        people_sudo = self._find(person_sudo, "crm.referral.candidate")
        people_sudo |= person_sudo.filtered("id")
        leads_sudo = people_sudo.lead_id | self._find(person_sudo, "crm.lead")
        partners_sudo = leads_sudo.partner_id | self._find(person_sudo, "res.partner")
        rounds_sudo = people_sudo.env["crm.assessment.round"].search(
            Domain("candidate_id", "in", people_sudo.ids)
            | Domain("lead_id", "in", leads_sudo.ids)
            | Domain("contact_id", "in", partners_sudo.ids)
            | Domain("partner_id", "in", partners_sudo.ids)
        )
        found = (people_sudo, leads_sudo, partners_sudo, rounds_sudo)
        shown = [
            records.with_env(self.env)._filtered_access("read") for records in found
        ]
        return *shown, sum(map(len, found)) - sum(map(len, shown))

    @api.model
    def _find(self, person_sudo, model):
        """Find records with the address of the person, or the number and the name."""

        def country(record):
            own = "country_id" in record._fields and record.country_id
            return own or person_sudo._get_phone_country()

        found = person_sudo._find_same_person(
            model, lambda record, _person: phone_keys(record.phone, country(record))
        )
        emails, name = email_keys(person_sudo.email), name_key(person_sudo.name)
        # sudo: an empty one where nothing was found
        return found.get(person_sudo, self.env[model].sudo()).filtered(
            lambda record: (
                record.email_normalized in emails
                or not name
                or name == name_key(self._get_name(record))
            )
        )

    @api.model
    def _get_name(self, record):
        return record.contact_name if record._name == "crm.lead" else record.name

    # === WHAT TO MIND === #

    @api.model
    def _get_notes_on_names(self, person, *found):
        """:return: who shares the number, when nothing else was known"""
        if email_keys(person.email) or person.name:
            return []
        names = {}
        for records in found:
            for record in records:
                name = self._get_name(record)
                names.setdefault(name_key(name), name)
        names.pop("", None)
        if len(names) < 2:
            return []
        return [
            self.env._(
                "Several people have this number: %(names)s. Enter the name as well, "
                "so that nobody gets what is about somebody else.",
                names=format_list(self.env, list(names.values())),
            )
        ]

    @api.model
    def _get_notes_on_hidden(self, count):
        if not count:
            return []
        return [
            self.env._(
                "There are %(count)s more records about this person that you may not "
                "open. Ask a sales manager to hand over the whole.",
                count=count,
            )
        ]

    # === SECTIONS === #

    def _prepare_section(self, record, fnames):
        """:return: the name of the kind of record, and what it holds
        :rtype: dict
        """
        rows = []
        for fname in fnames:
            field = record._fields[fname]
            value = record[fname]
            if field.type == "html":
                value = html2plaintext(value or "")
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value)
            if value:
                rows.append((field._description_string(self.env), str(value)))
        return {"title": self.env["ir.model"]._get(record._name).name, "rows": rows}

    def _prepare_round(self, round_):
        """What the customer answered, and what was noted in a checklist: how it was
        answered says something of a colleague, and is not handed over.

        :return: as far as the user may read it
        :rtype: dict
        """
        assessments = round_.assessment_ids.filtered(lambda a: a.state == "done")
        rows = []
        for line in assessments.line_ids._filtered_access("read"):
            answer = line.viewpoint == "customer" and line.answer
            rows.append(
                (line.name or "", " · ".join(filter(None, (answer, line.note))))
            )
        rows += [
            (self._get_label(assessment, "callback_phone"), assessment.callback_phone)
            for assessment in assessments
        ]
        title = (
            f"{round_.framework_id.name} · {format_date(self.env, round_.closed_on)}"
        )
        if not round_.closed_on:
            title = round_.framework_id.name
        return {"title": title, "rows": [row for row in rows if row[1]]}

    @api.model
    def _get_label(self, records, fname):
        return records._fields[fname]._description_string(self.env)

    def _prepare_messages(self, *found):
        """:return: what was written, and what is planned
        :rtype: dict
        """
        rows = []
        for records in found:
            messages = self.env["mail.message"].search(
                [("model", "=", records._name), ("res_id", "in", records.ids)],
                order="id",
            )
            for message in messages:
                text = html2plaintext(message.body or message.subject or "").strip()
                if text:
                    rows.append((format_datetime(self.env, message.date), text))
            rows += [
                (
                    format_date(self.env, activity.date_deadline),
                    activity.display_name or "",
                )
                for activity in records.activity_ids
            ]
        title = self.env._("Messages and Activities")
        return {"title": f"{title} ({len(rows)})", "rows": rows}

    def _prepare_objection(self, person):
        """:return: that we remember an objection of this address or number
        :rtype: dict
        """
        Objection = self.env["crm.referral.objection"]
        match = Objection._match(person) if person.state != "objected" else {}
        rows = []
        if match.get(person):
            text = self.env._("This person has asked us not to get in touch.")
            rows.append((self._get_label(Objection, "kind"), text))
        return {"title": self.env._("Objection"), "rows": rows}

    def _get_unnamed_pattern(self, unnamed, person):
        """:return: finds the names of customers who do not want to be named"""
        # sudo: what is looked for is not shown
        referrers = set(unnamed.sudo().referrer_id.mapped("name"))
        kept = [person.name or ""]
        return make_pattern({*referrers, *name_parts(referrers, kept)})
