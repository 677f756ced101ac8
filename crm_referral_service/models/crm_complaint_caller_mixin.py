from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)

PLACEHOLDERS = {
    "object.customer_name": _lt("the customer's name"),
    "object.user_id.name": _lt("your name"),
    "object.company_id.name": _lt("our company"),
    "object.name": _lt("the number of the complaint"),
    "object.story": _lt("what happened, in the customer's words"),
    "object.feelings": _lt("what the customer feels"),
    "object.wanted_remedy": _lt("what would put it right"),
    "object.common_ground": _lt("what we agree on"),
    "object.our_part": _lt("what we do"),
    "object.gestures": _lt("what we give on top"),
}


class CrmComplaintCallerMixin(models.AbstractModel):
    """Who complains, and whether there is a way back to them."""

    _name = "crm.complaint.caller.mixin"
    _description = "Who Complains"
    _inherit = [
        "crm.service.caller.mixin",
        "crm.service.known.mixin",
        "crm.guided.conversation",
    ]

    partner_phone = fields.Char(string="Customer's Phone")
    no_answer_wanted = fields.Boolean(
        string="Wants No Answer",
        help="The customer only wanted to say it, and leaves no way back.",
    )

    # === BUSINESS METHODS === #

    def _on_customer_known(self):
        """The contacts of the complaint are of the customer, too."""
        # sudo: they belong to the complaint, whoever took them
        for complaint in self.sudo():
            contacts = complaint.contact_ids.filtered(lambda c: not c.partner_id)
            contacts.write({"partner_id": complaint.partner_id.id})
        return super()._on_customer_known()

    def _get_caller_langs(self):
        """What was chosen, else as in the contacts of which the complaint came."""
        # sudo: in which language somebody speaks is no secret
        contacts = self.sudo().contact_ids
        return [
            *super()._get_caller_langs(),
            self.spoken_lang,
            *contacts.mapped("lang"),
        ]

    @api.model
    def _recognise_merged(self, partners):
        """Customers were merged in SQL: their company may be another one now.

        :param partners: all of them, also those that are about to go
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s complaint
                   SET commercial_partner_id = customer.commercial_partner_id
                  FROM res_partner customer
                 WHERE customer.id = complaint.partner_id
                   AND (complaint.partner_id = ANY(%(ids)s)
                        OR complaint.commercial_partner_id = ANY(%(ids)s))
                """,
                table=SQL.identifier(self._table),
                ids=partners.ids,
            )
        )
        self.invalidate_model(["commercial_partner_id"])

    @api.model
    def _get_count_domains(self):
        """:return: what the forms of customers and leads count, by the field's name
        :rtype: dict[str, Domain]
        """
        return {
            "complaint_count": Domain.TRUE,
            "open_complaint_count": Domain("outcome", "=", False),
        }

    # === WHAT TO SAY === #

    def _get_conversation_partner(self):
        return self.partner_id._origin._filtered_access("read")

    def _get_conversation_langs(self):
        return [*super()._get_conversation_langs(), *self._get_caller_langs()]

    @api.model
    def _get_talk_track_placeholders(self):
        """:return: what the words of a step may say of a complaint."""
        lang = self.env.lang or "en_US"
        return {
            **super()._get_talk_track_placeholders(),
            **{name: label._translate(lang) for name, label in PLACEHOLDERS.items()},
        }

    def _has_way_back(self):
        """:return: whether we can answer, or nobody wants an answer."""
        self.ensure_one()
        return bool(self.email or self.phone or self.no_answer_wanted)
