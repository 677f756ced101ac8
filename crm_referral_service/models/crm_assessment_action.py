from odoo import api, fields, models

PRIORITIES = [("0", "Normal"), ("1", "Important"), ("2", "Urgent")]


class CrmAssessmentAction(models.Model):
    """What is done about a cause that complaints and contacts have shown."""

    _name = "crm.assessment.action"
    _inherit = [
        "crm.service.effect.mixin",
        "crm.service.relearned.mixin",
        "crm.service.told.mixin",
        "crm.assessment.action",
    ]

    kind = fields.Selection(
        selection_add=[("learning", "Learning")],
        ondelete={"learning": "set default"},
    )
    priority = fields.Selection(selection=PRIORITIES, default="0", index=True)
    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        groups="crm_referral_service.group_service_user",
        help="The complaint in which the cause showed.",
    )
    contact_id = fields.Many2one(
        comodel_name="crm.service.contact",
        string="Service Contact",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        groups="crm_referral_service.group_service_user",
        help="The contact in which the cause showed.",
    )
    reason_id = fields.Many2one(
        comodel_name="crm.service.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="crm_referral_service.group_service_user",
        help="What customers turned to us for. It shows whether the action has worked.",
    )
    learn_with_id = fields.Many2one(
        comodel_name="res.users",
        string="With Whom",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        help="Who shows them: somebody of the lab, or a field technician.",
    )
    council_id = fields.Many2one(
        comodel_name="crm.service.council",
        string="Decided In",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        help="The meeting of the improvement council that decided on it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("complaint_id", "contact_id")
    def _compute_reason_id(self):
        for action in self:
            # sudo: what it was about, of what may be read
            action_sudo = action.sudo()
            action.reason_id = (
                action_sudo.complaint_id.reason_id
                or action_sudo.contact_id.reason_id
                or action.reason_id
            )

    @api.onchange("reason_id")
    def _onchange_reason_id(self):
        """Who owns the reason sees to it, in the area in which it mostly lies."""
        reason = self.reason_id.sudo()  # sudo: who owns it is told to who meets it
        if reason.section_ids and not self.section_id:
            self.section_id = reason.section_ids[:1].sudo(False)
        if reason.owner_id.active and not self._origin:
            self.user_id = reason.owner_id.sudo(False)

    @api.depends("complaint_id.team_id", "council_id.team_id")
    def _compute_team_id(self):
        """Who sees to it: the team of the round, of the complaint, of the council."""
        result = super()._compute_team_id()
        for action in self.filtered(lambda action: not action.team_id):
            # sudo: what is confidential stays with who answers for it
            complaint = action.sudo().complaint_id
            open_to_team = complaint.filtered(lambda c: not c.is_confidential)
            action.team_id = open_to_team.team_id or action.sudo().council_id.team_id
        return result

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._note_in_complaints()
        return actions

    # === BUSINESS METHODS === #

    @api.model
    def _forget_complaints(self, complaints):
        """Complaints have become confidential: more people see what is done about the
        cause than may know who complained, and in which words. In sudo mode.
        """
        actions = self.search([("complaint_id", "in", complaints.ids)])
        for action in actions.with_context(tracking_disable=True):
            complaint = action.complaint_id
            is_told = bool(complaint.story) and complaint.story in (action.cause or "")
            is_theirs = action.partner_id == complaint.partner_id
            has_origin = action.round_id or action.assessment_id
            action.write(
                {
                    "cause": False if is_told else action.cause,
                    "partner_id": not (is_theirs and not has_origin)
                    and action.partner_id.id,
                    "team_id": action.team_id != complaint.team_id
                    and action.team_id.id,
                }
            )
            action._compute_team_id()

    def _measure(self):
        """What shows whether it has worked: contacts, where it has a reason."""
        # sudo: the owner may have no other right to checklists
        learned = self.sudo()._measure_learning().get(self.sudo())
        if learned:
            before, _count, after, count = learned
            area = self.section_id.sudo().name  # sudo: as above
            return {
                "label": self.env._("Score of %(area)s", area=area),
                "before": False if before is None else before,
                "after": False if after is None else after,
                "n": count,
            }
        # sudo: the owner may have no other right to contacts
        reason = self.sudo().reason_id
        if not reason:
            return super()._measure()
        return {
            "label": self.env._("Contacts: %(reason)s", reason=reason.display_name),
            "before": self.effect_days and self.contacts_before,
            "after": self.effect_days and self.contacts_after,
            "n": self.contacts_before + self.contacts_after,
        }

    def _note_done(self):
        result = super()._note_done()
        # sudo: these figures are kept by the system
        self.sudo().filtered(lambda action: action.state != "done")._forget_effect()
        return result

    def _note_in_complaints(self):
        """A complaint knows what is done about its cause, unless it does already."""
        # sudo: who does not read complaints has none here, see the check
        for action in self.sudo().filtered("complaint_id"):
            complaint = action.complaint_id.sudo(self.env.su)
            complaint.check_access("write")
            if not complaint.action_id:
                complaint.action_id = action.sudo(self.env.su)
