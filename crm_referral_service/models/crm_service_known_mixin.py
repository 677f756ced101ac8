from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

# So many are offered, the newest first.
OFFERED = 5
# Of contacts whose customer is not known, so many are asked about at once.
ASKED = 20
# Only this customer has the number and the address of the contact. One of the two may
# be somebody else's, who typed the other: whoever is not known by both is asked about.
SURE = SQL(
    """
    (nameless.phone_sanitized IS NULL
     OR nameless.phone_sanitized = customer.phone_sanitized)
    AND (nameless.email_normalized IS NULL
         OR nameless.email_normalized = customer.email_normalized)
    AND NOT EXISTS (
        SELECT FROM res_partner other
         WHERE other.phone_sanitized = nameless.phone_sanitized
           AND other.id <> customer.id AND other.active
           AND (other.company_id IS NULL OR other.company_id = nameless.company_id))
    AND NOT EXISTS (
        SELECT FROM res_partner other
         WHERE other.email_normalized = nameless.email_normalized
           AND other.id <> customer.id AND other.active
           AND (other.company_id IS NULL OR other.company_id = nameless.company_id))
    """
)


class CrmServiceKnownMixin(models.AbstractModel):
    """Somebody who turned to us, of whom we have a number, an address or a name.

    Who that is, is found out afterwards: contacts with the same number or address are
    offered, and only then a new contact is made. What is in the log with this number or
    address, and nobody knew whose it was, is theirs then, too.

    The model has a thread, ``partner_id``, ``caller_name``, ``phone``,
    ``phone_sanitized``, ``email``, ``email_normalized``, ``company_id`` and
    ``_get_caller_lang``.
    """

    _name = "crm.service.known.mixin"
    _description = "Who Turned to Us"

    known_partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Known With It",
        compute="_compute_known_partner_ids",
        help="Contacts with the same phone number or e-mail address.",
    )
    is_unknown = fields.Boolean(
        compute="_compute_known_partner_ids",
        export_string_translation=False,
    )
    nameless_count = fields.Integer(
        compute="_compute_nameless_count",
        export_string_translation=False,
        help="Service contacts with the same number or address, of no customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "caller_name", "phone", "email")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_known_partner_ids(self):
        for record in self:
            nobody = not record.partner_id
            known = nobody and record._find_known_partners()
            record.known_partner_ids = known or False
            record.is_unknown = bool(
                nobody
                and not known
                and (record.caller_name or record.phone or record.email)
            )

    @api.depends("partner_id", "phone", "email")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_nameless_count(self):
        for record in self:
            record.nameless_count = (
                len(record._find_nameless()) if record.partner_id else 0
            )

    # === CRUD METHODS === #

    def write(self, vals):
        """Whose number it is, is known now: so is who called with it before."""
        unknown = self.browse()
        if vals.get("partner_id"):
            unknown = self.filtered(lambda record: not record.partner_id)
        result = super().write(vals)
        if unknown:
            unknown._on_customer_known()
        return result

    # === ACTION METHODS === #

    def action_ask_nameless(self):
        """Ask which of the contacts with the same number or address are theirs.

        :return: a window action that asks
        """
        self.ensure_one()
        self.check_access("write")
        return self._ask_who_it_is()

    def action_choose_known(self):
        """Note that it is a contact whom we know, and say which.

        With one of them it is that one; of several the user chooses.

        :return: True, or a window action that asks which
        :raise UserError: when nobody is known with this number or address
        """
        self.ensure_one()
        self.check_access("write")
        known = self._find_known_partners()
        if not known:
            raise UserError(
                self.env._(
                    "Nobody is known with this number or address. Choose the customer "
                    "by name, or make a new contact."
                )
            )
        if len(known) == 1:
            self.partner_id = known
            return True
        return self._ask_who_it_is()

    def action_create_partner(self):
        """Make a contact of what is noted, unless there is one already.

        :return: True, or a window action that asks which one it is
        :raise UserError: when there is nothing to make a contact of
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id:
            return True
        if self._find_known_partners():
            return self.action_choose_known()
        name = self.caller_name or self.email or self.phone
        if not name:
            raise UserError(
                self.env._("Note a name, a phone number or an e-mail address first.")
            )
        values = {
            "name": name,
            "phone": self.phone,
            "email": self.email,
            "company_id": self.company_id.id,
        }
        if lang := self._get_caller_lang():
            values["lang"] = lang
        # sudo: who takes the call need not manage contacts; nothing is written but
        # what the caller said
        self.partner_id = (
            self.env["res.partner"]
            .sudo()
            # In which country a number is dialled without a prefix.
            .with_company(self.company_id)
            .create(values)
        ).sudo(False)
        return True

    # === BUSINESS METHODS === #

    def _ask_who_it_is(self):
        return {
            "name": self.env._("Who is it?"),
            "type": "ir.actions.act_window",
            "res_model": "crm.service.known",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def _find_known_partners(self):
        """:return: contacts with this number or address, which the user may see"""
        self.ensure_one()
        same = Domain.FALSE
        email = email_normalize(self.email, strict=False)
        if email:
            same |= Domain("email_normalized", "=", email)
        if self.phone_sanitized:
            same |= Domain("phone_sanitized", "=", self.phone_sanitized)
        if same.is_false():
            return self.env["res.partner"]
        ours = Domain("company_id", "in", [False, self.company_id.id])
        return self.env["res.partner"].search(
            same & ours, order="id desc", limit=OFFERED
        )

    def _find_nameless(self):
        """:return: contacts with this number or address whose customer nobody knows,
        and which the user may see, the newest first
        """
        self.ensure_one()
        keys = self._get_nameless_keys()
        Contact = self.env["crm.service.contact"]
        if not keys:
            return Contact
        found = Contact.search(
            Domain("customer_key", "in", keys)
            & Domain("partner_id", "=", False)
            & Domain("company_id", "=", self.company_id.id)
            & (
                Domain("complaint_id", "=", False)
                | Domain("complaint_id.is_confidential", "=", False)
            ),
            limit=ASKED,
        )
        return found - self._origin if self._name == found._name else found

    def _get_nameless_keys(self):
        """:return: by what contacts are recognised as long as nobody knows of whom"""
        ways = (("t", self.phone_sanitized), ("m", self.email_normalized))
        return [f"{kind}{way}" for kind, way in ways if way]

    def _on_customer_known(self):
        """Contacts before with the number or address are of this customer, too.

        Only where nobody else has that number or address: else somebody is asked.
        """
        if any(record._get_nameless_keys() for record in self):
            self._claim_nameless(SURE)

    def _claim_nameless(self, condition):
        """Contacts of nobody are of the customer of these, and their threads say so.

        :param SQL condition: which ones of those with the same number or address
        """
        claimed = self._set_customer_of_nameless(condition)
        if not claimed:
            return
        Contact = self.env["crm.service.contact"]
        Contact.browse(nameless for _record, nameless in claimed).invalidate_recordset()
        counts = Counter(record for record, _nameless in claimed)
        self.browse(counts)._message_log_batch(
            {
                record: self.env._(
                    "Contacts of this number or address that are now of the same "
                    "customer: %s",
                    count,
                )
                for record, count in counts.items()
            }
        )

    def _set_customer_of_nameless(self, condition):
        """Set-wise, and of contacts of all teams: whose number it is holds for all.

        Chains stay what they are. Other companies have customers of their own, and what
        is confidential is left.

        :return: ids, of these and of a contact that has its customer now
        :rtype: list[tuple]
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                WITH known AS (
                    SELECT DISTINCT ON (record.company_id, way.key)
                           record.id, record.company_id, record.partner_id, way.key
                      FROM %(table)s record
                CROSS JOIN LATERAL (VALUES ('t' || record.phone_sanitized),
                                           ('m' || record.email_normalized)) way (key)
                     WHERE record.id = ANY(%(ids)s) AND way.key IS NOT NULL
                  ORDER BY record.company_id, way.key, record.id DESC
                )
                UPDATE crm_service_contact nameless
                   SET partner_id = customer.id,
                       commercial_partner_id = customer.commercial_partner_id,
                       customer_key = 'p' || customer.commercial_partner_id,
                       write_uid = %(uid)s,
                       write_date = %(now)s
                  FROM known
                  JOIN res_partner customer ON customer.id = known.partner_id
                 WHERE nameless.customer_key = known.key
                   AND nameless.company_id = known.company_id
                   AND nameless.partner_id IS NULL
                   AND NOT EXISTS (
                       SELECT FROM crm_complaint complaint
                        WHERE complaint.id = nameless.complaint_id
                          AND complaint.is_confidential)
                   AND %(condition)s
             RETURNING known.id, nameless.id
                """,
                table=SQL.identifier(self._table),
                ids=self.ids,
                uid=self.env.uid,
                now=self.env.cr.now(),
                condition=condition,
            )
        )
