from odoo import api, fields, models
from odoo.exceptions import ValidationError

# The field that ties a checklist to a record.
INTERACTION_FIELDS = {
    "res.partner": "partner_id",
    "crm.lead": "lead_id",
    "crm.referral": "referral_id",
    "crm.referral.candidate": "candidate_id",
}


class CrmAssessmentRound(models.Model):
    """A checklist is about an interaction, and tied to it."""

    _name = "crm.assessment.round"
    _inherit = ["crm.assessment.round"]

    partner_id = fields.Many2one(
        compute="_compute_partner_id", store=True, precompute=True, readonly=False
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Lead or Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("lead_id", "referral_id", "candidate_id")
    def _compute_partner_id(self):
        for round_ in self:
            # Whom it is about is settled when it starts.
            if not round_._origin:
                round_.partner_id = (
                    round_.lead_id.partner_id
                    or round_.referral_id.partner_id
                    or round_.candidate_id.referral_id.partner_id
                    or round_.partner_id
                )

    @api.depends("framework_id")
    def _compute_user_id(self):
        for round_ in self:
            if round_.framework_id.respondents == "review" and not round_.user_id:
                partner = round_.partner_id
                round_.user_id = self._get_default_agent(
                    partner.user_id or partner.commercial_partner_id.user_id
                )
        return super()._compute_user_id()

    # === CONSTRAINT METHODS === #

    @api.constrains(
        "framework_id", "partner_id", "lead_id", "referral_id", "candidate_id"
    )
    def _check_interaction(self):
        for round_ in self:
            if round_.respondents == "review" and not (
                round_.partner_id
                or round_.lead_id
                or round_.referral_id
                or round_.candidate_id
            ):
                raise ValidationError(
                    self.env._(
                        "Say which conversation this is about: choose the customer, "
                        "or a lead."
                    )
                )

    # === ACTION METHODS === #

    def action_start(self):
        """Go straight to the answers of a checklist that was just made.

        :return: a window action
        """
        self.ensure_one()
        if self.state == "draft":
            self._start()
        return self._open_checklist()

    def action_coach(self):
        """Plan a coaching for the agent.

        :return: a window action
        """
        self.ensure_one()
        letters = self._get_letters()
        weakest = sorted(
            (section for section in letters if letters[section]["score"] is not False),
            key=lambda section: letters[section]["score"],
        )
        return {
            "name": self.env._("Coaching"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_kind": "coaching",
                "default_section_id": weakest[0].id if weakest else False,
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def start_checklist(self, record):
        """Prepare a BE SURE checklist about an interaction, or go on with the open one.

        Nothing is made by looking: a new one begins with the button on its form.

        :param record: a res.partner, crm.lead, crm.referral or crm.referral.candidate
        :return: a window action: what waits for the user, else an empty checklist
        """
        record.ensure_one()
        waiting = self._find_waiting(record)
        if waiting:
            return waiting._open_checklist()
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        values = {
            "framework_id": framework.id,
            "company_id": record.company_id.id or self.env.company.id,
            "user_id": self._get_default_agent(record.user_id).id,
            **self._prepare_interaction_values(record),
        }
        return {
            **self.browse()._open_checklist(),
            "context": {
                "assessment_framework": "be_sure",
                **{f"default_{fname}": value for fname, value in values.items()},
            },
        }

    @api.model
    def _find_waiting(self, record):
        """:return: the checklist about a record that the user goes on with, if any.

        The one they are to fill in comes first, then a draft of theirs, then the one
        of the agent whom they ask.
        """
        rounds = self.search(
            [
                (self._get_interaction_field(record._name), "=", record.id),
                ("respondents", "=", "review"),
                ("state", "in", ("draft", "open")),
            ],
            order="id",
        )
        if record._name == "res.partner":
            # What is about a lead of the customer's is found on the lead.
            rounds = rounds.filtered(
                lambda r: not (r.lead_id or r.referral_id or r.candidate_id)
            )
        elif record._name == "crm.referral":
            rounds = rounds.filtered(lambda r: not r.candidate_id)
        own = rounds.filtered("my_assessment_id")
        drafts = rounds.filtered(
            lambda r: r.state == "draft" and r.create_uid == self.env.user
        )
        agent = self._get_default_agent(record.user_id)
        of_agent = rounds.filtered(
            lambda r: (
                r.state == "open" and r.user_id == agent and agent != self.env.user
            )
        )
        return (own or drafts or of_agent)[:1]

    @api.model
    def _get_default_agent(self, owner):
        """Who looks back: the owner, for who leads them; others at their own work.

        :param owner: the res.users who serves the customer, or none
        """
        user = self.env.user
        if not owner or user.has_group("sales_team.group_sale_manager"):
            return owner or user
        team = self.env["crm.team"]._get_default_team_id(user_id=owner.id)
        return owner if team.user_id == user else user

    @api.model
    def _get_interaction_field(self, model_name):
        """:return: the field that ties a checklist to a record of the model.
        :rtype: str
        """
        return INTERACTION_FIELDS[model_name]

    @api.model
    def _prepare_interaction_values(self, record):
        """:return: values that tie a checklist to an interaction.
        :rtype: dict
        """
        if record._name == "crm.lead":
            return {"lead_id": record.id, "partner_id": record.partner_id.id}
        if record._name == "crm.referral":
            return {
                "referral_id": record.id,
                "candidate_id": False,
                "partner_id": record.partner_id.id,
            }
        if record._name == "crm.referral.candidate":
            return {
                "candidate_id": record.id,
                "referral_id": record.referral_id.id,
                "partner_id": record.referral_id.partner_id.id,
            }
        return {
            "partner_id": record.id,
            "lead_id": False,
            "referral_id": False,
            "candidate_id": False,
        }

    def _open_checklist(self):
        """:return: a window action: what the user is to answer, else the round."""
        if self.my_assessment_id:
            return self.action_answer()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_assessment_round_be_sure_action"
            ),
            "res_id": self.id,
            "views": [
                (
                    self.env.ref(
                        "crm_referral.crm_assessment_round_view_form_be_sure"
                    ).id,
                    "form",
                )
            ],
        }
