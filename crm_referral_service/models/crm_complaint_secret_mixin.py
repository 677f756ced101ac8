from odoo import api, fields, models
from odoo.exceptions import AccessError

MANAGER = "crm_referral_service.group_service_manager"


def is_seen_by(record, user):
    """:return: whether somebody may see a record of one company"""
    if not user.active or record.company_id not in user.company_ids:
        return False
    seen = record.sudo(False).with_user(user)
    return seen.with_context(allowed_company_ids=record.company_id.ids).has_access(
        "read"
    )


class CrmComplaintSecretMixin(models.AbstractModel):
    """Who may know of a complaint, and that nobody hides one.

    A confidential complaint is for its owner and for service managers. Whoever may not
    see it does not follow it, has nothing to do for it, and reads no name in what is
    told of it elsewhere: in an activity, a mail or a list.
    """

    _name = "crm.complaint.secret.mixin"
    _description = "Who May Know of a Complaint"
    _inherit = ["crm.guided.conversation"]

    is_confidential = fields.Boolean(
        string="Confidential",
        tracking=True,
        help="Only the owner and service managers see it.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if not all(records.mapped("active")):
            self._check_may_archive()
        return records

    def write(self, vals):
        if "active" in vals:
            self._check_may_archive()
        known = self.browse()
        if vals.get("is_confidential"):
            # sudo: also of what the user does not see any more afterwards
            known = self.sudo().filtered(lambda record: not record.is_confidential)
        result = super().write(vals)
        if {"is_confidential", "user_id"} & vals.keys():
            self._keep_confidential()
        known._withdraw_what_was_told()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _check_may_archive(self):
        """What is archived is not open any more: nobody hides a complaint like this.

        :raise AccessError: says what to do instead
        """
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._(
                    "Only a service manager archives complaints. End it instead, with "
                    "the reason."
                )
            )

    def _is_seen_by(self, user):
        """:return: whether somebody may see this complaint"""
        self.ensure_one()
        return is_seen_by(self, user)

    def _get_hidden(self):
        """:return: those of which a colleague reads not even the number, where another
        record names them: Odoo reads the names of linked records for everybody
        """
        if not self.env.user._is_internal():
            return self.browse()
        # sudo: whether it is confidential decides what is told of it
        secret = self.sudo().filtered("is_confidential").sudo(False)
        return (secret - secret._filtered_access("read")).sudo(self.env.su)

    def _get_leader(self):
        """:return: who hears when something goes wrong: who leads the team, or a
        service manager; somebody who may see it. Without any, who does the next step.
        """
        self.ensure_one()
        # sudo: who leads and who manages is not a secret
        record = self.sudo()
        people = (record.team_id.user_id | record._get_managers()).filtered(
            lambda user: not user.share and record._is_seen_by(user)
        )
        return (people[:1] or record._get_step_activity_user()).sudo(self.env.su)

    @api.model
    def _get_managers(self):
        """:return: the service managers, system administrators last; in sudo mode"""
        managers = self.env.ref(MANAGER).sudo().all_user_ids  # sudo: no secret
        return managers.sorted(lambda user: (user._is_system(), user.id))

    def _get_step_activity_users(self):
        """:return: who may do the next step; of a confidential one who may see it"""
        users = super()._get_step_activity_users()
        if not self.is_confidential:
            return users
        return (users | self._get_managers()).filtered(self._is_seen_by)

    def _keep_confidential(self):
        """Who may not see it any more neither hears of it nor has to do anything."""
        # sudo: also what the user does not see any more, and what is of colleagues
        for record in self.sudo().filtered("is_confidential"):
            for document in (record, *record.contact_ids):
                record._close_to_others(document)

    def _close_to_others(self, document):
        """:param document: this complaint or one of its contacts, in sudo mode"""
        activities = document.activity_ids
        users = document.message_partner_ids.user_ids | activities.user_id
        outside = users.filtered(
            lambda user: not user.share and not is_seen_by(document, user)
        )
        if outside:
            document.message_unsubscribe(outside.partner_id.ids)
            theirs = activities.filtered(lambda activity: activity.user_id in outside)
            theirs.write({"user_id": self._get_step_activity_user().id})

    def _withdraw_what_was_told(self):
        """What others learned of these before they became confidential is taken back,
        where it is told: their list of whom to ask, benefits to remind of, what is done
        about the cause, and the name in activities. In sudo mode.

        What the customer has confirmed is their own word, and stays.
        """
        if not self:
            return
        self.env["crm.referral.benefit"]._withdraw_complaints(self)
        self.env["crm.referral.ask"]._forget_moments(self)
        self.env["crm.assessment.action"]._forget_complaints(self)
        # Odoo keeps the name of a document with each activity, done ones included.
        for documents in (self, self.contact_ids):
            named = [
                ("res_model", "=", documents._name),
                ("res_id", "in", documents.ids),
            ]
            Activity = self.env["mail.activity"].with_context(active_test=False)
            Activity.search(named)._compute_res_name()
