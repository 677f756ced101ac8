from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.contact_keys import email_keys, phone_keys


class CrmReferralCandidate(models.Model):
    """Who the candidate is elsewhere: a known contact, an open lead, a new lead."""

    _name = "crm.referral.candidate"
    _inherit = "crm.referral.candidate"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        tracking=True,
        check_company=True,
    )
    lead_won_status = fields.Selection(
        related="lead_id.won_status", string="Lead Status", store=True
    )
    credited_lead_ids = fields.One2many(
        comodel_name="crm.lead",
        inverse_name="referral_candidate_id",
        string="Leads That Came from It",
        readonly=True,
        copy=False,
        help="The lead that counts for this introduction: the first introduction of a "
        "lead counts.",
    )
    was_known = fields.Boolean(
        string="Was Known Before",
        readonly=True,
        copy=False,
        help="The person was among our contacts before they were introduced.",
    )
    known_before = fields.Text(
        compute="_compute_known_before",
        help="Where we know this e-mail address or phone number from.",
    )

    # === COMPUTE METHODS === #

    @api.depends("email", "phone", "lead_id")
    @api.depends_context("lang", "uid")
    def _compute_known_before(self):
        going_on = self.filtered(lambda c: not c.lead_id)
        partners = going_on._find_known_partners()
        leads = going_on._find_same_person_leads()
        for candidate in self:
            lines = candidate._describe_partners(partners.get(candidate, ()))
            lines += candidate._describe_leads(leads.get(candidate, ()))
            candidate.known_before = "\n".join(lines) or False

    # === KNOWN BEFORE === #

    def _find_same_person(self, model, phone_of, domain=Domain.TRUE):
        """Find records with an address or number of these candidates.

        :param str model: with an e-mail address and a phone number
        :param phone_of: function of a record and a candidate: the spellings of its
            number
        :return: the records of each candidate, in sudo mode
        :rtype: dict
        """
        emails = {c: email_keys(c.email) for c in self}
        phones = {c: phone_keys(c.phone, c._get_phone_country()) for c in self}
        numbers = [keys[0].split(";")[0] for keys in phones.values() if keys]
        # What is no number for Odoo is looked for as it is written; slower, and rare.
        texts = [c.phone for c, keys in phones.items() if keys and keys[0][0] != "+"]
        wanted = {
            "email_normalized": sum(emails.values(), []),
            "phone_sanitized": [number for number in numbers if number[0] == "+"],
            "phone": texts,
        }
        same_person = Domain.OR(
            Domain(fname, "in", values) for fname, values in wanted.items() if values
        )
        if not any(wanted.values()):
            return {}
        # sudo: what is hidden from the user counts, too, and is not shown
        records = self.env[model].sudo().search(same_person & domain)
        found = {}
        for candidate in self:
            company = candidate.company_id
            found[candidate] = records.filtered(
                lambda r, c=candidate, company=company: (
                    (r.company_id == company or not r.company_id)
                    and (
                        r.email_normalized in emails[c]
                        or set(phone_of(r, c)) & set(phones[c])
                    )
                )
            )
        return found

    def _find_known_partners(self):
        """:return: contacts with an address or number of each candidate, in sudo mode.
        :rtype: dict
        """
        found = self._find_same_person(
            "res.partner",
            lambda partner, candidate: phone_keys(
                partner.phone, partner.country_id or candidate._get_phone_country()
            ),
            Domain("partner_share", "=", True),
        )
        return {
            candidate: partners - candidate.sudo().referrer_id
            for candidate, partners in found.items()
        }

    def _find_same_person_leads(self):
        """:return: open leads of each of these persons, in sudo mode.
        :rtype: dict
        """
        return self._find_same_person(
            "crm.lead",
            lambda lead, candidate: phone_keys(
                lead.phone, lead.country_id or candidate._get_phone_country()
            ),
            Domain("won_status", "=", "pending"),
        )

    def _note_known(self):
        """Remember whether the person was known before the introduction."""
        candidates = self.filtered(
            lambda c: not c.lead_id and (c.email or c.phone or c.was_known)
        )
        found = candidates._find_known_partners() if candidates else {}
        for known in (True, False):
            # sudo: kept by the system, so that nobody writes something else
            candidates.sudo().filtered(
                lambda c, known=known: (
                    bool(found.get(c)) is known and c.was_known is not known
                )
            ).was_known = known

    def _describe_partners(self, partners_sudo):
        """:return: sentences about these contacts that the user may read.
        :rtype: list[str]
        """
        lines = []
        for partner_sudo in partners_sudo or ():
            customer = partner_sudo._is_customer_already()
            if not partner_sudo.with_env(self.env).has_access("read"):
                line = self.env._("Somebody knows this person already.")
            elif customer:
                line = self.env._(
                    "Already a customer: %(name)s.", name=partner_sudo.display_name
                )
            else:
                line = self.env._(
                    "Already a contact: %(name)s.", name=partner_sudo.display_name
                )
            lines.append(line)
        return list(dict.fromkeys(lines))

    def _describe_leads(self, leads_sudo):
        """:return: sentences about these open leads, without what is hidden.
        :rtype: list[str]
        """
        lines = []
        for lead_sudo in leads_sudo or ():
            salesperson = lead_sudo.user_id.name
            if lead_sudo.with_env(self.env).has_access("read"):
                line = self.env._(
                    "Already an open lead: %(name)s.", name=lead_sudo.display_name
                )
            elif salesperson:
                line = self.env._(
                    "A colleague has an open lead of this person. Talk to "
                    "%(salesperson)s first.",
                    salesperson=salesperson,
                )
            else:
                line = self.env._(
                    "There is an open lead of this person that you cannot open. Ask "
                    "your sales manager first."
                )
            lines.append(line)
        return list(dict.fromkeys(lines))

    def _find_duplicate_leads(self, include_hidden=False):
        """Open leads of the same person.

        :param bool include_hidden: also those of colleagues, which the user cannot open
        :return: crm.lead records, in sudo mode when ``include_hidden``
        """
        self.ensure_one()
        leads_sudo = self._find_same_person_leads().get(self)
        if not leads_sudo:
            # sudo: nothing found, in the mode that was asked for
            return self.env["crm.lead"].sudo(include_hidden)
        if include_hidden:
            return leads_sudo
        return leads_sudo.sudo(False).with_env(self.env)._filtered_access("read")

    def _find_other_open_leads(self):
        """:return: open leads of these persons that did not come of them, in sudo mode.
        :rtype: dict
        """
        return {
            candidate: leads_sudo - candidate.lead_id
            for candidate, leads_sudo in self._find_same_person_leads().items()
        }

    # === CONVERSION === #

    def _prepare_lead_values(self):
        """:return: values of the lead that this candidate becomes.
        :rtype: dict
        """
        self.ensure_one()
        research = [
            (self.env._("The person"), self.research_person),
            (self.env._("The organization"), self.research_organization),
            (self.env._("The industry"), self.research_industry),
            (self.env._("The value we can bring"), self.value_proposition),
        ]
        return {
            "name": self.env._(
                "%(candidate)s, introduced by %(referrer)s",
                candidate=self.display_name,
                referrer=self.referrer_id.display_name,
            ),
            "contact_name": self.name,
            "partner_name": self.partner_name,
            "function": self.function,
            "email_from": self.email,
            "phone": self.phone,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "description": Markup().join(
                Markup("<p><b>%s</b><br/>%s</p>") % (label, note)
                for label, note in research
                if note
            ),
            **self._prepare_referral_values(),
        }

    def _prepare_referral_values(self):
        """:return: values that tell a lead who referred it.
        :rtype: dict
        """
        self.ensure_one()
        source = self.env.ref("utm.utm_source_referral", raise_if_not_found=False)
        return {
            "referrer_id": self.referrer_id.id,
            "referral_candidate_id": self.id,
            "referred": self.referrer_id.display_name,
            "source_id": source.id if source else False,
        }

    def _convert(self, lead=None):
        """Turn the candidate into a new lead, or into one that is already there.

        What a linked lead says already is kept: the first introduction wins.

        :param lead: a crm.lead to link instead of making one
        :return: the lead
        """
        self.ensure_one()
        self._check_next_state("converted")
        if lead:
            lead.check_access("write")
        else:
            lead = self.env["crm.lead"].create(self._prepare_lead_values())
            lead.sudo().is_made_of_candidate = True  # sudo: kept by the system
        self.write({"lead_id": lead.id, "state": "converted"})
        return lead

    def _credit_leads(self):
        """The lead came of this introduction, unless somebody was there before."""
        for candidate in self.filtered("lead_id"):
            # sudo: the pointer is checked; the lead may belong to a colleague by now
            lead_sudo = candidate.lead_id.sudo()
            if lead_sudo.referral_candidate_id or (
                lead_sudo.referrer_id and lead_sudo.referrer_id != candidate.referrer_id
            ):
                continue
            lead_sudo.write(
                {
                    fname: value
                    for fname, value in candidate._prepare_referral_values().items()
                    if not lead_sudo[fname]
                }
            )

    # === WHAT COMES OF THE LEAD === #

    def _on_lead_deleted(self):
        """Without its lead the candidate is where they were before."""
        for candidate in self.filtered(
            lambda c: c.state == "converted" and not c.lead_id
        ):
            dated = candidate.introduced_on and candidate.contacted_on
            candidate.state = "contacted" if dated else "introduced"

    def _note_merged_elsewhere(self):
        """The lead went into one of another company: say so. In sudo mode."""
        for candidate in self:
            candidate.message_post(
                body=self.env._(
                    "The lead was merged into a lead of another company, so it no "
                    "longer counts for this introduction."
                ),
                subtype_xmlid="mail.mt_note",
            )

    def _on_lead_closed(self):
        """Tell the rep of the request how the lead ended, and whom to thank."""
        won = self.filtered(lambda c: c.lead_won_status == "won")
        for referral, candidates in self.grouped("referral_id").items():
            for candidate in candidates:
                lead = candidate.lead_id._get_html_link()
                referral.message_post(
                    body=self.env._("A lead from this request was won: %s", lead)
                    if candidate in won
                    else self.env._("A lead from this request was lost: %s", lead),
                    subtype_xmlid="mail.mt_note",
                )
        # An objection stops everything; the referrer hears of it from the person.
        self = self.filtered(lambda c: c.state != "objected")
        (self & won)._remind_to_tell_referrer("won")
        (self - won)._remind_to_tell_referrer("lost")

    def _get_tell_summary(self, news):
        """:return: what the rep is reminded of, in the language of the context."""
        self.ensure_one()
        names = {
            "referrer": self.referrer_id.display_name,
            "candidate": self.display_name,
        }
        if news == "won":
            return self.env._(
                "Won! Tell and thank %(referrer)s for introducing %(candidate)s",
                **names,
            )
        if news == "lost":
            return self.env._(
                "Tell %(referrer)s what came of introducing %(candidate)s", **names
            )
        return self.env._(
            "Tell %(referrer)s that you have talked to %(candidate)s", **names
        )

    def _remind_to_tell_referrer(self, news):
        """The referrer hears what came of it: an activity for the rep.

        It is in the language and on the day of who gets it.

        :param str news: ``contacted``, ``won`` or ``lost``
        """
        activity_type = "crm_referral.mail_activity_type_tell_referrer"
        self.activity_unlink([activity_type])
        values = {}
        for candidate in self:
            assignee = candidate.referral_id._get_step_activity_user()
            reader = candidate.with_context(lang=assignee.lang or self.env.lang)
            # sudo: the customer may be hidden by now; the rep of the request knows them
            values[candidate] = {
                "date_deadline": today(self.env, assignee, candidate.company_id)
                + timedelta(days=3),
                "summary": reader.sudo()._get_tell_summary(news),
                "user_id": assignee.id,
            }
        self.env["mail.activity"]._schedule_batch(activity_type, values)
