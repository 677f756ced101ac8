from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmLead(models.Model):
    """A lead that was referred.

    What came of an introduction has one definition: ``referral_candidate_id``. It
    always goes with the referrer of that candidate, and the first introduction wins.
    """

    _name = "crm.lead"
    _inherit = [
        "crm.guarded.mixin",
        "crm.lead",
        "crm.assessment.interaction.mixin",
        "crm.referral.risk.mixin",
    ]
    _interaction_field = "lead_id"
    _guarded_pointers = frozenset(
        {"referrer_id", "referral_candidate_id", "referral_candidate_ids"}
    )
    _protected_fields = frozenset(
        {"is_introduced_again", "is_made_of_candidate", "is_pointed_at"}
    )

    referrer_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        tracking=True,
        copy=False,
        help="The customer who referred this lead to us.",
    )
    referral_candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The candidate whom the customer introduced, and who became this lead.",
    )
    referral_id = fields.Many2one(
        related="referral_candidate_id.referral_id", string="Referral Request"
    )
    referral_data_source = fields.Char(related="referral_candidate_id.data_source")
    referral_data_obtained_on = fields.Date(
        related="referral_candidate_id.data_obtained_on"
    )
    referral_inform_by = fields.Date(related="referral_candidate_id.inform_by")
    referral_informed_on = fields.Date(related="referral_candidate_id.informed_on")
    referral_candidate_ids = fields.One2many(
        comodel_name="crm.referral.candidate",
        inverse_name="lead_id",
        string="Introductions",
        copy=False,
        help="Everybody who was introduced to us and is behind this lead.",
    )
    is_made_of_candidate = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The lead was made of a candidate: it goes when the candidate is erased.",
    )
    # Leads are merged, closed and deleted by the thousand: without this flag each would
    # be asked for introductions and checklists, which most never had.
    is_pointed_at = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="An introduction or a checklist points to this lead, or did so once.",
    )
    is_introduced_again = fields.Boolean(
        string="Introduced Again",
        readonly=True,
        copy=False,
        help="We knew the customer before: new business, but no new customer.",
    )

    _won_on_idx = models.Index(
        "(COALESCE(date_closed, date_last_stage_update, create_date)) "
        "WHERE won_status = 'won'"
    )

    _won_closed_idx = models.Index("(date_closed) WHERE won_status = 'won'")

    # By what acquaintances of a customer are found. Cut off: a long text is no key.
    # Cities of all leads: PostgreSQL notes only of a whole index how common each is.
    _acquaintance_city_idx = models.Index("(lower(left(city, 64)), id)")
    _acquaintance_organization_idx = models.Index(
        "(lower(left(partner_name, 100)), id) WHERE partner_name IS NOT NULL"
    )
    _acquaintance_email_idx = models.Index("USING hash (email_normalized)")

    # === WON REVENUE === #

    @property
    def _won_revenue_fields(self):
        """The fields that :meth:`_get_won_revenue` reads: what is stored of it depends
        on them.
        """
        return ["won_status", "expected_revenue"]

    def _get_won_revenue(self):
        """What each lead has won: the one definition, beside its twin in SQL.

        :return: amounts in the currency of the lead's company, by lead; zero for what
            is not won
        :rtype: dict
        """
        return {
            lead: lead.expected_revenue if lead.won_status == "won" else 0.0
            for lead in self
        }

    @api.model
    def _get_won_revenue_sql(self, alias):
        """:param str alias: of the table of leads in a query
        :return: as :meth:`_get_won_revenue`; NULL for what is not won
        :rtype: SQL
        """
        return SQL(
            "CASE WHEN %s = 'won' THEN COALESCE(%s, 0) END",
            SQL.identifier(alias, "won_status"),
            SQL.identifier(alias, "expected_revenue"),
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._check_objection()
        leads._fill_in_referrer()
        return leads

    def write(self, vals):
        reached_anew = self.browse()
        if not self.env.su:
            reached_anew = self.filtered(
                lambda lead: any(
                    fname in vals and vals[fname] != lead[fname]
                    for fname in ("email_from", "phone")
                )
            )
        result = super().write(vals)
        reached_anew._check_objection()
        if "referrer_id" in vals:
            self._drop_other_introductions()
        if {"referrer_id", "partner_id"} & vals.keys():
            self._fill_in_referrer()
        return result

    def unlink(self):
        # sudo: the introductions go on without the lead, also those of a colleague
        candidates_sudo = self.sudo()._get_introductions()
        result = super().unlink()
        candidates_sudo._on_lead_deleted()
        return result

    def copy_data(self, default=None):
        """A duplicate was not introduced: it does not say so in its texts either."""
        vals_list = super().copy_data(default=default)
        if not any(lead.referrer_id for lead in self):
            return vals_list
        source = self.env.ref("utm.utm_source_referral", raise_if_not_found=False)
        for lead, vals in zip(self, vals_list, strict=True):
            if not lead.referrer_id:
                continue
            if "referred" not in (default or {}):
                vals["referred"] = False
            if source and vals.get("source_id") == source.id:
                vals["source_id"] = False
        return vals_list

    # === ACTION METHODS === #

    def action_view_referral(self):
        """Show the candidate behind this lead, and through it the request.

        :return: a window action
        """
        self.ensure_one()
        return self.referral_candidate_id._get_records_action(
            name=self.env._("Candidate")
        )

    # === REFERRER === #

    def _drop_other_introductions(self):
        """Who changes the referrer by hand says that it was another introduction."""
        # sudo: the introduction may be a colleague's; only the pointer goes
        self.sudo().filtered(
            lambda lead: (
                lead.referral_candidate_id
                and lead.referral_candidate_id.referrer_id != lead.referrer_id
            )
        ).referral_candidate_id = False

    def _fill_in_referrer(self):
        """Keep the plain text, the source and the customer true to the referrer.

        What somebody has noted already is never overwritten.
        """
        # sudo: the referrer may be a contact of another company
        for lead_sudo in self.sudo():
            if lead_sudo.referral_candidate_id and not lead_sudo.referrer_id:
                lead_sudo.referrer_id = lead_sudo.referral_candidate_id.referrer_id
        referred_sudo = self.sudo().filtered("referrer_id")
        if not referred_sudo:  # as most leads are
            return
        source = self.env.ref("utm.utm_source_referral", raise_if_not_found=False)
        for referrer_sudo, leads in referred_sudo.grouped("referrer_id").items():
            leads.filtered(lambda lead: not lead.referred).write(
                {"referred": referrer_sudo.display_name}
            )
            if source:
                leads.filtered(lambda lead: not lead.source_id).write(
                    {"source_id": source.id}
                )
            again = leads.filtered(
                lambda lead: lead.partner_id and lead._knew_customer_before()
            )
            again.filtered(
                lambda lead: not lead.is_introduced_again
            ).is_introduced_again = True
            (leads - again).partner_id._set_referrer(referrer_sudo)

    def _credit_introduction(self, candidate):
        """A manager has decided that these leads came of another introduction.

        The customer of such a lead follows, where they were noted as referred by the
        one before. In sudo mode.

        :param candidate: crm.referral.candidate
        """
        for lead in self:
            before, customer = lead.referrer_id, lead.partner_id
            if customer.referrer_id and customer.referrer_id == before:
                customer.referrer_id = False
                customer._set_referrer(candidate.referrer_id)
            values = candidate._prepare_referral_values()
            lead.write({fname: value for fname, value in values.items() if value})

    def _get_introductions(self):
        """:return: the candidates behind these leads, archived ones too."""
        leads = self.filtered("is_pointed_at").with_context(active_test=False)
        return leads.referral_candidate_ids

    def _note_pointed_at(self):
        """Something of ours points to these leads from now on."""
        # sudo: kept by the system
        self.sudo().filtered(lambda lead: not lead.is_pointed_at).is_pointed_at = True

    def _knew_customer_before(self):
        """:return: whether the customer of this lead was known before they were
        introduced: nobody brings us whom we have already.
        """
        self.ensure_one()
        partner, candidate = self.partner_id, self.referral_candidate_id
        if self.is_introduced_again or partner.referrer_id == self.referrer_id:
            return self.is_introduced_again
        if candidate and (
            candidate.was_known or partner.create_date < candidate.create_date
        ):
            return True
        return partner._is_customer_already(
            before=candidate.create_date or self.create_date, without=self
        )

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """The customer that a lead becomes remembers who referred them.

        Where a company is made along with its contact, the contact was referred: one
        introduction is one referred customer. A new contact of an old customer is no
        new customer.
        """
        values = super()._prepare_customer_values(
            partner_name, is_company=is_company, parent_id=parent_id
        )
        # sudo: whether we know the company does not depend on who asks
        parent_sudo = self.env["res.partner"].browse(parent_id or []).sudo()
        if (
            self.referrer_id
            and not (is_company and self.contact_name)
            and not parent_sudo._is_customer_already(before=self.create_date)
        ):
            values["referrer_id"] = self.referrer_id.id
        return values

    @api.model
    def _get_risk_subjects(self, condition):
        return SQL(
            """SELECT subject.id, subject.referrer_id, subject.contact_name AS name,
                subject.email_normalized AS email, subject.phone_sanitized AS phone,
                subject.partner_id, subject.partner_name AS organization,
                COALESCE(candidate.named_on, subject.create_date) AS named_on,
                subject.is_introduced_again AS was_known, subject.company_id
            FROM crm_lead subject
            LEFT JOIN crm_referral_candidate candidate
                ON candidate.id = subject.referral_candidate_id
            WHERE subject.referrer_id IS NOT NULL AND %s""",
            condition,
        )

    # === OBJECTION AND ERASURE === #

    def _get_objection_contact(self):
        """See ``crm.referral.objection.mixin``."""
        self.ensure_one()
        company = self.company_id or self.env.company
        country = self.country_id or company.country_id
        return self.email_from, self.phone, self.contact_name, country, company

    def _check_objection(self):
        """Nobody enters a person again who has objected. Who comes to us is let in.

        :raise UserError: when a user enters such a person by hand, import or API
        """
        for lead, match in self.env["crm.referral.objection"]._match(self).items():
            if match != "person":
                continue
            if not self.env.su:
                raise UserError(
                    self.env._(
                        "%(lead)s: this person has asked us not to get in touch, so no "
                        "lead is made of them. If they have come to us themselves "
                        "since, ask a sales manager to take the objection back first.",
                        lead=lead.display_name,
                    )
                )
            lead._message_log(
                body=self.env._(
                    "This person has asked us not to get in touch, and now comes to "
                    "us. Answer what they ask, and nothing else; if they take the "
                    "objection back, a sales manager notes it."
                )
            )

    def _close_objected(self):
        """The person has objected: these leads are lost. In sudo mode."""
        if not self:
            return
        reason = self.env.ref(
            "crm_referral.lost_reason_objected", raise_if_not_found=False
        )
        self.action_set_lost(**({"lost_reason_id": reason.id} if reason else {}))

    def _ask_about_objection(self):
        """Somebody objected in a request; whose lead it is decides. In sudo mode."""
        for lead in self:
            salesperson = lead.user_id
            lead = lead.with_context(lang=salesperson.lang or self.env.lang)
            lead.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=lead.env._("This person objects to being contacted"),
                note=lead.env._(
                    "A person with the same address or number, who was named in a "
                    "referral request, has objected to being contacted. Close this "
                    "lead, or note why you may go on."
                ),
                user_id=(salesperson or lead.team_id.user_id or self.env.user).id,
            )

    def _strip_candidate_data(self):
        """Erase the person from leads that were made of a candidate. In sudo mode."""
        leads = self.with_context(
            tracking_disable=True, mail_notrack=True, active_test=False
        )
        events = self.env["calendar.event"].with_context(active_test=False)
        events.search(
            ["|", ("opportunity_id", "in", leads.ids), "&"]
            + [("res_model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
        ).unlink()
        self.env["crm.referral.candidate"]._unlink_written_about(leads)
        # The contact is not emptied along: it is taken off first.
        leads.write({"partner_id": False})
        for lead in leads:
            lead.write(
                {
                    "name": self.env._(
                        "Erased candidate, introduced by %(referrer)s",
                        referrer=lead.referrer_id.display_name or lead.referred or "",
                    ),
                    **dict.fromkeys(lead._get_personal_fields(), False),
                }
            )

    @api.model
    def _get_personal_fields(self):
        """:return: fields of a lead that tell who the person is.
        :rtype: list[str]
        """
        return [
            "contact_name",
            "partner_name",
            "function",
            "email_from",
            "email_cc",
            "phone",
            "website",
            "street",
            "street2",
            "zip",
            "city",
            "description",
            "lead_properties",
        ]

    # === MERGE === #

    def _get_merged_company(self):
        """:return: the company of the lead that these are merged into."""
        return next((lead.company_id for lead in self if lead.company_id), False)

    def _get_first_introduction(self):
        """Which of these leads was introduced first. In sudo mode.

        :return: the lead; empty when none of them was, or when the merged lead is of
            another company than the contact who referred it
        """
        company = self._get_merged_company()
        referred = self.filtered(
            lambda lead: (
                lead.referrer_id
                and (
                    not company
                    or lead.referrer_id.company_id in (company, company.browse())
                )
            )
        )

        def introduced(lead):
            day = lead.referral_candidate_id.introduced_on
            moment = datetime.combine(day, time.min) if day else lead.create_date
            return moment, lead.id

        return min(referred, key=introduced, default=self.browse())

    def _merge_get_fields_specific(self):
        """The first introduction wins, with all that belongs to it."""

        def first(fname, leads):
            # sudo: the introduction may be a colleague's, and is not shown
            lead = leads.sudo()._get_first_introduction()
            if fname == "referrer_id":
                return lead.referrer_id.id
            if fname == "referral_candidate_id":
                company = leads._get_merged_company()
                candidate = lead.referral_candidate_id
                fits = not company or candidate.company_id == company
                return candidate.id if fits else False
            return lead.referred or next(
                (x.referred for x in leads if x.referred), False
            )

        return {
            **super()._merge_get_fields_specific(),
            "referrer_id": first,
            "referral_candidate_id": first,
            "referred": first,
        }

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the introductions follow the lead, also those of a colleague
        pointed_at_sudo = opportunities.sudo().filtered("is_pointed_at")
        if not pointed_at_sudo:
            return result
        company = (self | opportunities)._get_merged_company()
        candidates = pointed_at_sudo._get_introductions()
        # sudo: and so do the checklists
        rounds = (
            self.env["crm.assessment.round"]
            .sudo()
            .with_context(active_test=False)
            .search([("lead_id", "in", pointed_at_sudo.ids)])
        )
        if company:
            staying = candidates.filtered(lambda c: c.company_id != company)
            staying._note_merged_elsewhere()
            candidates -= staying
            rounds = rounds.filtered(lambda r: r.company_id == company)
        candidates.write({"lead_id": self.id})
        rounds.write({"lead_id": self.id})
        return result

    # === WON AND LOST === #

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Won and lost flow back to the candidate, the request and the referrer."""
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        closed = self.filtered(
            lambda lead: any(
                new_status_by_lead.get(lead.id, {}).get(status)
                and not old_status_by_lead.get(lead.id, {}).get(status)
                for status in ("is_won", "is_lost")
            )
        )
        # A customer who was referred shows who referred them, so there must be one: the
        # contact with the same e-mail address, or else a new one.
        for lead in closed.filtered(
            lambda lead: (
                lead.won_status == "won"
                and lead.referrer_id
                and not lead.partner_id
                and (lead.contact_name or lead.partner_name)
            )
        ):
            lead._handle_partner_assignment(
                force_partner_id=lead._find_matching_partner().id
            )
        # sudo: the lead may belong to somebody else than the request
        pointed_at_sudo = closed.sudo().filtered("is_pointed_at")
        pointed_at_sudo.referral_candidate_ids._on_lead_closed()
        self._note_readiness(old_status_by_lead, new_status_by_lead)
        return result

    def _note_readiness(self, old_status_by_lead, new_status_by_lead):
        """A deal that was won, or is not any more, speaks for its customer."""
        changed = self.filtered(
            lambda lead: (
                bool(old_status_by_lead.get(lead.id, {}).get("is_won"))
                != bool(new_status_by_lead.get(lead.id, {}).get("is_won"))
            )
        )
        if changed:
            # sudo: whoever wins it need not see the referrer
            won_sudo = changed.sudo()
            self.env["crm.referral.readiness"]._note_change(
                won_sudo.partner_id | won_sudo.referrer_id
            )
