from odoo import api, models
from odoo.exceptions import ValidationError


class CrmServiceContactDocumentMixin(models.AbstractModel):
    """The order, the delivery or the invoice that a contact is about.

    A bridge adds a many2one to what has a customer and a company, and names it in
    ``_get_chain_fields``: two contacts about the same order are about the same matter.
    Its group is one that may read all that it can point to, for nobody else may learn
    a name. The analysis has a field of the same name.
    """

    _name = "crm.service.contact.document.mixin"
    _description = "What a Contact Is About"

    @api.model
    def _get_document_fields(self):
        """:return: those fields of the chain that lead to what belongs to a customer
        :rtype: list[str]
        """
        return [
            fname
            for fname in self._get_chain_fields()
            if "partner_id" in self.env[self._fields[fname].comodel_name]
        ]

    def _keep_of_customer(self, fname):
        """Compute a document again: that of another customer goes."""
        for contact in self:
            is_own = contact._is_of_customer(contact[fname])
            contact[fname] = contact[fname] if is_own else False

    def _is_of_customer(self, document):
        """:return: whether a document belongs to the customer, or their company"""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        return document.partner_id.commercial_partner_id == customer

    @api.constrains(lambda self: ("partner_id", *self._get_document_fields()))
    def _check_documents(self):
        # sudo: also what the user does not see
        for contact in self.sudo():
            for fname in self._get_document_fields():
                if contact[fname] and not contact._is_of_customer(contact[fname]):
                    raise ValidationError(
                        self.env._(
                            "%(field)s: choose one of the customer of the contact.",
                            field=self._fields[fname]._description_string(self.env),
                        )
                    )
