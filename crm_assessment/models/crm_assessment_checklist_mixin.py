from odoo import api, fields, models
from odoo.exceptions import ValidationError

INTERACTION = "crm.assessment.interaction.mixin"


class CrmAssessmentChecklistMixin(models.AbstractModel):
    """A checklist is about an interaction, and tied to it."""

    _name = "crm.assessment.checklist.mixin"
    _description = "Looks Back at an Interaction"
    _inherit = ["crm.assessment.subject.mixin"]

    partner_id = fields.Many2one(
        compute="_compute_partner_id", store=True, precompute=True, readonly=False
    )
    has_interaction = fields.Boolean(
        compute="_compute_has_interaction",
        help="It is about more than the customer, who follows from it.",
    )

    # === COMPUTE METHODS === #

    @api.depends(lambda self: self._get_interaction_fields())
    def _compute_partner_id(self):
        for round_ in self:
            # Whom it is about is settled when it starts.
            if not round_._origin:
                interactions = round_._get_interactions()
                partners = [each._get_interaction_partner() for each in interactions]
                round_.partner_id = next(filter(None, partners), round_.partner_id)

    @api.depends(lambda self: self._get_interaction_fields())
    def _compute_has_interaction(self):
        for round_ in self:
            round_.has_interaction = bool(round_._get_interactions())

    def _propose_agent(self):
        """The agent of a checklist is who looks after the customer, if the user may say
        so.
        """
        for round_ in self:
            if round_.framework_id.is_checklist and not round_.user_id:
                partner = round_.partner_id
                round_.user_id = self._get_default_agent(
                    partner.user_id or partner.commercial_partner_id.user_id
                )

    # === CONSTRAINT METHODS === #

    @api.constrains(
        lambda self: ["framework_id", "partner_id", *self._get_interaction_fields()]
    )
    def _check_interaction(self):
        for round_ in self:
            if round_.is_checklist and not (
                round_.partner_id or round_.has_interaction
            ):
                raise ValidationError(
                    self.env._(
                        "Say which conversation this is about: choose the customer."
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
        """Prepare a checklist about an interaction, or go on with the open one.

        Nothing is made by looking: a new one begins with the button on its form.

        :param record: a record with ``crm.assessment.interaction.mixin``
        :return: a window action: what waits for the user, else an empty checklist
        """
        record.ensure_one()
        waiting = self._find_waiting(record)
        if waiting:
            return waiting._open_checklist()
        framework = self._get_checklist_framework()
        values = {
            "framework_id": framework.id,
            "company_id": record.company_id.id or self.env.company.id,
            "user_id": self._get_default_agent(record.user_id).id,
            **self._prepare_interaction_values(record),
        }
        return {
            **self.browse()._open_checklist(),
            "context": {
                "assessment_framework": framework.code,
                **{f"default_{fname}": value for fname, value in values.items()},
            },
        }

    @api.model
    def _find_waiting(self, record):
        """:return: the checklist about a record that the user goes on with, if any.

        The one they are to fill in comes first, then a draft of theirs, then the one
        of the agent whom they ask.
        """
        # What is about a part of it, or comes of it, is found there.
        values = self._prepare_interaction_values(record)
        fnames = [record._interaction_field, *self._get_interaction_fields()]
        rounds = self.search(
            [
                *((fname, "=", values[fname]) for fname in fnames),
                ("is_checklist", "=", True),
                ("state", "in", ("draft", "open")),
            ],
            order="id",
        )
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
        if not owner or user.has_group("crm_assessment.group_assessment_manager"):
            return owner or user
        team = self.env["crm.team"]._get_default_team_id(user_id=owner.id)
        return owner if team.user_id == user else user

    @api.model
    def _get_checklist_framework(self):
        """:return: the framework of the checklists about an interaction"""
        return self.env["crm.assessment.framework"].search(
            [("is_checklist", "=", True)], limit=1
        )

    @api.model
    def _get_interaction_fields(self):
        """:return: the fields that tie a checklist to more than a customer
        :rtype: list[str]
        """
        models = self.pool[INTERACTION]._inherit_children
        fnames = {self.pool[name]._interaction_field for name in models}
        return sorted(fnames - {None, "partner_id"})

    def _get_interactions(self):
        """:return: the records that this is about, beside the customer
        :rtype: list
        """
        self.ensure_one()
        return [self[fname] for fname in self._get_interaction_fields() if self[fname]]

    @api.model
    def _prepare_interaction_values(self, record):
        """:return: values that tie a checklist to an interaction, and to no other.
        :rtype: dict
        """
        return {
            **dict.fromkeys(self._get_interaction_fields(), False),
            "partner_id": record._get_interaction_partner().id,
            record._interaction_field: record.id,
            **record._prepare_interaction_values(),
        }

    def _open_checklist(self):
        """:return: a window action: what the user is to answer, else the round."""
        if self.my_assessment_id:
            return self.action_answer()
        framework = self.framework_id or self._get_checklist_framework()
        return {
            **framework._get_rounds_action(),
            "res_id": self.id,
            "views": [(framework._get_rounds_form().id, "form")],
        }
