from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.models.crm_guarded_mixin import LIFTED
from odoo.addons.crm_foundation.tools.local_time import local_date, today

NEGLECTED = "crm_referral_service.mail_activity_type_neglected"
MANAGER = "crm_referral_service.group_service_manager"
# What its owner may change; who owns it and where its mail goes is the manager's.
OWNER_FIELDS = frozenset({"name", "note", "listen_days"})


class CrmServicePost(models.Model):
    """A place where customers can tell us something: somebody listens there, regularly.

    Each has a public form behind a link that can be printed, and, if wanted, a mail
    address. What arrives is a contact.
    """

    _name = "crm.service.post"
    _description = "Listening Post"
    _inherit = [
        "crm.guarded.mixin",
        "crm.batch.mixin",
        "crm.personal.link.mixin",
        "crm.service.post.page.mixin",
        "mail.alias.mixin.optional",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "listen_by, name, id"
    _check_company_auto = True
    _link_path = "/service/tell-us"
    _protected_fields = frozenset(
        {"alias_id", "alias_defaults", "last_listened_on", "is_reminded"}
    )

    name = fields.Char(required=True, help="Where it is: “Card at the front desk”.")
    kind = fields.Selection(
        selection=[
            ("comment_card", "Comment card"),
            ("mail_survey", "Survey by mail"),
            ("site_voice", "Voice on the site"),
            ("after_sale_call", "Call after the sale"),
            ("alias", "Mail address"),
            ("chat", "Chat"),
            ("other", "Other"),
        ],
        required=True,
        default="comment_card",
    )
    alias_name = fields.Char(
        string="Address for Mails",
        help="What stands before the @: whoever writes there has told us.",
    )
    alias_email = fields.Char(string="Whole Address for Mails")
    alias_defaults = fields.Text(help="What is noted with each mail that comes there.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Service Team",
        domain=[("is_service", "=", True)],
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who takes care of what is told here.",
    )
    source_id = fields.Many2one(
        comodel_name="utm.source",
        index="btree_not_null",
        ondelete="set null",
        help="Of a lead that is made of what is told here.",
    )
    medium_id = fields.Many2one(
        comodel_name="utm.medium",
        index="btree_not_null",
        ondelete="set null",
        help="Of a lead that is made of what is told here.",
    )
    owner_id = fields.Many2one(
        comodel_name="res.users",
        string="Listens",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        default=lambda self: self._default_owner_id(),
        help="The one person who listens here.",
    )
    listen_days = fields.Integer(
        string="Every (days)",
        required=True,
        default=7,
        aggregator=None,
        help="How often somebody listens at the latest.",
    )
    note = fields.Text(
        string="What to Listen For",
        help="How it is done here: whom to call, what to ask, where the cards lie.",
    )
    last_listened_on = fields.Datetime(readonly=True, copy=False)
    last_heard_on = fields.Datetime(
        compute="_compute_heard", help="When a customer has told something here last."
    )
    open_contact_count = fields.Integer(string="Not Done", compute="_compute_heard")
    listen_by = fields.Date(
        compute="_compute_listen_by",
        store=True,
        index=True,
        help="The last day on which listening is still in time.",
    )
    is_neglected = fields.Boolean(
        string="Neglected",
        compute="_compute_is_neglected",
        search="_search_is_neglected",
        help="Nobody has listened for longer than agreed.",
    )
    # Who listens is told once, until they have listened.
    is_reminded = fields.Boolean(
        readonly=True, copy=False, export_string_translation=False
    )
    form_url = fields.Char(string="Address of the Form", compute="_compute_form_url")

    _listen_days_positive = models.Constraint(
        "CHECK (listen_days > 0)", "Somebody listens every day, or every few days."
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    def _default_owner_id(self):
        return self.env.user

    # === COMPUTE METHODS === #

    @api.depends_context("uid")
    def _compute_heard(self):
        # sudo: how much was told, and when, is said to who listens
        Contact = self.env["crm.service.contact"].sudo()
        told_here = Domain("post_id", "in", self.ids)
        heard = Contact._read_group(told_here, ["post_id"], ["contacted_on:max"])
        counts = Contact._read_group(
            told_here & Domain("state", "!=", "done"), ["post_id"], ["__count"]
        )
        last_by_id = {post.id: moment for post, moment in heard}
        count_by_id = {post.id: count for post, count in counts}
        for post in self:
            post.last_heard_on = last_by_id.get(post.id)
            post.open_contact_count = count_by_id.get(post.id, 0)

    @api.depends("last_listened_on", "listen_days", "owner_id")
    def _compute_listen_by(self):
        for post in self:
            since = post.last_listened_on or post.create_date or self.env.cr.now()
            day = local_date(since, post.owner_id, post.company_id)
            post.listen_by = day + timedelta(days=post.listen_days)

    @api.depends("listen_by", "active")
    @api.depends_context("uid")
    def _compute_is_neglected(self):
        day = today(self.env, self.env.user)
        for post in self:
            post.is_neglected = bool(
                post.active and post.listen_by and post.listen_by < day
            )

    def _search_is_neglected(self, operator, value):
        if operator != "in":
            return NotImplemented
        neglected = Domain("active", "=", True) & Domain(
            "listen_by", "<", today(self.env, self.env.user)
        )
        if True in value and False in value:
            return Domain.TRUE
        return neglected if True in value else ~neglected

    @api.depends("access_token")
    def _compute_form_url(self):
        for post in self:
            # sudo: whoever sees the post may print its address
            post.form_url = post._get_link() if post.sudo().access_token else False

    # === CONSTRAINT METHODS === #

    @api.constrains("owner_id")
    def _check_owner_id(self):
        if any(post.owner_id.share for post in self):
            raise ValidationError(
                self.env._("Who listens works here. Choose a colleague.")
            )

    # === CRUD METHODS === #

    def write(self, vals):
        self._check_only_owned(vals)
        if "owner_id" in vals:
            # sudo: the reminder is of the owner before
            self.sudo()._forget_reminder()
        if vals.get("alias_name"):
            # A new mail address is written by Odoo's mixin, below the guard.
            self._check_protected_fields(vals)
            self._check_pointers(vals)
            self = self.with_context(guard_lifted=LIFTED)  # noqa: PLW0642
        return super().write(vals)

    # === ACTION METHODS === #

    def action_listened(self):
        """Note that somebody has listened here.

        :return: True
        """
        self.check_access("write")
        # sudo: when it was is not written by hand, and the reminder may be another's
        posts = self.sudo()
        posts.last_listened_on = self.env.cr.now()
        posts._forget_reminder()
        return True

    def action_open_contacts(self):
        """Open what customers have told here.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Contacts"),
            "res_model": "crm.service.contact",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("post_id", "=", self.id)],
        }

    def action_open_form(self):
        """Open the form as customers see it.

        :return: an action: the page in a new tab
        """
        self.ensure_one()
        self.check_access("read")
        # On the server that the reader uses, whatever the address for customers is.
        path = urlsplit(self.form_url or "").path
        return {"type": "ir.actions.act_url", "url": path, "target": "new"}

    def action_revoke_link(self):
        """Close the form; who listens may do so, too, when it is misused.

        :return: True
        """
        result = super().action_revoke_link()
        for post in self:
            post._message_log(body=post.env._("The form was closed."))
        return result

    def action_renew_link(self):
        """Give the form a new address: what is printed with the old one is waste.

        :return: True
        """
        self.check_access("write")
        self._check_only_owned({"access_token": True})
        return super().action_renew_link()

    # === JOB === #

    @api.model
    def _cron_tell_neglected(self, batch_size=200):
        """Remind who listens, once, where nobody has listened for too long."""
        self._process_in_batches(
            Domain("is_neglected", "=", True) & Domain("is_reminded", "=", False),
            "_remind_owner",
            batch_size=batch_size,
        )

    def _remind_owner(self):
        values = {}
        for post in self:
            user = post._get_job_responsible()
            day = today(self.env, user, post.company_id)
            values[post] = {"user_id": user.id, "date_deadline": day}
        self.env["mail.activity"]._schedule_batch(NEGLECTED, values)
        self.is_reminded = True

    # === BUSINESS METHODS === #

    def _check_only_owned(self, vals):
        """Who only owns a post changes how they listen, and nothing else.

        :raise AccessError: says whom to ask
        """
        if self.env.su or self.env.user.has_group(MANAGER):
            return
        # Who is red for not listening must not ask to be reminded less often.
        days = vals.get("listen_days")
        is_less_often = days and days > min(self.mapped("listen_days"), default=0)
        if is_less_often or vals.keys() - OWNER_FIELDS:
            raise AccessError(
                self.env._(
                    "Who listens where, and where its mail goes, is decided by who "
                    "manages the customer service. Ask them to change it."
                )
            )

    def _forget_reminder(self):
        self.activity_unlink([NEGLECTED])
        self.is_reminded = False

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("crm.service.contact")
        if self.id:
            values["alias_defaults"] = repr({"post_id": self.id})
        return values

    def _get_page_status(self):
        return super()._get_page_status() if self.active else "revoked"

    def _get_job_responsible(self):
        """:return: who listens; whoever leads the team where they have left"""
        return self.owner_id if self.owner_id.active else super()._get_job_responsible()
