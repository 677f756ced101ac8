from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmGuidedConversationGateMixin(models.AbstractModel):
    """Steps that nobody jumps over, and the log of the time in each of them.

    The gate is in the data, not in the buttons: whoever writes ``step_id`` (a button, a
    kanban drag, an import, a call through the API) only gets past a step that is
    complete or that was skipped with a reason.
    """

    _name = "crm.guided.conversation.gate.mixin"
    _description = "Steps That Nobody Jumps Over"
    _inherit = ["mail.tracking.duration.mixin"]
    _track_duration_field = "step_id"

    step_id = fields.Many2one(
        comodel_name="crm.guided.conversation.step",
        required=True,
        default=lambda self: self._default_step_id(),
        group_expand="_read_group_step_ids",
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="Where the conversation is. It goes on when nothing is missing any more.",
    )
    step_log_ids = fields.One2many(
        comodel_name="crm.guided.conversation.step.log", readonly=True, copy=False
    )
    date_last_stage_update = fields.Datetime(
        string="In This Step Since",
        default=lambda self: self._default_date_last_stage_update(),
        readonly=True,
        copy=False,
    )
    step_code = fields.Char(related="step_id.code", export_string_translation=False)
    step_number = fields.Integer(compute="_compute_step_progress", aggregator=None)
    step_count = fields.Integer(
        string="Number of Steps", compute="_compute_step_progress", aggregator=None
    )
    step_progress = fields.Json(
        compute="_compute_step_progress",
        help="Which steps are done or skipped, and which are still to come.",
    )
    step_purpose = fields.Text(related="step_id.purpose")
    step_hint = fields.Text(related="step_id.hint")
    missing_requirements = fields.Text(
        string="Still Missing",
        compute="_compute_missing_requirements",
        help="What the current step still lacks, one sentence a line.",
    )

    is_step_unsaved = fields.Boolean(
        compute="_compute_missing_requirements",
        export_string_translation=False,
        help="What the current step needs is only typed so far.",
    )

    # === DEFAULT METHODS === #

    def _default_date_last_stage_update(self):
        return self.env.cr.now()

    def _default_step_id(self):
        return self._get_steps()[:1]

    # === COMPUTE METHODS === #

    @api.depends(lambda self: self._get_progress_dependencies())
    @api.depends_context("lang")
    def _compute_step_progress(self):
        steps = self._get_steps()
        for record in self:
            skipped = record._get_skipped_steps()
            closed = record._is_conversation_closed()
            progress = []
            for step in steps:
                if step == record.step_id and not closed:
                    state = "current"
                elif step in skipped:
                    state = "skipped"
                elif step.sequence < record.step_id.sequence:
                    state = "done"
                elif step == record.step_id:
                    state = "ended"
                else:
                    state = "todo"
                progress.append({"id": step.id, "name": step.name, "state": state})
            record.step_count = len(steps)
            record.step_number = (
                list(steps).index(record.step_id) + 1 if record.step_id in steps else 0
            )
            record.step_progress = progress

    @api.depends(lambda self: self._get_requirement_dependencies())
    def _compute_missing_requirements(self):
        for record in self:
            record.is_step_unsaved = not record.id
        ongoing = self.filtered(
            lambda record: record.step_id and not record._is_conversation_closed()
        )
        (self - ongoing).missing_requirements = False
        # What a conversation that has ended is made of need not be read.
        for record in ongoing.with_prefetch(ongoing._ids):
            missing = record._get_missing_requirements(record.step_id)
            record.missing_requirements = "\n".join(missing) or False

    @api.model
    def _read_group_step_ids(self, steps, domain):
        """Show all steps in the kanban, also the empty ones."""
        return self._get_steps()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_step_gate()
        records._on_step_entered()
        return records

    def write(self, vals):
        if "step_id" not in vals:
            return super().write(vals)
        self.check_access("write")
        # sudo: whoever hands a record over may not see it any more afterwards
        self_sudo = self.sudo()
        previous_steps = {record: record.step_id for record in self_sudo}
        moved = self_sudo.filtered(lambda record: record.step_id.id != vals["step_id"])
        moved._check_conversation_open()
        if moved:
            vals = dict(vals, date_last_stage_update=self.env.cr.now())
        result = super().write(vals)
        moved._check_step_gate(previous_steps)
        moved._log_step_left(previous_steps)
        moved._on_step_entered()
        return result

    # === ACTION METHODS === #

    def action_next_step(self):
        """Leave the current step, which must be complete; end after the last one.

        :return: True
        :raise UserError: when something is still missing; says what
        """
        self._check_conversation_open()
        last_step = self._get_steps()[-1:]
        ending = self.filtered(lambda record: record._ends_at_current_step())
        for record in self:
            # A conversation that ends before its last step does so with less.
            if record not in ending or record.step_id == last_step:
                record._check_step_complete(record.step_id)
        ending._finish_conversation()
        (self - ending)._move_steps(1)
        return True

    def action_finish(self):
        """Leave the last step; to override where something is asked before.

        :return: True, or a window action: the question
        """
        return self.action_next_step()

    def action_previous_step(self):
        """Go one step back; free at any time. Nothing that was noted is lost.

        :return: True
        """
        self._check_conversation_open()
        self._move_steps(-1)
        return True

    def action_skip_step(self, reason):
        """Leave the current step unfinished, with a written reason.

        :param str reason: why; kept in the step log and in the chatter
        :return: True
        :raise UserError: when the reason is empty
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._(
                    "Write in a few words why you skip this step, then try again."
                )
            )
        self._check_conversation_open()
        self.check_access("write")
        self._close_step_log("skipped", reason)
        self._message_log_batch(
            {
                record.id: self.env._(
                    "Step skipped: %(step)s. Reason: %(reason)s",
                    step=record.step_id.name,
                    reason=reason,
                )
                for record in self
            }
        )
        last_step = self._get_steps()[-1:]
        ending = self.filtered(lambda record: record.step_id == last_step)
        ending._finish_conversation()
        (self - ending)._move_steps(1)
        return True

    # === BUSINESS METHODS - TO OVERRIDE === #

    def _get_progress_dependencies(self):
        """:return: fields that tell which steps are done, skipped and still to come."""
        return ["step_id"]

    def _get_requirement_dependencies(self):
        """:return: fields that the requirements of all steps read."""
        return ["step_id"]

    def _is_conversation_closed(self):
        """:return: whether the conversation has ended and its step no longer moves."""
        self.ensure_one()
        return False

    def _ends_at_current_step(self):
        """:return: whether the conversation ends when the current step is left."""
        self.ensure_one()
        return self.step_id == self._get_steps()[-1:]

    def _finish_conversation(self):
        """End the conversation; called when its last step is left."""

    def _on_step_entered(self):
        """A new stay in the current step begins; each has its log."""
        self._log_step_entered()

    # === BUSINESS METHODS === #

    @api.model
    def _get_steps(self):
        """:return: all steps of this conversation, in their order."""
        Step = self.env[self._fields["step_id"].comodel_name]
        return Step.browse(Step._get_step_ids())

    def _get_missing_requirements(self, step):
        """What the given step still lacks for this record.

        :param step: a step of this conversation
        :return: sentences for the user; empty when the step is complete
        :rtype: list[str]
        """
        self.ensure_one()
        return getattr(self, f"_get_missing_{step.code}")()

    def _get_skipped_steps(self):
        """:return: the steps that were skipped the last time they were entered."""
        self.ensure_one()
        last_log_by_step = {log.step_id: log for log in self.step_log_ids.sorted("id")}
        skipped = self.step_id.browse()
        for step, log in last_log_by_step.items():
            if log.outcome == "skipped":
                skipped |= step
        return skipped

    def _check_conversation_open(self):
        """:raise UserError: when one of the conversations has ended."""
        for record in self:
            if record._is_conversation_closed():
                raise UserError(
                    self.env._(
                        "“%(record)s” has ended, so its step cannot change. Reopen it "
                        "first.",
                        record=record.display_name,
                    )
                )

    def _check_step_complete(self, step):
        """:raise UserError: when the step is neither complete nor skipped."""
        self.ensure_one()
        missing = self._get_missing_requirements(step)
        if missing and step not in self._get_skipped_steps():
            raise UserError(
                self.env._(
                    "Step “%(step)s” of %(record)s is not finished yet:\n%(missing)s\n"
                    "Finish it, or skip it with a reason.",
                    step=step.name,
                    record=self.display_name,
                    missing="\n".join(f"- {sentence}" for sentence in missing),
                )
            )

    def _check_step_gate(self, previous_steps=None):
        """Nobody jumps over an unfinished step.

        :param dict previous_steps: the step each record comes from; records that went
            back are free
        :raise UserError: when a step before the current one is neither complete nor
            skipped
        """
        steps = self._get_steps()
        for record in self:
            if previous_steps and record.step_id.sequence < (
                previous_steps[record].sequence
            ):
                continue
            for step in steps:
                if step.sequence < record.step_id.sequence:
                    record._check_step_complete(step)

    def _move_steps(self, offset):
        """Move each record ``offset`` steps on, within the first and the last step."""
        steps = list(self._get_steps())
        for step, records in self.grouped("step_id").items():
            index = min(max(steps.index(step) + offset, 0), len(steps) - 1)
            records.write({"step_id": steps[index].id})

    def _close_step_log(self, outcome, reason=None):
        """Note in the step log that the current step was left."""
        # sudo: nobody writes the log by hand, also not a manager
        open_logs = self.sudo().step_log_ids.filtered(lambda log: not log.outcome)
        open_logs.write(
            {
                "outcome": outcome,
                "reason": reason,
                "left_on": self.env.cr.now(),
                "left_by_id": self.env.uid,
            }
        )

    def _log_step_left(self, previous_steps):
        """Close the logs of the steps left, and log those passed on the way."""
        by_direction = self.grouped(
            lambda record: (
                "back"
                if record.step_id.sequence < previous_steps[record].sequence
                else "done"
            )
        )
        for outcome, records in by_direction.items():
            records._close_step_log(outcome)
        steps = self._get_steps()
        now = self.env.cr.now()
        stays = []
        for record in by_direction.get("done", []):
            skipped = record._get_skipped_steps()
            passed = steps.filtered(
                lambda step, record=record: (
                    previous_steps[record].sequence
                    < step.sequence
                    < record.step_id.sequence
                )
            )
            stay = {
                "entered_on": now,
                "left_on": now,
                "left_by_id": self.env.uid,
                "outcome": "done",
            }
            stays += [(record, step, stay) for step in passed - skipped]
        self._create_step_logs(stays)

    def _log_step_entered(self):
        """Open a log for the current step of every conversation that goes on."""
        now = self.env.cr.now()
        self._create_step_logs(
            [
                (record, record.step_id, {"entered_on": now})
                for record in self
                if not record._is_conversation_closed()
            ]
        )

    def _create_step_logs(self, stays):
        """:param list stays: each a record, a step and the values of the stay in it"""
        field = self._fields["step_log_ids"]
        # sudo: nobody writes the log by hand, also not a manager
        self.env[field.comodel_name].sudo().create(
            [
                {**vals, field.inverse_name: record.id, "step_id": step.id}
                for record, step, vals in stays
            ]
        )
