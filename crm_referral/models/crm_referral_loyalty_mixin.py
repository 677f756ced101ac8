from odoo import api, fields, models
from odoo.tools import format_date, format_list

# So much of what the customer has written is shown beside the conversation.
WORDS_LENGTH = 200


class CrmReferralLoyaltyMixin(models.AbstractModel):
    """What the customer said of us in the last round, beside the conversation.

    Only who may read the result of the round sees any of it.
    """

    _name = "crm.referral.loyalty.mixin"
    _description = "Knows How Loyal the Customer Is"

    loyalty_round_id = fields.Many2one(
        comodel_name="crm.assessment.round",
        string="Last Round",
        compute="_compute_loyalty",
        help="The last round in which the customer said how loyal they are.",
    )
    loyalty_summary = fields.Char(
        string="Loyalty",
        compute="_compute_loyalty",
        help="Where the customer stood in the last round.",
    )
    loyalty_praise = fields.Char(
        string="Praised", compute="_compute_loyalty", help="Areas that are strong."
    )
    loyalty_missed = fields.Char(
        string="Missed", compute="_compute_loyalty", help="Areas that are weak."
    )
    loyalty_words = fields.Char(
        string="In the Customer's Words", compute="_compute_loyalty"
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_loyalty(self):
        rounds = self._get_loyalty_rounds()
        forms = (
            self.env["crm.assessment"]
            .search(
                [
                    ("round_id", "in", [round_.id for round_ in rounds.values()]),
                    ("viewpoint", "=", "customer"),
                    ("state", "=", "done"),
                ]
            )
            .grouped("round_id")
        )
        for referral in self:
            round_ = rounds.get(referral, self.env["crm.assessment.round"])
            form = forms.get(round_, self.env["crm.assessment"])
            levels = form.score_ids.grouped("level")
            referral.loyalty_round_id = round_
            referral.loyalty_summary = bool(round_) and self._describe_loyalty(round_)
            referral.loyalty_praise = self._list_areas(levels.get("strong"))
            referral.loyalty_missed = self._list_areas(levels.get("weak"))
            notes = form.line_ids.filtered(lambda line: line.kind == "text")
            words = next((line.note for line in notes if line.note), "")
            referral.loyalty_words = (
                words[:WORDS_LENGTH].rstrip() + "…"
                if len(words) > WORDS_LENGTH
                else words
            )

    def action_open_loyalty_round(self):
        """Show the round in which the customer said how loyal they are.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        round_ = self.loyalty_round_id
        return {
            **round_.framework_id._get_rounds_action(),
            "res_id": round_.id,
            "views": [(round_.framework_id._get_rounds_form().id, "form")],
        }

    def _get_loyalty_rounds(self):
        """:return: the last round of each customer, or of their company, that the user
        may read, by request.
        :rtype: dict
        """
        partners = self.partner_id._origin
        # sudo: which company somebody belongs to, of contacts that may be hidden
        companies = partners.sudo().commercial_partner_id
        if not partners:
            return {}
        rounds = self.env["crm.assessment.round"].search_fetch(
            [
                ("partner_id", "in", (partners.sudo() | companies).ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "done"),
                ("stage_id", "!=", False),
            ],
            ["partner_id", "company_id", "stage_id", "recommendation", "closed_on"],
            order="closed_on desc, id desc",
        )
        result = {}
        for referral in self:
            # sudo: as above
            partner = referral.partner_id._origin.sudo()
            customers = (partner | partner.commercial_partner_id).ids
            found = rounds.filtered(
                lambda r, ids=customers, company=referral.company_id: (
                    r.partner_id.id in ids and r.company_id == company
                )
            )
            if found:
                result[referral] = found[0]
        return result

    @api.model
    def _describe_loyalty(self, round_):
        """:return: stage, how likely they are to recommend us, and since when."""
        parts = [round_.stage_id.name]
        if round_.recommendation is not False:
            parts.append(
                self.env._(
                    "would recommend us with %(recommendation)s of 10",
                    recommendation=round(round_.recommendation),
                )
            )
        parts.append(format_date(self.env, round_.closed_on))
        return " · ".join(parts)

    @api.model
    def _list_areas(self, scores):
        """:return: the names of the areas, as a sentence lists them."""
        if not scores:
            return False
        return format_list(self.env, scores.section_id.sorted().mapped("name"))
