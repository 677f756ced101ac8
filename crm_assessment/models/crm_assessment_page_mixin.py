from datetime import timedelta
from itertools import pairwise

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_list

from odoo.addons.crm_foundation.tools import local_time
from odoo.addons.crm_foundation.tools.unprintable import UNPRINTABLE

from ..const import OPEN_STATES
from ..tools.personal_link import PATH
from .crm_assessment_line import CONTROLS, RATINGS

MAX_LENGTH = 10_000
# A link without a deadline does not live for ever.
LINK_LIFETIME = timedelta(days=90)
ANSWER_FIELDS = {
    "option": "option_id",
    "rating": "rating",
    "note": "note",
    "control": "control",
}
FIELD_BY_KIND = {"scale": "option", "rating": "rating", "text": "note"}


class InvalidAnswerError(ValueError):
    """What was posted cannot come from the page."""


class CrmAssessmentPageMixin(models.AbstractModel):
    """The page on which a customer answers."""

    _name = "crm.assessment.page.mixin"
    _description = "Answered on a Page"
    _inherit = ["crm.personal.link.mixin"]
    _link_path = PATH

    answered_until = fields.Datetime(
        string="Last Answer On",
        readonly=True,
        copy=False,
        help="When the customer last answered something on their page.",
    )
    # === ACTION METHODS === #

    def action_revoke_link(self):
        """The link of a round is the round's to revoke, which says who may."""
        if self.round_id:
            self._check_round_decides()
        return super().action_revoke_link()

    def action_renew_link(self):
        """The same for a new link."""
        if self.round_id:
            self._check_round_decides()
        return super().action_renew_link()

    # === BUSINESS METHODS === #

    def _get_contact(self):
        """:return: the person at the customer who is asked."""
        self.ensure_one()
        return self.round_id.contact_id or self.partner_id

    def _get_page_langs(self):
        """:return: the language of the round, and that of the person"""
        return [self.round_id.lang, self._get_contact().lang] if self else []

    def _get_page_status(self):
        """Say what the customer's link opens.

        :return: ``open``, ``answered``, ``revoked`` or ``expired``; ``unknown`` when
            this is not for customers
        :rtype: str
        """
        self.ensure_one()
        if self.viewpoint != "customer":
            return "unknown"
        if self.state == "done":
            return "answered"
        if self.is_link_revoked or self.state == "cancelled" or not self.active:
            return "revoked"
        if self.state not in OPEN_STATES or self._is_page_expired():
            return "expired"
        return "open"

    def _is_page_expired(self):
        """The last day ends where the customer is."""
        self.ensure_one()
        if not self.deadline:
            return self.create_date + LINK_LIFETIME < self.env.cr.now()
        return self.deadline < local_time.today(
            self.env, self._get_contact(), self.company_id
        )

    def _get_page_questions(self):
        """:return: the questions in their order, each with what was answered so far.
        :rtype: list[dict]
        """
        self.ensure_one()
        items = self.form_id._get_entries("items")
        sections = self.form_id._get_entries("sections")
        options = list(self.form_id._get_entries("options").values())
        return [
            {
                "id": line.id,
                "kind": line.kind,
                "field": FIELD_BY_KIND[line.kind],
                "name": items[line.item_id.id]["name"],
                "hint": items[line.item_id.id]["hint"],
                "asks_control": items[line.item_id.id]["asks_control"],
                "options": [(str(option["id"]), option["name"]) for option in options]
                if line.kind == "scale"
                else [],
                "unscored": [
                    str(option["id"]) for option in options if option["value"] is None
                ],
                "value": str(line.option_id.id or "")
                if line.kind == "scale"
                else (line.rating if line.kind == "rating" else line.note) or "",
                "control": line.control or "",
                "remark": line.note or "" if line.kind != "text" else "",
                # Where another area begins.
                "heading": line.section_id != before.section_id
                and sections.get(line.section_id.id, {}).get("name"),
            }
            for before, line in pairwise([self.line_ids.browse(), *self.line_ids])
        ]

    @api.model
    def _clean_text(self, text):
        """Take out what no text field can hold, and write new lines in one way only.

        :param str text: what somebody wrote
        :rtype: str
        """
        return UNPRINTABLE.sub(
            "", text.replace("\r\n", "\n").replace("\r", "\n")
        ).rstrip()

    def _save_page_answers(self, answers):
        """Keep what the customer answered.

        Texts that are too long are left out; the others are kept.

        :param dict answers: values as posted, by ``<field>-<id of the line>``
        :return: names of the answers that are too long
        :rtype: set[str]
        :raise InvalidAnswerError: when an answer does not belong to this page; then
            nothing is kept
        """
        self.ensure_one()
        self._check_open()
        too_long = set()
        changes = []
        lines = {str(line.id): line for line in self.line_ids}
        asks_control = {
            item["id"] for item in self.form_id.content["items"] if item["asks_control"]
        }
        for name, value in answers.items():
            field, _dash, line_id = name.partition("-")
            line = lines.get(line_id)
            if not line or not isinstance(value, str):
                raise InvalidAnswerError(field)
            if field == "control" and line.item_id.id not in asks_control:
                raise InvalidAnswerError(field)
            # A remark may go with every answer.
            if field not in ("control", "note", FIELD_BY_KIND[line.kind]):
                raise InvalidAnswerError(field)
            value = self._convert_page_answer(field, value)
            if field == "note" and len(value) > MAX_LENGTH:
                too_long.add(name)
                continue
            fname = ANSWER_FIELDS[field]
            current = line.option_id.id if fname == "option_id" else line[fname]
            if (current or False) != (value or False):
                changes.append((line, {fname: value or False}))
        for line, vals in changes:
            line.write(vals)
        if changes:
            self._touch_page()
        return too_long

    def _convert_page_answer(self, field, value):
        """:return: the value for the field of the line, empty for no answer.
        :raise InvalidAnswerError: when this cannot be chosen on the page
        """
        if field == "note":
            return self._clean_text(value)
        if not value:
            return False
        if field == "option":
            options = {str(key): key for key in self.form_id._get_option_values()}
            if value not in options:
                raise InvalidAnswerError(field)
            return options[value]
        if value not in dict(RATINGS if field == "rating" else CONTROLS):
            raise InvalidAnswerError(field)
        return value

    def _touch_page(self):
        """Make every saving write the assessment itself.

        Saving and signing at the same time then exclude each other: the later one
        starts again, and finds the assessment signed or the answer saved.
        """
        self.flush_recordset()
        # SQL: the ORM leaves a value that stays the same unwritten
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_assessment SET answered_until = %(now)s
                 WHERE id = %(id)s RETURNING id
                """,
                now=self.env.cr.now().replace(microsecond=0),
                id=self.id,
            )
        )
        self.invalidate_recordset(["answered_until"])

    def _choose_on_page(self, *, may_be_asked, user):
        """Note whether the person wants to be asked for their view. In sudo mode.

        :param bool may_be_asked: what they chose
        :param user: who has the page open, the public user for everybody outside
        """
        self.ensure_one()
        contact = self._get_contact()
        lang = self.user_id.lang or self.company_id.partner_id.lang
        env = self.with_context(lang=lang).env
        if may_be_asked:
            note = env._("May be asked for their view again: chosen on their page.")
        else:
            note = env._("Not to be asked for their view: chosen on their page.")
        if user._is_internal():
            note += " " + env._("%(who)s had the page open.", who=user.name)
        # As the system: what follows writes to colleagues.
        contact = contact.with_user(SUPERUSER_ID).with_context(lang=lang)
        if may_be_asked:
            contact._opt_in_to_assessments(note)
        else:
            contact._opt_out_of_assessments(note)

    def _note_opened_by(self, user):
        """Keep which colleague has the page open: they could answer there.

        Called in sudo mode.

        :param user: the res.users
        """
        opened = self.with_context(lang=user.lang).filtered(
            lambda a: user not in a.opened_by_ids
        )
        opened.opened_by_ids = [Command.link(user.id)]
        opened._log_link_use(
            user, opened.env._("%(who)s has the customer's page open.", who=user.name)
        )

    def _note_copied_by(self, user):
        """Keep which colleague has the link: each time, as each is another purpose.

        Called in sudo mode.

        :param user: the res.users
        """
        self.link_copied_by_ids = [Command.link(user.id)]
        self._log_link_use(
            user, self.env._("%(who)s copied the customer's link.", who=user.name)
        )

    def _log_link_use(self, user, text):
        for assessment in self:
            (assessment.round_id or assessment).message_post(
                body=text,
                author_id=user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )

    def _submit_page(self):
        """Sign what the customer answered.

        :raise UserError: when nothing was answered
        """
        self.ensure_one()
        if not any(
            question["value"] or question["remark"]
            for question in self._get_page_questions()
        ):
            raise UserError(
                self.env._(
                    "Nothing is answered yet. Please answer at least one question."
                )
            )
        # As the system and not as the public user, who is nobody to write to: what
        # follows from the result posts messages and plans activities, for colleagues
        # and so not in the customer's language.
        lang = self.user_id.lang or self.company_id.partner_id.lang
        system_self = self.with_user(SUPERUSER_ID).with_context(lang=lang)
        system_self.action_done()
        system_self._plan_callback()
        for users, text in (
            (
                self.opened_by_ids,
                system_self.env._(
                    "The customer's answers came after %(who)s had opened their page.",
                    who=format_list(system_self.env, self.opened_by_ids.mapped("name")),
                ),
            ),
            (
                self.link_copied_by_ids,
                system_self.env._(
                    "The customer's answers came after %(who)s had copied their link.",
                    who=format_list(
                        system_self.env, self.link_copied_by_ids.mapped("name")
                    ),
                ),
            ),
        ):
            if users:
                (system_self.round_id or system_self).message_post(
                    body=text, subtype_xmlid="mail.mt_note"
                )
