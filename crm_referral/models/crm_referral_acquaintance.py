from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from ..tools.acquaintances import Person, rank, text_key
from ..tools.free_mail import mail_domain

# How many are shown at a time: a list that is read while talking.
SHOWN = 8
# Positions that are shown, and newest converted candidates that they are counted in.
POSITIONS = 5
LIBRARY = 1000


class CrmReferralAcquaintance(models.AbstractModel):
    """Whom the customer of a request may know, from our own leads and contacts.

    Nothing is stored: each look is one query and a few more for what speaks against
    somebody. Who has objected, is a customer already or is worked on by a colleague is
    not suggested.
    """

    _name = "crm.referral.acquaintance"
    _description = "Acquaintances of a Customer"
    _inherit = ["crm.referral.acquaintance.pool", "crm.referral.acquaintance.filter"]

    # === WHAT A REP CALLS === #

    @api.model
    @api.readonly
    def get_suggestions(self, referral_id):
        """Whom this customer may know, the best ones first.

        :param int referral_id: of the crm.referral
        :return: ``people`` with their ``kind`` (lead or partner), ``id``, ``name``,
            ``detail``, ``status`` and ``reasons`` in words; ``positions``; the number
            of leads of such people that colleagues work on (``busy``); and whether
            somebody was ``dismissed``
        :rtype: dict
        """
        referral = self._get_referral(referral_id, "read")
        surroundings = self._get_surroundings(referral)
        people, busy_sudo = self._find_people(referral, surroundings)
        busy_sudo |= self._find_busy_around(referral, surroundings)
        return {
            "people": [self._describe(person) for person in people[:SHOWN]],
            "positions": self._get_positions(referral),
            "busy": len(busy_sudo),
            "dismissed": bool(self._get_dismissals(referral)),
        }

    @api.model
    def take(self, referral_id, kind, record_id):
        """Suggest this person to the customer: a candidate is named.

        :param int referral_id: of the crm.referral
        :param str kind: ``lead`` or ``partner``
        :param int record_id: of the crm.lead or the res.partner
        :return: the id of the candidate
        :rtype: int
        :raise UserError: when the person may not be suggested
        """
        referral = self._get_open_referral(referral_id)
        person = self._get_person(referral, kind, record_id)
        values = self._prepare_candidate_values(referral, person)
        return self.env["crm.referral.candidate"].create(values).id

    @api.model
    def take_position(self, referral_id, function):
        """Suggest a job position from the library to the customer.

        :param int referral_id: of the crm.referral
        :param str function: the job position
        :return: the id of the candidate
        :rtype: int
        """
        referral = self._get_open_referral(referral_id)
        values = {
            "referral_id": referral.id,
            "function": function,
            "named_by": "rep",
        }
        return self.env["crm.referral.candidate"].create(values).id

    @api.model
    def dismiss(self, referral_id, kind, record_id):
        """Suggest this person to this customer no more.

        :param int referral_id: of the crm.referral
        :param str kind: ``lead`` or ``partner``
        :param int record_id: of the crm.lead or the res.partner
        :return: True
        """
        referral = self._get_open_referral(referral_id)
        person = self._get_person(referral, kind, record_id)
        # sudo: nobody writes these by hand
        self.env["crm.referral.acquaintance.dismissal"].sudo().create(
            [
                {
                    "partner_id": referral.partner_id.id,
                    "company_id": referral.company_id.id,
                    fname: value,
                }
                for fname, value in (
                    ("lead_id", person.lead_id),
                    ("acquaintance_id", person.partner_id),
                )
                if value
            ]
        )
        return True

    @api.model
    def restore(self, referral_id):
        """Suggest again whoever was dismissed for this customer.

        :param int referral_id: of the crm.referral
        :return: True
        """
        referral = self._get_open_referral(referral_id)
        self._get_dismissals(referral).unlink()
        return True

    # === CHECKS === #

    @api.model
    def _get_referral(self, referral_id, operation):
        """:raise AccessError: for who may not do this with the request"""
        referral = self.env["crm.referral"].browse(referral_id)
        referral.check_access(operation)
        return referral

    @api.model
    def _get_open_referral(self, referral_id):
        """:raise UserError: when the request has ended"""
        referral = self._get_referral(referral_id, "write")
        referral._check_conversation_open()
        return referral

    @api.model
    def _get_person(self, referral, kind, record_id):
        """:return: the person of this lead or contact.
        :raise UserError: when the person is none whom we suggest
        """
        leads = self.env["crm.lead"].browse([record_id] if kind == "lead" else [])
        partners = self.env["res.partner"].browse(
            [record_id] if kind == "partner" else []
        )
        surroundings = self._get_surroundings(referral)
        people, _busy = self._find_people(referral, surroundings, leads, partners)
        if not people:
            raise UserError(
                self.env._(
                    "This person cannot be suggested any more. Look at the list again."
                )
            )
        return people[0]

    # === PEOPLE === #

    @api.model
    def _find_people(self, referral, surroundings, leads=None, partners=None):
        """Whom we suggest.

        :param leads: crm.lead to look at; what has something in common, if not given
        :param partners: res.partner to look at
        :return: the people in their order, and the leads of colleagues, in sudo mode
        :rtype: tuple
        """
        if leads is None:
            leads, partners = self._collect(referral, surroundings)
        else:
            leads = leads.with_context(active_test=False).search(
                self._get_lead_domain(referral) & Domain("id", "in", leads.ids)
            )
            partners = partners.search(
                self._get_partner_domain(referral) & Domain("id", "in", partners.ids)
            )
        people = self._make_people(referral, leads, partners)
        for person in people:
            person.reasons = surroundings.get_reasons(person)
        people = [p for p in people if p.reasons and (p.name or p.organization)]
        people, busy_sudo = self._leave_out(referral, people)
        return rank(people), busy_sudo

    @api.model
    def _make_people(self, referral, leads, partners):
        """:return: the Person behind each lead and contact."""
        # A contact's own lead goes along, so that a conversion finds it.
        own_leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search(
                self._get_lead_domain(referral)
                & Domain("partner_id", "in", partners.ids),
                order="id desc",
            )
        )
        with_lead = {}
        for lead in own_leads:
            with_lead.setdefault(lead.partner_id, lead)
        people = [self._make_lead_person(lead) for lead in leads]
        for partner in partners:
            if partner in with_lead:
                people.append(self._make_lead_person(with_lead[partner]))
            else:
                people.append(self._make_partner_person(partner))
        return list({(person.kind, person.id): person for person in people}.values())

    @api.model
    def _make_lead_person(self, lead):
        partner = lead.partner_id._filtered_access("read")
        person = self._make_partner_person(partner)
        person.kind, person.id, person.lead_id = "lead", lead.id, lead.id
        person.name = lead.contact_name or person.name
        person.organization = lead.partner_name or person.organization
        person.function = lead.function or person.function
        person.email = lead.email_from or person.email
        person.phone = lead.phone or person.phone
        person.is_company = not person.name
        traits = person.traits
        for code in ("group", "former"):
            traits[code].add(text_key(person.organization))
        traits["domain"].add(mail_domain(lead.email_normalized))
        traits["city"].add(text_key(lead.city))
        traits["tags"].update(("lead", tag.id) for tag in lead.tag_ids)
        if lead.won_status == "pending":
            person.status = self.env._("Open lead")
        elif lead.lost_reason_id:
            person.status = self.env._("Lost: %s", lead.lost_reason_id.name)
        else:
            person.status = self.env._("Lost lead")
        return person

    @api.model
    def _make_partner_person(self, partner):
        """:param partner: a res.partner, or none at all"""
        is_company = partner.is_company
        organization = partner.name if is_company else partner.commercial_company_name
        companies = {partner.commercial_partner_id.id, text_key(organization)}
        return Person(
            kind="partner",
            id=partner.id,
            partner_id=partner.id,
            name="" if is_company else partner.name or "",
            function=partner.function or "",
            organization=organization or "",
            email=partner.email or "",
            phone=partner.phone or "",
            is_company=is_company,
            traits={
                "group": set(companies),
                "former": set(companies),
                "domain": {mail_domain(partner.email_normalized)},
                "industry": {partner.industry_id.id},
                "tags": {("contact", tag.id) for tag in partner.category_id},
                "city": {text_key(partner.city)},
            },
            status=self.env._("Contact"),
        )

    # === WORDS === #

    @api.model
    def _describe(self, person):
        """:return: what is shown of a person.
        :rtype: dict
        """
        who = person.name or person.function
        detail = [person.function if person.name else "", person.organization]
        return {
            "kind": person.kind,
            "id": person.id,
            "name": who or person.organization,
            "detail": " · ".join(text for text in detail if text and who),
            "status": person.status,
            "reasons": self._get_reason_words(person.reasons),
        }

    @api.model
    def _get_reason_words(self, reasons):
        """:return: a sentence for each reason, the strongest first.
        :rtype: list[str]
        """
        words = {
            "group": self.env._("Same group of companies: %s"),
            "former": self.env._("Where the customer was before: %s"),
            "domain": self.env._("Same e-mail domain: %s"),
            "industry": self.env._("Same industry: %s"),
            "tags": self.env._("Same tags: %s"),
            "city": self.env._("Same city: %s"),
        }
        return [
            words[code] % format_list(self.env, values)
            for code, values in reasons.items()
        ]

    @api.model
    def _prepare_candidate_values(self, referral, person):
        """:return: values of the candidate that this person becomes.

        Address and number go along: without them an objection would stop nothing.
        :rtype: dict
        """
        function = person.function
        if not person.name and not function:
            function = self.env._("Contact person")
        return {
            "referral_id": referral.id,
            "name": person.name,
            "function": function,
            "partner_name": person.organization,
            "email": person.email,
            "phone": person.phone,
            "named_by": "rep",
            "source_lead_id": person.lead_id,
            "source_partner_id": person.partner_id,
        }

    # === POSITIONS === #

    @api.model
    def _get_positions(self, referral):
        """Job positions of candidates who became a lead, as far as the user sees them.

        :return: the ``function``, its ``industry`` and the ``count`` in words, those
            of the customer's industry and the most frequent ones first
        :rtype: list[dict]
        """
        Candidate = self.env["crm.referral.candidate"]
        query = Candidate._search(
            Domain("state", "=", "converted")
            & Domain("function", "!=", False)
            & Domain("company_id", "=", referral.company_id.id),
            order="id desc",
            limit=LIBRARY,
        )
        columns = [
            Candidate._field_to_sql(query.table, fname, query)
            for fname in ("id", "function", "lead_id")
        ]
        # Only the industry is told of a contact that may be hidden.
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT (array_agg(past.function ORDER BY past.id DESC))[1],
                         partner.industry_id, COUNT(*)
                    FROM (%s) past (id, function, lead_id)
               LEFT JOIN crm_lead lead ON lead.id = past.lead_id
               LEFT JOIN res_partner partner ON partner.id = lead.partner_id
                GROUP BY lower(btrim(past.function)), partner.industry_id
                """,
                query.select(*columns),
            )
        )
        named = set(map(text_key, referral.candidate_ids.mapped("function")))
        industry = referral.partner_id._filtered_access("read").industry_id
        rows = sorted(
            (row for row in rows if text_key(row[0]) not in named),
            key=lambda row: (row[1] != industry.id or not row[1], -row[2], row[0]),
        )
        industries = self.env["res.partner.industry"]
        return [
            {
                "function": function.strip(),
                "industry": industries.browse(industry_id or []).name or "",
                "count": self.env._("%s converted", count),
            }
            for function, industry_id, count in rows[:POSITIONS]
        ]
