from odoo import api, fields, models


class CrmReferralBlacklistMixin(models.AbstractModel):
    """A blacklist of Odoo on which those are who have objected.

    It holds the address itself, so who has objected is on it only as long as we hold
    the address anyway; then the keyed hash remembers alone. What somebody else has
    noted is left alone.
    """

    _name = "crm.referral.blacklist.mixin"
    _description = "Blacklist with Objections"
    # The field with the address or number.
    _contact_field = None

    is_of_objection = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="On the list because a candidate has objected, and for no other reason.",
    )

    @api.model
    def _note_objections(self, contacts):
        """:param contacts: normalized addresses or numbers of who has objected"""
        if not contacts:
            return
        # sudo: who notes an objection need not administer the blacklist
        Blacklist = self.sudo().with_context(active_test=False)
        known = Blacklist.search([(self._contact_field, "in", list(contacts))])
        again = known.filtered(lambda entry: not entry.active)
        again.write({"active": True, "is_of_objection": True})
        new = set(contacts) - set(known.mapped(self._contact_field))
        Blacklist.create(
            [
                {self._contact_field: contact, "is_of_objection": True}
                for contact in sorted(new)
            ]
        )

    @api.model
    def _forget_objections(self, contacts):
        """:param contacts: addresses or numbers that we no longer hold"""
        if not contacts:
            return
        # sudo: see above
        self.sudo().with_context(active_test=False).search(
            [
                (self._contact_field, "in", list(contacts)),
                ("is_of_objection", "=", True),
            ]
        ).unlink()
