from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# A team that does not say otherwise, and contacts of no team.
REPEAT_DAYS = 7
# How far back in a customer's log a contact about the same is looked for.
NEWEST = 80
# A number has as many.
DIGITS = 6


class CrmServiceContactChainMixin(models.AbstractModel):
    """Contacts about the same matter are a chain: never merged, never deleted.

    Only the first contact of the chain is stored with each of the others. What came
    before is told by the time, so that two agents who write at the same moment cannot
    make two chains of one.
    """

    _name = "crm.service.contact.chain.mixin"
    _description = "Chain of Contacts"
    _protected_fields = frozenset({"first_id", "first_time"})

    customer_key = fields.Char(
        compute="_compute_customer_key",
        store=True,
        export_string_translation=False,
        help="By what we recognise the customer: the company, the number or the mail.",
    )
    first_id = fields.Many2one(
        comodel_name="crm.service.contact",
        string="First Contact",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        check_company=True,
        help="With which it all began; empty for the first one itself.",
    )
    chained_ids = fields.One2many(
        comodel_name="crm.service.contact",
        inverse_name="first_id",
        string="Repeats",
        readonly=True,
        help="All contacts that came of this first one.",
    )
    previous_id = fields.Many2one(
        comodel_name="crm.service.contact",
        string="Contact Before",
        compute="_compute_previous_id",
        inverse="_inverse_previous_id",
        help="The last contact about the same matter.",
    )
    proposed_previous_id = fields.Many2one(
        comodel_name="crm.service.contact",
        string="Perhaps about the Same",
        compute="_compute_proposed_previous_id",
        help="A contact of this customer about the same matter, some days ago.",
    )
    is_repeat = fields.Boolean(
        string="Repeat",
        compute="_compute_is_repeat",
        store=True,
        help="The customer came back about it. That we got in touch is no repeat.",
    )
    is_new_matter = fields.Boolean(
        string="Something Else",
        copy=False,
        help="The customer was asked: it is not about what we talked about before.",
    )
    first_time = fields.Selection(
        selection=[("pending", "Not known yet"), ("yes", "Yes"), ("no", "No")],
        string="Solved the First Time",
        compute="_compute_first_time",
        store=True,
        readonly=True,
        copy=False,
        help="No, when the customer came back about it; yes, when the days of the team "
        "have passed in silence. Only for the first contact of the customer's own.",
    )
    miss_id = fields.Many2one(
        comodel_name="crm.service.miss",
        string="Why Not the First Time",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    miss_note = fields.Char(copy=False)
    miss_section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area of the Miss",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Where it is ours: the area in which the cause lies.",
    )

    _repeat_has_root = models.Constraint(
        "CHECK (NOT COALESCE(is_repeat, FALSE) OR first_id IS NOT NULL)",
        "A repeat belongs to a first contact.",
    )
    _first_time_of_root = models.Constraint(
        "CHECK (first_id IS NULL OR first_time IS NULL)",
        "Only the first contact can be solved the first time.",
    )
    _first_is_another = models.Constraint(
        "CHECK (first_id <> id)", "A contact is not a repeat of itself."
    )
    # The look-up of the chain: one customer, the newest first.
    _customer_idx = models.Index("(customer_key, contacted_on DESC)")
    _pending_idx = models.Index("(id) WHERE first_time = 'pending'")

    # === COMPUTE METHODS === #

    @api.depends(
        "commercial_partner_id",
        "phone",
        "phone_sanitized",
        "email_normalized",
    )
    def _compute_customer_key(self):
        for contact in self:
            contact.customer_key = next(iter(contact._get_customer_keys()), False)

    @api.depends("first_id", "direction")
    def _compute_is_repeat(self):
        for contact in self:
            contact.is_repeat = bool(contact.first_id and contact.direction == "in")

    @api.depends("first_id", "contacted_on")
    def _compute_previous_id(self):
        """Of the same chain, the last one before."""
        before = {}
        chained = self.filtered(lambda contact: contact.first_id and contact._origin)
        if chained:
            before = chained._origin._find_previous()
        for contact in self:
            contact.previous_id = (
                before.get(contact._origin.id, contact.first_id)
                if contact.first_id
                else False
            )

    def _inverse_previous_id(self):
        for contact in self:
            contact._chain_to(contact.previous_id)
        # Somebody else may have come in between.
        self.invalidate_model(["previous_id"], flush=False)

    @api.depends(
        lambda self: [
            *("customer_key", "contacted_on", "is_new_matter", "first_id"),
            *self._get_chain_fields(),
        ]
    )
    def _compute_proposed_previous_id(self):
        open_ones = self.filtered(
            lambda contact: not contact.first_id and not contact.is_new_matter
        )
        proposed = open_ones._propose_previous()
        for contact in self:
            contact.proposed_previous_id = proposed.get(contact)

    @api.depends("direction", "first_id", "customer_key")
    def _compute_first_time(self):
        for contact in self:
            if contact.first_id or contact.direction != "in":
                contact.first_time = False
            elif contact.first_time in (False, "pending"):
                # Of whom we know nothing, silence tells nothing either.
                contact.first_time = "pending" if contact.customer_key else False
            else:
                contact.first_time = contact.first_time

    # === HOOKS === #

    @api.model
    def _get_chain_fields(self):
        """Which fields say that two contacts of a customer are about the same.

        A bridge to orders adds the order here.

        :return: names of many2one fields; one of them in common is enough
        :rtype: list[str]
        """
        return ["reason_id"]

    # === BUSINESS METHODS === #

    @api.model
    def _get_seen_chain_fields(self):
        """:return: those of :meth:`_get_chain_fields` that the user may see
        :rtype: list[str]
        """
        return [
            fname
            for fname in self._get_chain_fields()
            if self._has_field_access(self._fields[fname], "read")
        ]

    def _get_customer_keys(self):
        """:return: by what the customer is recognised, the surest first
        :rtype: list[str]
        """
        self.ensure_one()
        # sudo: which company somebody belongs to, also where the user may not see it
        partner = self.sudo().partner_id.commercial_partner_id
        keys = [f"p{partner._origin.id}"] if partner._origin else []
        if self.phone_sanitized:
            keys.append(f"t{self.phone_sanitized}")
        if self.email_normalized:
            keys.append(f"m{self.email_normalized}")
        digits = "".join(filter(str.isdecimal, self.phone or ""))
        if not self.phone_sanitized and len(digits) >= DIGITS:
            # Of no country that we know of: who dials it is still always the same.
            keys.append(f"n{digits}")
        return keys

    def _get_repeat_days(self):
        """:return: for how many days a contact is perhaps about the same matter"""
        self.ensure_one()
        # sudo: how many days a team counts is no secret
        team = self.sudo().team_id
        return team.repeat_days if team else REPEAT_DAYS

    def _propose_previous(self):
        """Find the contact that each of these is perhaps a repeat of.

        The same customer, within the days of the team, and the same reason (or another
        field of :meth:`_get_chain_fields`). The agent confirms, or says that it is
        something else.

        :return: the contact before, by contact; no entry where none is found
        :rtype: dict
        """
        keys = {contact: contact._get_customer_keys() for contact in self}
        keys = {contact: found for contact, found in keys.items() if found}
        if not keys:
            return {}
        fnames = self._get_seen_chain_fields()
        moments = {
            contact: contact.contacted_on or self.env.cr.now() for contact in keys
        }
        oldest = min(
            moment - timedelta(days=contact._get_repeat_days())
            for contact, moment in moments.items()
        )
        found = self.search_fetch(
            Domain("customer_key", "in", sorted(set().union(*keys.values())))
            & Domain("contacted_on", ">=", oldest)
            & Domain("contacted_on", "<=", max(moments.values()))
            & Domain.OR(Domain(fname, "in", self[fname].ids) for fname in fnames),
            ["customer_key", "contacted_on", "company_id", "first_id", *fnames],
            order="contacted_on desc, id desc",
            limit=NEWEST * len(keys),
        )
        return {
            contact: previous
            for contact in keys
            if (
                previous := next(
                    (
                        other
                        for other in found
                        if other.customer_key in keys[contact]
                        and contact._is_perhaps_repeat_of(other, moments[contact])
                    ),
                    None,
                )
            )
        }

    def _is_perhaps_repeat_of(self, other, moment):
        """:return: whether this may be about the same as another contact before it"""
        self.ensure_one()
        days = timedelta(days=self._get_repeat_days())
        return (
            not (self._origin and self._origin in (other, other.first_id))
            and other.company_id == self.company_id._origin
            and moment - days <= other.contacted_on <= moment
            and any(
                self[fname]._origin and self[fname]._origin == other[fname]
                for fname in self._get_seen_chain_fields()
            )
        )

    def _find_previous(self):
        """:return: the contact before in the same chain, by id"""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.id, previous.id
                  FROM crm_service_contact contact
                  JOIN LATERAL (
                       SELECT each.id
                         FROM crm_service_contact each
                        WHERE (each.first_id = contact.first_id
                               OR each.id = contact.first_id)
                          AND each.active
                          AND (each.contacted_on, each.id)
                              < (contact.contacted_on, contact.id)
                     ORDER BY each.contacted_on DESC, each.id DESC
                        LIMIT 1
                       ) previous ON TRUE
                 WHERE contact.id = ANY(%s)
                """,
                self.ids,
            )
        )
        return {contact: self.browse(previous) for contact, previous in rows}

    def _chain_to(self, previous):
        """Say about which contact this one is again; empty: about none.

        What hung on this one comes along. A root that the customer came back to was
        not solved the first time.

        :param previous: the contact before, any of its chain
        :raise ValidationError: when it is not before, or of another company
        """
        self.ensure_one()
        # sudo: the chain is kept by us; the user may read the previous one, not more
        contact, previous = self.sudo(), previous.sudo()
        if previous:
            contact._check_is_before(previous)
        root, old_root = previous.first_id or previous, contact.first_id
        if root == old_root:
            return
        for each in contact | contact.chained_ids:
            # Together, for the database looks at all three of them.
            each.write(each._prepare_place_in_chain(root))
        if root.first_time in ("pending", "yes") and contact.is_repeat:
            root.first_time = "no"
        if old_root and not old_root.chained_ids.filtered("is_repeat"):
            old_root.first_time = old_root.first_time and "pending"

    def _prepare_place_in_chain(self, root):
        """:return: values of a contact that begins with another one, or with itself"""
        self.ensure_one()
        is_in = self.direction == "in"
        is_pending = is_in and not root and self.customer_key
        return {
            "first_id": root.id,
            "is_repeat": is_in and bool(root),
            "first_time": "pending" if is_pending else False,
        }

    def _check_is_before(self, previous):
        if previous.company_id != self.company_id:
            raise ValidationError(
                self.env._("A contact and its repeat belong to the same company.")
            )
        if (
            self in (previous, previous.first_id)
            or previous.contacted_on > self.contacted_on
        ):
            raise ValidationError(
                self.env._("Choose a contact that came before this one.")
            )

    @api.model
    def _recognise_merged(self, partners):
        """Customers were merged in SQL: their contacts are recognised by one key.

        :param partners: all of them, also those that are about to go
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_service_contact contact
                   SET commercial_partner_id = customer.commercial_partner_id,
                       customer_key = 'p' || customer.commercial_partner_id
                  FROM res_partner customer
                 WHERE customer.id = contact.partner_id
                   AND customer.commercial_partner_id IS NOT NULL
                   AND (contact.partner_id = ANY(%(ids)s)
                        OR contact.commercial_partner_id = ANY(%(ids)s))
                """,
                ids=partners.ids,
            )
        )
        self.invalidate_model(["commercial_partner_id", "customer_key"])

    # === JOB === #

    @api.model
    def _cron_close_windows(self, batch_size=20_000):
        """Say of each first contact whose days have passed whether that was all.

        Set-wise; what is committed is done, so it goes on where it was stopped.
        """
        self._join_chains()
        last_id = 0
        while last_id is not None:
            last_id, closed = self._close_windows(last_id, batch_size)
            if not self.env["ir.cron"]._commit_progress(closed):
                break

    @api.model
    def _close_windows(self, last_id, limit):
        """Look at so many first contacts that are pending.

        :param int last_id: of the contact before them
        :return: the id of the last of them, None after all; how many are not pending
            any more
        """
        self.flush_model()
        [row] = self.env.execute_query(
            SQL(
                """
                WITH pending AS MATERIALIZED (
                    SELECT contact.id,
                           contact.active AND contact.state = 'done'
                           AND contact.contacted_on < %(now)s::timestamp
                               - make_interval(days => COALESCE(team.repeat_days,
                                                                %(days)s)) AS is_over
                      FROM crm_service_contact contact
                 LEFT JOIN crm_team team ON team.id = contact.team_id
                     WHERE contact.first_time = 'pending'
                       AND contact.id > %(last_id)s
                  ORDER BY contact.id
                     LIMIT %(limit)s
                ),
                closed AS (
                    UPDATE crm_service_contact contact
                       SET first_time = CASE
                           WHEN EXISTS (SELECT FROM crm_service_contact again
                                         WHERE again.first_id = contact.id
                                           AND again.is_repeat AND again.active)
                           THEN 'no' ELSE 'yes' END
                      FROM pending
                     WHERE pending.id = contact.id AND pending.is_over
                 RETURNING contact.id
                )
                SELECT (SELECT MAX(id) FROM pending), (SELECT count(*) FROM closed)
                """,
                now=self.env.cr.now(),
                days=REPEAT_DAYS,
                last_id=last_id,
                limit=limit,
            )
        )
        self.invalidate_model(["first_time"])
        return row

    @api.model
    def _join_chains(self):
        """A first contact that became a repeat takes along who came at that moment."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_service_contact contact
                   SET first_id = middle.first_id
                  FROM crm_service_contact middle
                 WHERE middle.id = contact.first_id
                   AND middle.first_id IS NOT NULL
                """
            )
        )
        self.invalidate_model(["first_id", "chained_ids", "previous_id"])
