from datetime import datetime

import pytz

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..tools.caller_words import read_caller
from ..tools.plain_words import read_words

# How many of each are shown beside what is being written.
SHOWN = 5
FOUND = 8
# What the screen may write; who it is and when to call are read from words.
FIELDS = (
    "channel",
    "reason_id",
    "note",
    "callback_wanted",
    "callback_phone",
    "miss_id",
)
# What somebody types in ten seconds is shorter than that.
LONGEST = {"note": 10_000}
LONGEST_LINE = 250
LARGEST_ID = 2**31 - 1


class CrmServiceContactQuickMixin(models.AbstractModel):
    """What the quick screen asks: who it may be, what was before, and log it.

    Each of these runs with the rights of whoever asks.
    """

    _name = "crm.service.contact.quick.mixin"
    _description = "Log a Contact in Ten Seconds"

    @api.readonly
    @api.model
    def get_quick_choices(self):
        """What there is to choose from, read once when the screen opens.

        :return: channels, reasons and misses
        :rtype: dict
        """
        self.check_access("create")
        Reason = self.env["crm.service.reason"]
        reasons = Reason.search(Reason._get_leaf_domain())
        misses = self.env["crm.service.miss"].search([("active", "=", True)])
        return {
            "channels": self._fields["channel"]._description_selection(self.env),
            "reasons": [
                {"id": reason.id, "name": reason.display_name}
                for reason in reasons.sorted("display_name")
            ],
            "misses": [{"id": miss.id, "name": miss.name} for miss in misses],
        }

    @api.readonly
    @api.model
    def find_callers(self, words):
        """Who it may be, while the agent types.

        :param str words: the beginning of a name, some digits of a number, or a mail
        :return: customers whom the user may see, with what tells them apart
        :rtype: list[dict]
        """
        self.check_access("create")
        words = self._read_text(words)
        digits = "".join(filter(str.isdigit, words))
        if len(words) < 2:
            return []
        Partner = self.env["res.partner"]
        if len(digits) >= 3 and len(digits) >= len(words) / 2:
            domain = Domain("phone_mobile_search", "ilike", words)
        else:
            domain = Domain("complete_name", "ilike", words)
            domain |= Domain("email", "ilike", words)
        partners = Partner.search_fetch(
            domain, ["complete_name", "phone", "email", "city"], limit=FOUND
        )
        return [
            {
                "id": partner.id,
                "name": partner.complete_name or partner.email,
                "hint": " · ".join(
                    filter(None, (partner.phone, partner.email, partner.city))
                ),
            }
            for partner in partners
        ]

    @api.readonly
    @api.model
    def get_caller(self, partner_id=False, words="", reason_id=False):
        """What we know of who calls: last contacts, and what is still open.

        :param int partner_id: a customer, if we know who it is
        :param str words: else what was typed: a name, a number, a mail
        :param int reason_id: the reason, if it is chosen already
        :return: what is shown beside the quick screen
        :rtype: dict
        """
        self.check_access("create")
        reason = self._read_record("crm.service.reason", reason_id)
        contact = self._imagine(partner_id, words, reason_id=reason.id)
        keys = contact._get_customer_keys()
        if not keys:
            return {"contacts": [], "complaints": [], "handovers": [], "again": False}
        again = contact._propose_previous().get(contact, self.browse())
        contacts = self.search([("customer_key", "in", keys)], limit=SHOWN)
        return {
            "contacts": [other._describe_briefly() for other in contacts],
            "complaints": self._describe_open_complaints(contact),
            "handovers": self._describe_open_handovers(keys),
            "again": again.id,
            "phone": contact.phone or "",
            **self._describe_callback(contact),
        }

    @api.model
    def log_contact(self, values):
        """Write a contact down, from what the quick screen knows.

        :param dict values: what was typed and chosen
        :return: id and name of what was written, to tell it
        :rtype: dict
        """
        self.check_access("create")
        values = self._read_values(values)
        partner_id = values.get("partner_id")
        solved = bool(values.get("solved"))
        wanted = bool(values.get("callback_wanted"))
        vals = {
            **self._read_who(partner_id, values.get("words")),
            **{fname: values.get(fname) or False for fname in FIELDS},
            "agent_solved": solved,
            "outcome": "promised" if wanted else "solved" if solved else False,
        }
        if previous_id := values.get("previous_id"):
            vals["previous_id"] = previous_id
        elif values.get("is_new_matter"):
            vals["is_new_matter"] = True
        if not wanted:
            vals["callback_phone"] = False
        else:
            vals.update(self._read_callback(partner_id, values))
        contact = self.create(vals)
        # Afterwards: what is missing is then told in words, not by the database.
        if wanted:
            contact.state = "waiting"
        elif solved:
            contact.state = "done"
        return {"id": contact.id, "name": contact.display_name}

    # === WHAT IS TYPED === #

    @api.model
    def _read_values(self, values):
        """:return: what was typed and chosen, as the fields can hold it
        :raise UserError: says what to correct
        """
        if not isinstance(values, dict):
            raise UserError(self.env._("Write who it is, or what it is about."))
        read = {}
        for fname, value in values.items():
            field = self._fields.get(fname)
            if field and field.type == "many2one":
                read[fname] = self._read_record(field.comodel_name, value).id
            elif fname == "solved" or (field and field.type == "boolean"):
                read[fname] = bool(value)
            else:
                read[fname] = self._read_text(value, LONGEST.get(fname, LONGEST_LINE))
        channels = self._fields["channel"].get_values(self.env)
        read["channel"] = read.get("channel") or channels[0]
        if read["channel"] not in channels:
            raise UserError(self.env._("Choose how the customer turned to us."))
        return read

    @api.model
    def _read_text(self, value, longest=LONGEST_LINE):
        text = read_words(value)
        if len(text) > longest:
            raise UserError(
                self.env._("This is too long. Please make it shorter than it is.")
            )
        return text

    @api.model
    def _read_record(self, model, number):
        """:return: the record with this id, which may be gone, or none
        :raise UserError: when it is no id
        """
        if number and not (type(number) is int and 0 < number <= LARGEST_ID):
            raise UserError(
                self.env._(
                    "What you chose is not there any more. Choose again, please."
                )
            )
        return self.env[model].browse(number or ())

    @api.model
    def _read_who(self, partner_id, words):
        partner = self._read_record("res.partner", partner_id)
        if not partner:
            return read_caller(self._read_text(words))
        partner.check_access("read")
        return {"partner_id": partner.id}

    @api.model
    def _imagine(self, partner_id, words="", **values):
        """:return: the contact that would be written now, to ask it"""
        return self.new(
            {
                **self.default_get(["company_id", "team_id", "contacted_on"]),
                **self._read_who(partner_id, words),
                **values,
            }
        )

    @api.model
    def _read_callback(self, partner_id, values):
        """:return: the window in which to call, from the customer's clock"""
        zone = self._imagine(partner_id)._get_callback_timezone()
        return {
            "callback_tz": zone,
            "callback_from": self._read_local(values.get("callback_from"), zone),
            "callback_to": self._read_local(values.get("callback_to"), zone),
        }

    @api.model
    def _read_local(self, text, zone):
        if not text:
            return False
        try:
            moment = pytz.timezone(zone).localize(datetime.fromisoformat(text))
            return moment.astimezone(pytz.utc).replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            raise UserError(
                self.env._("Write day and time of the call, or leave them empty.")
            ) from error

    # === WHAT IS SHOWN === #

    def _describe_briefly(self):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "when": format_datetime(self.env, self.contacted_on, dt_format="short"),
            "reason": self.reason_id.display_name or "",
            "note": (self.note or "")[:120],
            "user": self.user_id.name or "",
            "state": labels[self.state],
            "is_done": self.state == "done",
            "is_repeat": self.is_repeat,
        }

    @api.model
    def _describe_callback(self, contact):
        """:return: when the customer likes to be called next, as inputs write it"""
        zone, start, end = contact._propose_callback_window()
        start, end = (
            moment and moment.strftime("%Y-%m-%dT%H:%M") for moment in (start, end)
        )
        return {"zone": zone, "callback_from": start or "", "callback_to": end or ""}

    @api.model
    def _describe_open_complaints(self, contact):
        """:return: complaints of this customer that the user may see"""
        ways = [
            Domain(fname, "=", contact[fname])
            for fname in ("phone_sanitized", "email_normalized")
            if contact[fname]
        ]
        company = contact.partner_id.commercial_partner_id._origin
        if company:
            ways.append(Domain("commercial_partner_id", "=", company.id))
        complaints = self.env["crm.complaint"].search(
            Domain("outcome", "=", False) & Domain.OR(ways), limit=SHOWN
        )
        return [
            {
                "id": complaint.id,
                "name": complaint.name,
                "step": complaint.step_id.name,
                "user": complaint.user_id.name or "",
            }
            for complaint in complaints
        ]

    @api.model
    def _describe_open_handovers(self, keys):
        """:return: questions about this customer that the user may see"""
        company = next((int(key[1:]) for key in keys if key[0] == "p"), 0)
        handovers = self.env["crm.service.handover"].search(
            Domain("state", "in", ("asked", "answered"))
            & (
                Domain("contact_id.customer_key", "in", keys)
                | Domain("complaint_id.commercial_partner_id", "=", company)
            ),
            limit=SHOWN,
        )
        return [
            {
                "id": handover.id,
                "question": (handover.question or "")[:120],
                "user": handover.to_user_id.name,
                "is_answered": handover.state == "answered",
                "deadline": format_date(self.env, handover.deadline),
            }
            for handover in handovers
        ]
