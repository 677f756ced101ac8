from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.group_together import group_sql

from ..tools.maybe_float import MaybeFloat


class ResPartner(models.Model):
    """Where a customer stands. Who keeps silent is a risk, whatever they said."""

    _name = "res.partner"
    _inherit = [
        "crm.guarded.mixin",
        "res.partner",
        "crm.assessment.interaction.mixin",
        "crm.assessment.opt.out.mixin",
    ]
    _protected_fields = frozenset({"loyalty_date", "loyalty_score", "loyalty_stage_id"})
    _guarded_pointers = frozenset()
    _interaction_field = "partner_id"

    assessment_round_ids = fields.One2many(
        comodel_name="crm.assessment.round",
        inverse_name="partner_id",
        string="Assessment Rounds",
        groups="crm_assessment.group_assessment_user",
    )
    assessment_round_count = fields.Integer(
        compute="_compute_assessment_figures",
        groups="crm_assessment.group_assessment_user",
        help="Rounds with this customer that the user may see.",
    )
    checklist_count = fields.Integer(compute="_compute_assessment_figures")
    undecided_letter_count = fields.Integer(
        string="Weak Areas without Decision",
        compute="_compute_assessment_figures",
        groups="crm_assessment.group_assessment_user",
    )
    loyalty_stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="crm_assessment.group_assessment_user",
        help="Where the customer stood in the last round.",
    )
    loyalty_score = MaybeFloat(
        company_dependent=True,
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="crm_assessment.group_assessment_user",
        help="Overall score of the last round. Empty: never measured.",
    )
    loyalty_date = fields.Date(
        string="Loyalty Measured On",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="crm_assessment.group_assessment_user",
    )
    is_silent = fields.Boolean(
        string="Did Not Answer",
        compute="_compute_assessment_figures",
        search="_search_is_silent",
        groups="crm_assessment.group_assessment_user",
        help="The customer was asked in the last round, and did not answer.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "assessment_round_ids.undecided_count", "assessment_round_ids.response"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_assessment_figures(self):
        self._compute_checklist_count()

    def _get_interaction_figures(self):
        Round = self.env["crm.assessment.round"]
        domains = {
            "assessment_round_count": Domain("asks_customer", "=", True),
            "is_silent": self._get_silent_rounds_domain(),
        }
        return {
            **super()._get_interaction_figures(),
            "undecided_letter_count": self._get_undecided_sql(),
            **{
                name: group_sql(Round, "partner_id", self.ids, domain)
                for name, domain in domains.items()
            },
        }

    def _get_undecided_sql(self):
        """:return: a query of the weak areas that nobody has decided on, by customer"""
        Round = self.env["crm.assessment.round"]
        rounds = Round._search([("partner_id", "in", self.ids)])
        return SQL(
            "SELECT round.partner_id, ARRAY[count(*)::float8] FROM (%s) undecided "
            "JOIN crm_assessment_round round ON round.id = undecided.round_id "
            "WHERE round.id IN %s GROUP BY round.partner_id",
            Round._get_undecided_query(),
            rounds.subselect(),
        )

    @api.model
    def _search_is_silent(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("assessment_round_ids", "any", self._get_silent_rounds_domain())

    # === ACTION METHODS === #

    def _open_next_round(self, framework):
        """Prepare a round about this customer, or go on with the one that is there.

        Nobody is asked, and nothing is kept, before the round is saved and sent.

        :param framework: the crm.assessment.framework
        :return: a window action: the round
        """
        self.ensure_one()
        self.check_access("read")
        Round = self.env["crm.assessment.round"]
        Round.check_access("create")
        rounds = Round.search(
            [
                ("partner_id", "=", self.id),
                ("framework_id", "=", framework.id),
                ("company_id", "=", self.env.company.id),
                ("state", "in", ("draft", "open")),
            ]
        )
        round_ = rounds.filtered(lambda r: r.state == "open") or rounds
        return {
            **framework._get_rounds_action(),
            "res_id": round_[:1].id,
            "views": [(framework._get_rounds_form().id, "form")],
            "context": {
                "default_partner_id": self.id,
                "default_framework_id": framework.id,
            },
        }

    # === BUSINESS METHODS === #

    def _get_interaction_partner(self):
        return self

    def _get_personal_mail_problems(self):
        """Whether a personal link can be mailed to these people. In sudo mode.

        :return: for each a sentence that says why not, or an empty string
        :rtype: dict
        """
        emails = [*filter(None, self.mapped("email_normalized"))]
        colleagues = self.env["res.users"].search(
            [("share", "=", False), ("partner_id.email_normalized", "in", emails)]
        )
        taken = set(colleagues.mapped("partner_id.email_normalized"))
        return {contact: contact._describe_mail_problem(taken) for contact in self}

    def _describe_mail_problem(self, taken):
        """See ``_get_personal_mail_problems``.

        :param set taken: addresses of colleagues
        """
        name, email = self.display_name, self.email_normalized
        if not self.active:
            return self.env._("%(contact)s is archived.", contact=name)
        if not self.email:
            return self.env._("%(contact)s has no e-mail address.", contact=name)
        if not email:
            return self.env._("“%(email)s” is no e-mail address.", email=self.email)
        if email in taken:
            return self.env._("%(email)s is the address of a colleague.", email=email)
        return ""

    @api.model
    def _get_silent_rounds_domain(self):
        Round = self.env["crm.assessment.round"]
        return Round._get_silent_domain() & Domain("is_latest", "=", True)

    def _set_loyalty(self, assessment_round):
        """Keep where the customer stands. Called in sudo mode, in the round's company.

        :param assessment_round: the crm.assessment.round that has been answered
        """
        self.write(
            {
                "loyalty_stage_id": assessment_round.stage_id.id,
                "loyalty_score": assessment_round.score,
                "loyalty_date": assessment_round.closed_on,
            }
        )
