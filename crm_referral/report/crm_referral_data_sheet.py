from odoo import api, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

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
        candidates = self.env["crm.referral.candidate"].browse(docids)
        candidates.check_access("read")
        candidates._check_may_hand_over()
        sheets = [self._prepare_sheet(candidate) for candidate in candidates]
        for candidate in candidates:
            # sudo: the trace is kept whoever hands it over
            candidate.sudo()._message_log(
                body=self.env._(
                    "%(user)s opened the page of all that we hold about this person.",
                    user=self.env.user.name,
                )
            )
        return {"doc_ids": docids, "docs": candidates, "sheets": sheets}

    def _prepare_sheet(self, candidate):
        """:return: title, source and sections with rows of a label and a text
        :rtype: dict
        """
        people, leads, partners, hidden = self._find_records(candidate)
        sections = [
            *(
                self._prepare_section(person, [*person._personal_fields, "state"])
                for person in people
            ),
            *(self._prepare_section(lead, LEAD_FIELDS) for lead in leads),
            *(self._prepare_section(partner, PARTNER_FIELDS) for partner in partners),
            self._prepare_messages(people, leads),
        ]
        unnamed = people.filtered(lambda person: not person.may_name_referrer)
        pattern = self._get_unnamed_pattern(unnamed, candidate)
        instead = self.env._("(a customer of ours)")
        for section in sections:
            section["rows"] = [
                (label, scrub(text, pattern, instead))
                for label, text in section["rows"]
            ]
        return {
            "title": candidate.display_name,
            "company": candidate.company_id.name,
            "source": candidate._get_notice_sentence(),
            "sections": [section for section in sections if section["rows"]],
            "hidden": hidden,
        }

    def _find_records(self, candidate):
        """:return: candidates, leads and contacts of this person that the user may
            read, and how many more there are
        :rtype: tuple
        """
        # sudo: only counted; what is shown is what the user may read
        people_sudo = candidate.sudo() | candidate.sudo()._find_same_people()
        leads_sudo = people_sudo.lead_id
        domain = Domain(
            "email_normalized", "in", people_sudo.mapped("email_normalized")
        )
        domain &= Domain("email_normalized", "!=", False)
        domain &= Domain("company_id", "in", [False, candidate.company_id.id])
        leads_sudo |= leads_sudo.with_context(active_test=False).search(domain)
        partners_sudo = candidate.sudo().env["res.partner"]
        partners_sudo = partners_sudo.with_context(active_test=False).search(domain)
        found = (people_sudo, leads_sudo, partners_sudo | leads_sudo.partner_id)
        shown = [
            records.with_env(self.env)._filtered_access("read") for records in found
        ]
        return *shown, sum(map(len, found)) - sum(map(len, shown))

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

    def _prepare_messages(self, people, leads):
        """:return: what was written, and what is planned
        :rtype: dict
        """
        rows = []
        for records in (people, leads):
            messages = self.env["mail.message"].search(
                [("model", "=", records._name), ("res_id", "in", records.ids)],
                order="id",
            )
            for message in messages:
                text = html2plaintext(message.body or message.subject or "").strip()
                if text:
                    rows.append((str(message.date), text))
            rows += [
                (str(activity.date_deadline), activity.display_name or "")
                for activity in records.activity_ids
            ]
        return {"title": self.env._("Messages and Activities"), "rows": rows}

    def _get_unnamed_pattern(self, unnamed, candidate):
        """:return: finds the names of customers who do not want to be named"""
        # sudo: what is looked for is not shown
        referrers = set(unnamed.sudo().referrer_id.mapped("name"))
        kept = [candidate.name or ""]
        return make_pattern({*referrers, *name_parts(referrers, kept)})
