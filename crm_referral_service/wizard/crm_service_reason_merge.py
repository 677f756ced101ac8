from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

REASON = "crm.service.reason"


class CrmServiceReasonMerge(models.TransientModel):
    """Several reasons become one, with all that hangs on them.

    Whatever points to a reason is pointed to the one that stays, in SQL: a year of
    contacts, closed ones and those of other companies too, as reasons belong to all.
    """

    _name = "crm.service.reason.merge"
    _description = "Merge Reasons"
    _inherit = ["crm.guarded.mixin"]

    reason_ids = fields.Many2many(
        comodel_name=REASON,
        string="Reasons",
        default=lambda self: self._default_reason_ids(),
        context={"active_test": False},
    )
    into_id = fields.Many2one(
        comodel_name=REASON,
        string="The One that Stays",
        required=True,
        compute="_compute_into_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', reason_ids)]",
        ondelete="cascade",
        help="The others are archived, and all that has them gets this one.",
    )

    # === DEFAULT METHODS === #

    def _default_reason_ids(self):
        if self.env.context.get("active_model") != REASON:
            return self.env[REASON]
        return self.env[REASON].browse(self.env.context.get("active_ids", ()))

    # === COMPUTE METHODS === #

    @api.depends("reason_ids")
    def _compute_into_id(self):
        for wizard in self:
            if wizard.into_id not in wizard.reason_ids:
                wizard.into_id = wizard.reason_ids.filtered("active")[:1]

    # === ACTION METHODS === #

    def action_merge(self):
        """Let one reason stay, and archive the others.

        :return: action that closes the window
        :raise UserError: when they cannot be merged: says why
        """
        self.ensure_one()
        reasons = self.with_context(active_test=False).reason_ids | self.into_id
        reasons.check_access("write")
        others = reasons - self.into_id
        self._check_can_be_merged(reasons, others)
        for field in self._get_pointers():
            self._point_anew(field, others)
        others.active = False
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _check_can_be_merged(self, reasons, others):
        try:
            reasons.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody is working with one of these reasons right now. Try "
                    "again in a moment."
                )
            ) from error
        if not others:
            raise UserError(self.env._("Choose at least two reasons to merge."))
        if not self.into_id.active:
            raise UserError(
                self.env._(
                    "“%(reason)s” is not used any more. Let another reason stay.",
                    reason=self.into_id.display_name,
                )
            )
        branch = self.env[REASON].search([("parent_id", "in", reasons.ids)], limit=1)
        if branch:
            raise UserError(
                self.env._(
                    "“%(reason)s” has parts of its own. Merge these, or move them, "
                    "first.",
                    reason=branch.parent_id.display_name,
                )
            )

    def _get_pointers(self):
        """:return: all stored fields that point to a reason, also of other addons."""
        fnames = []
        for Model in self.env.registry.values():
            if (
                not Model._auto
                or Model._abstract
                or Model._name in (REASON, self._name)
            ):
                continue
            fnames += [
                field
                for field in Model._fields.values()
                if field.comodel_name == REASON
                and Model._name != REASON
                and field.store
                and field.type in ("many2one", "many2many")
            ]
        return fnames

    def _point_anew(self, field, others):
        Model = self.env[field.model_name]
        Model.flush_model([field.name])
        if field.type == "many2one":
            table, column = Model._table, field.name
        else:
            table, column = field.relation, field.column2
            self._drop_doubles(field, others)
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(column)s = %(into)s "
                "WHERE %(column)s = ANY(%(ids)s)",
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                into=self.into_id.id,
                ids=others.ids,
            )
        )
        Model.invalidate_model([field.name])

    def _drop_doubles(self, field, others):
        """Of several of these reasons on one record, one stays."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM %(table)s double
                 USING %(table)s kept
                 WHERE double.%(record)s = kept.%(record)s
                   AND double.%(reason)s = ANY(%(ids)s)
                   AND (kept.%(reason)s = %(into)s
                        OR kept.%(reason)s = ANY(%(ids)s)
                           AND kept.%(reason)s < double.%(reason)s)
                """,
                table=SQL.identifier(field.relation),
                record=SQL.identifier(field.column1),
                reason=SQL.identifier(field.column2),
                into=self.into_id.id,
                ids=others.ids,
            )
        )
