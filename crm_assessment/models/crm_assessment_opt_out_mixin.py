from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class CrmAssessmentOptOutMixin(models.AbstractModel):
    """A person who does not want to be asked for their view is not asked.

    It holds for the person, for everybody who has the same e-mail address, and for all
    persons of a company that said so.
    """

    _name = "crm.assessment.opt.out.mixin"
    _description = "Says No to Being Asked"
    _protected_fields = frozenset({"assessment_opt_out"})

    assessment_opt_out = fields.Boolean(
        string="Not Asked for Their View",
        readonly=True,
        copy=False,
        groups="crm_assessment.group_assessment_user",
        help="No round asks this person any more, and no mail reminds them of one.",
    )

    # The few who said no are found whoever is asked.
    _assessment_opt_out_idx = models.Index("(id) WHERE assessment_opt_out IS TRUE")

    # === ACTION METHODS === #

    def action_assessment_opt_out(self):
        """Note that these customers do not want to be asked for their view.

        :return: True
        """
        self._check_assessment_group("crm_assessment.group_assessment_user")
        self.check_access("read")
        self._opt_out_of_assessments(
            self.env._(
                "%(user)s noted: not to be asked for their view any more.",
                user=self.env.user.name,
            )
        )
        return True

    def action_assessment_opt_in(self, reason=None):
        """Let a customer be asked again; managers only, with a reason.

        :param str reason: why; without one it is asked for
        :return: True, or a window action that asks for the reason
        """
        self._check_assessment_group("crm_assessment.group_assessment_manager")
        self.check_access("read")
        if reason is None:
            self.ensure_one()
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "crm_assessment.crm_assessment_opt_in_action"
            )
            action["context"] = {"default_partner_id": self.id}
            return action
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why this customer may be asked again."))
        self._opt_in_to_assessments(
            self.env._(
                "%(user)s: may be asked for their view again. %(reason)s",
                user=self.env.user.name,
                reason=reason.strip(),
            )
        )
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _check_assessment_group(self, group):
        """:raise AccessError: for who is not in the group"""
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "Only a manager lets a customer be asked again who did not want to "
                    "be. Ask yours, and say why."
                )
                if group.endswith("manager")
                else self.env._("You have no right to assessments.")
            )

    def _filter_opted_out(self):
        """:return: those of these persons who are not asked, in their own mode."""
        opted_out = self._search_opted_out()
        if not opted_out:
            return self.browse()
        addresses = set(opted_out.mapped("email_normalized")) - {False}

        def is_opted_out(partner):
            # sudo: whether somebody may be asked, whoever may see them
            partner_sudo = partner.sudo()
            return (
                partner_sudo in opted_out
                or partner_sudo.commercial_partner_id in opted_out
                or partner_sudo.email_normalized in addresses
            )

        return self.filtered(is_opted_out)

    def _search_opted_out(self):
        """:return: who of these, their companies, and those with the same address said
        no, in sudo mode
        """
        # sudo: whether somebody may be asked, whoever may see them
        partners_sudo = self.sudo().with_context(active_test=False)
        addresses = set(partners_sudo.mapped("email_normalized"))
        return partners_sudo.search(
            Domain("assessment_opt_out", "=", True)
            & (
                Domain("id", "in", (self | partners_sudo.commercial_partner_id).ids)
                | Domain("email_normalized", "in", [*addresses - {False}])
            )
        )

    def _opt_out_of_assessments(self, note):
        """Ask these persons no more, and take back what has not left yet.

        :param str note: who said so, for the chatter
        """
        partners = self._filter_opted_in()
        if not partners:
            return
        # sudo: only these methods write it; the customer's page has no user
        partners_sudo = partners.sudo()
        partners_sudo.write({"assessment_opt_out": True})
        partners_sudo._log_assessment_choice(note)
        # sudo: a colleague's round stops as well
        running = self.env["crm.assessment.round"].sudo()
        running = running.search(
            [
                ("state", "=", "open"),
                ("asks_customer", "=", True),
                ("contact_id", "in", partners.ids),
            ]
        )
        running._on_customer_opted_out()

    def _opt_in_to_assessments(self, note):
        """Let these persons be asked again: also where somebody with the same address
        said no.

        :param str note: who said so, and why, for the chatter
        """
        # sudo: who is among these, whoever looks
        opted_out_sudo = self._search_opted_out().filtered(
            lambda p: p in self.sudo() or p != p.commercial_partner_id
        )
        # sudo: only these methods write it; the customer's page has no user
        opted_out_sudo.write({"assessment_opt_out": False})
        opted_out_sudo._log_assessment_choice(note)

    def _filter_opted_in(self):
        # sudo: the field is not for everybody
        return self.filtered(lambda partner: not partner.sudo().assessment_opt_out)

    def _log_assessment_choice(self, note):
        self._message_log_batch(bodies=dict.fromkeys(self.ids, note))
