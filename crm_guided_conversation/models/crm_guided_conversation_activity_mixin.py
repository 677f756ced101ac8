from datetime import timedelta

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from odoo.addons.crm_foundation.tools.local_time import today


class CrmGuidedConversationActivityMixin(models.AbstractModel):
    """The next step always is an activity with a due date, for somebody who is there.

    A concrete model names its activity type in ``_step_activity_type``.
    """

    _name = "crm.guided.conversation.activity.mixin"
    _description = "Activity for the Current Step"
    _inherit = [
        "crm.guided.conversation.gate.mixin",
        "crm.batch.mixin",
        "mail.activity.mixin",
    ]

    # The external id of the mail.activity.type of the steps.
    _step_activity_type = None

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "user_id" in vals:
            # sudo: whoever hands a record over may not see it any more afterwards
            self.sudo()._reassign_step_activity()
        return result

    # === BUSINESS METHODS === #

    def _on_step_entered(self):
        """Each stay in a step has its activity."""
        result = super()._on_step_entered()
        self._schedule_step_activity()
        return result

    def _get_step_activity_users(self):
        """Who may do the next step, the first of them who is still there does it.

        :return: res.users, in their order
        """
        self.ensure_one()
        return self.user_id | self.create_uid

    def _get_step_activity_user(self):
        """:return: who does the next step: somebody who has not left."""
        self.ensure_one()
        # sudo: whether somebody has left is not a secret
        users_sudo = self.sudo()._get_step_activity_users()
        present = users_sudo.filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )
        return (present[:1] or self._get_job_responsible()).sudo(self.env.su)

    def _schedule_step_activity(self):
        """Replace the activity of the last step by one for the current step.

        The next step always is an activity with a due date for somebody.
        """
        self._unlink_step_activity()
        # Who gets the record is told so by Odoo; not of its activity on top.
        Activity = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        Activity._schedule_batch(
            self._step_activity_type,
            {
                record: record._prepare_step_activity()
                for record in self
                if not record._is_conversation_closed()
            },
        )

    def _get_step_deadline(self, user):
        """Until when the current step is to be done; other rules override this.

        :param user: the res.users who does the step: the day is theirs
        :return: a date
        """
        self.ensure_one()
        days = timedelta(days=self.step_id.deadline_days)
        return today(self.env, user, self.env.company) + days

    def _prepare_step_activity(self):
        """:return: values of the activity for the current step."""
        self.ensure_one()
        user = self._get_step_activity_user()
        return {
            "date_deadline": self._get_step_deadline(user),
            "summary": lambda record: record.step_id.name,
            "user_id": user.id,
        }

    def _on_step_activity_done(self):
        """The activity was ticked off, the step was not left: say so, plan it again."""
        ongoing = self.filtered(lambda record: not record._is_conversation_closed())
        ongoing._schedule_step_activity()
        bodies = {}
        for record in ongoing:
            missing = record._get_missing_requirements(record.step_id)
            body = self.env._(
                "The step “%(step)s” goes on, so its activity was planned again.",
                step=record.step_id.name,
            )
            if missing:
                body = self.env._(
                    "The step “%(step)s” is not finished, so its activity was planned "
                    "again. Still missing:\n%(missing)s",
                    step=record.step_id.name,
                    missing="\n".join(f"- {sentence}" for sentence in missing),
                )
            bodies[record.id] = plaintext2html(body)
        if bodies:
            ongoing._message_log_batch(bodies)

    def _unlink_step_activity(self):
        self.activity_unlink([self._step_activity_type])

    def _reassign_step_activity(self):
        """Hand the open step activity over when the record changes hands.

        Also when it is taken off somebody: it has to be somebody's work.
        """
        # Who gets the record is told so by Odoo; not of its activity on top.
        quietly = self.with_context(mail_activity_quick_update=True)
        by_user = quietly.grouped(lambda record: record._get_step_activity_user())
        for user, records in by_user.items():
            records.activity_reschedule([self._step_activity_type], new_user_id=user.id)

    @api.model
    def _get_open_conversation_domain(self):
        """:return: domain of the conversations that go on."""
        return Domain.TRUE

    @api.model
    def _get_idle_domain(self, activity_type_xmlid):
        """:return: domain of records on which nobody who is there has this activity."""
        activity_type = self.env.ref(activity_type_xmlid)
        return Domain(
            "activity_ids",
            "not any",
            [
                ("activity_type_id", "=", activity_type.id),
                ("user_id.active", "=", True),
            ],
        )

    @api.model
    def _cron_ensure_step_activity(self, batch_size=500):
        """Schedule the next step where nobody has it to do, in every conversation.

        Its activity was deleted or never made, or it is of somebody who has left.
        """
        for model in self._get_conversation_models():
            Model = self.env[model]
            for domain, method_name in Model._get_idle_work():
                Model._process_in_batches(domain, method_name, batch_size=batch_size)

    @api.model
    def _get_conversation_models(self):
        """:return: names of all models whose records are guided conversations."""
        engine = self.pool["crm.guided.conversation"]
        return [
            name
            for name, model in self.pool.items()
            if issubclass(model, engine) and not model._abstract
        ]

    @api.model
    def _get_idle_work(self):
        """:return: domain of what nobody has to do, and the method that plans it.
        :rtype: list[tuple]
        """
        idle = self._get_open_conversation_domain()
        idle &= self._get_idle_domain(self._step_activity_type)
        return [(idle, "_schedule_step_activity")]

    @api.model
    def _hand_on_work(self, users):
        """What these users had to do becomes somebody's who is there."""
        for domain, method_name in self._get_idle_work():
            records = self.search(domain & Domain("user_id", "in", users.ids))
            getattr(records, method_name)()
