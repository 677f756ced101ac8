from odoo import api, fields, models

MANAGER = "crm_referral_service.group_service_manager"


class CrmComplaintActingMixin(models.AbstractModel):
    """Ownership stays with who took it first; the turn goes to who is on duty now.

    The customer is not left with somebody who is not there.
    """

    _name = "crm.complaint.acting.mixin"
    _description = "Who Acts for the Owner"
    _inherit = ["crm.guided.conversation"]

    acting_user_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_acting_user_id",
        string="Today",
        help="Who answers now: the owner, or somebody on duty while the owner is not.",
    )

    # === COMPUTE METHODS === #

    @api.depends("user_id", "team_id", "is_confidential")
    def _compute_acting_user_id(self):
        on_duty = self.team_id._get_users_on_duty()
        for record in self:
            present = on_duty.get(record.team_id, record.user_id.browse())
            record.acting_user_id = record._choose_acting_user(present)

    # === BUSINESS METHODS === #

    def _choose_acting_user(self, present):
        """Who acts now: the owner if there, else who is there and may work on it.

        :param present: the res.users who are on duty
        :return: one of them, or the owner, or who does the next step
        """
        self.ensure_one()
        owner = self._get_step_activity_user()
        # sudo: who is on which team is not a secret
        members = self.sudo().team_id.member_ids
        able = present.sudo().filtered(
            lambda user: (
                user == owner
                or user.has_group(MANAGER)
                or (user in members and not self.is_confidential)
            )
        )
        return (able & owner or able[:1] or owner).sudo(self.env.su)
