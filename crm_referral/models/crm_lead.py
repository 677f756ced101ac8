from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.assessment.interaction.mixin"]

    referrer_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        tracking=True,
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
    referral_candidate_ids = fields.One2many(
        comodel_name="crm.referral.candidate",
        inverse_name="lead_id",
        string="Introductions",
        copy=False,
        help="Everybody who was introduced to us and is behind this lead.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._fill_in_referrer()
        return leads

    def write(self, vals):
        result = super().write(vals)
        if {"referrer_id", "partner_id"} & vals.keys():
            self._fill_in_referrer()
        return result

    def unlink(self):
        # sudo: the introductions go on without the lead, also those of a colleague
        candidates_sudo = (
            self.sudo().with_context(active_test=False).referral_candidate_ids
        )
        result = super().unlink()
        candidates_sudo._on_lead_deleted()
        return result

    # === ACTION METHODS === #

    def action_view_referral(self):
        """Show the candidate behind this lead, and through it the request.

        :return: a window action
        """
        self.ensure_one()
        return self.referral_candidate_id._get_records_action(
            name=self.env._("Candidate")
        )

    # === BUSINESS METHODS === #

    def _fill_in_referrer(self):
        """Keep the plain text, the source and the customer true to the referrer.

        What somebody has noted already is never overwritten.
        """
        source = self.env.ref("utm.utm_source_referral")
        for referrer, leads in self.grouped("referrer_id").items():
            if not referrer:
                continue
            leads.filtered(lambda lead: not lead.referred).write(
                {"referred": referrer.display_name}
            )
            leads.filtered(lambda lead: not lead.source_id).write(
                {"source_id": source.id}
            )
            leads.partner_id._set_referrer(referrer)

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """The customer that a lead becomes remembers who referred them.

        Where a company is made along with its contact, the contact was referred: one
        introduction is one referred customer.
        """
        values = super()._prepare_customer_values(
            partner_name, is_company=is_company, parent_id=parent_id
        )
        if self.referrer_id and not (is_company and self.contact_name):
            values["referrer_id"] = self.referrer_id.id
        return values

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "referrer_id", "referral_candidate_id"]

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the introductions follow the lead, also those of a colleague
        opportunities.sudo().with_context(
            active_test=False
        ).referral_candidate_ids.write({"lead_id": self.id})
        # sudo: and so do the checklists
        self.env["crm.assessment.round"].sudo().with_context(active_test=False).search(
            [("lead_id", "in", opportunities.ids)]
        ).write({"lead_id": self.id})
        return result

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
        closed.sudo().referral_candidate_ids._on_lead_closed()
        return result
