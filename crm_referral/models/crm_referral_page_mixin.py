import re
from urllib.parse import quote

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_list, html2plaintext

from odoo.addons.crm_foundation.tools.local_time import today
from odoo.addons.crm_foundation.tools.unprintable import UNPRINTABLE

from ..tools.candidate_states import ENDED_WITHOUT_LEAD_STATES
from ..tools.initials import greet_without, initials
from .crm_referral_asking_mixin import ASKING_STEPS
from .crm_referral_preference_mixin import INTERVALS

ACTIVITY_TYPE = "crm_referral.mail_activity_type_referrer_page"
MAX_LINE = 100
MAX_TEXT = 2_000
# Nobody knows more people whom they would introduce at once; a script does.
MAX_NAMED = 20
MAX_SHOWN = 100
# An address, or digits that may be a phone number.
CONTACT_DATA = re.compile(r"@|(?:\d[\s()./-]*){6}")


class PageRefusalError(Exception):
    """What was posted is not done; the argument says why, see _get_page_message."""


class CrmReferralPageMixin(models.AbstractModel):
    """The page on which a customer sees and decides about their introductions.

    The model brings ``partner_id`` and ``company_id``. Everything here is called in
    sudo mode, by who holds the link or has logged in as the customer.
    """

    _name = "crm.referral.page.mixin"
    _description = "Page of a Customer Who Refers"

    # === WHAT THE PAGE SHOWS === #

    def _get_page_values(self):
        """:return: what the templates of the page need
        :rtype: dict
        """
        self.ensure_one()
        candidates = self._get_page_candidates()
        user = self._get_page_user()
        is_stopped = self._is_stopped()
        channels = self.env["crm.referral.candidate"]._fields["introduction_channel"]
        interval = self.env["res.partner"]._fields["referral_ask_interval"]
        return {
            "page": self,
            "company": self.company_id.name,
            "contact": user.name or self.company_id.name,
            "candidates": self._prepare_page_candidates(candidates, is_stopped),
            "channels": channels._description_selection(self.env),
            "intervals": interval._description_selection(self.env),
            "interval": self.partner_id.referral_ask_interval or "",
            "news": self.partner_id._get_news_wishes(),
            "is_stopped": is_stopped,
            "max_line": MAX_LINE,
            "max_text": MAX_TEXT,
        }

    def _get_page_candidates(self):
        """:return: the candidates whom the customer has heard of, the newest first"""
        candidates = self.env["crm.referral.candidate"].search(
            Domain("referrer_id", "=", self.partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("erased_on", "=", False)
            & Domain("referral_id.active", "=", True),
            order="id desc",
            limit=MAX_SHOWN,
        )
        return candidates.filtered(lambda candidate: self._knows_of(candidate))

    @api.model
    def _knows_of(self, candidate):
        """:return: whether the customer knows that we think of this candidate: what the
        rep prepares for the talk is not told before it
        """
        if candidate.named_by == "customer" or candidate.introduced_on:
            return True
        if candidate.state in ENDED_WITHOUT_LEAD_STATES:
            return False
        return (
            candidate.state != "suggested"
            or candidate.referral_id.step_code in ASKING_STEPS
        )

    def _prepare_page_candidates(self, candidates, is_stopped):
        """:return: for each candidate what the customer may see, waiting ones first
        :rtype: list[dict]
        """
        open_ones = candidates.filtered(lambda c: self._is_going_on(c))
        agreed = open_ones.filtered(lambda c: c.state == "agreed")
        introductions = self._prepare_introductions(agreed)
        prepared = [
            {
                "id": candidate.id,
                "who": self._get_page_name(candidate),
                "function": candidate.name and candidate.function,
                "status": self._get_page_state(candidate, candidate in open_ones),
                "can_answer": candidate in open_ones
                and candidate.state == "suggested"
                and not is_stopped,
                "can_introduce": candidate in agreed,
                "channel": candidate.introduction_channel or "",
                "introduction": introductions.get(candidate),
            }
            for candidate in candidates
        ]
        return sorted(
            prepared, key=lambda c: (not c["can_answer"], not c["can_introduce"])
        )

    @api.model
    def _is_going_on(self, candidate):
        referral = candidate.referral_id
        return candidate.active and referral.active and not referral.outcome

    @api.model
    def _get_page_name(self, candidate):
        """Initials until the candidate has agreed to be known: a link may be passed on.

        :rtype: str
        """
        if candidate.agreed_to_be_known:
            return candidate.display_name
        return initials(candidate.name) or candidate.function or ""

    @api.model
    def _get_page_state(self, candidate, is_open):
        """:return: a sentence that says where we are with a candidate; it does not tell
        why somebody is left in peace
        """
        if candidate.state == "introduced":
            return self.env._(
                "You introduced us on %(date)s. Thank you!",
                date=format_date(self.env, candidate.introduced_on),
            )
        if candidate.state == "contacted":
            return self.env._("We have been in touch. Thank you!")
        if candidate.state == "converted" and candidate.lead_won_status == "won":
            return self.env._("We work together now. Thank you!")
        if candidate.state == "converted" and candidate.lead_won_status != "lost":
            return self.env._("We are talking with each other. Thank you!")
        if is_open and candidate.state == "suggested":
            return self.env._("Would you introduce us?")
        if is_open and candidate.state == "agreed":
            return self.env._("You would introduce us. Thank you!")
        return self.env._("Nothing more happens here. Thank you all the same.")

    def _prepare_introductions(self, candidates):
        """:return: for each candidate subject, text and mail address to begin with
        :rtype: dict
        """
        template = self.env.ref(
            "crm_referral.mail_template_introduction", raise_if_not_found=False
        )
        if not candidates or not template:
            return {}
        bodies = template._render_field(
            "body_html", candidates.ids, set_lang=self.env.lang
        )
        introductions = {}
        for candidate in candidates:
            user = candidate.user_id or self._get_page_user()
            subject = self.env._(
                "May I introduce %(person)s from %(company)s?",
                person=user.name or self.company_id.name,
                company=self.company_id.name,
            )
            # What stands below the line is to be passed on.
            draft = re.split(r"<hr\b[^>]*>", str(bodies[candidate.id]))[-1]
            text = self._mask(html2plaintext(draft).strip(), candidate)
            if not candidate.agreed_to_be_known:
                text = greet_without(text, initials(candidate.name))
            query = {"cc": user.email_normalized or "", "subject": subject}
            query["body"] = text.replace("\n", "\r\n")
            introductions[candidate] = {
                "subject": subject,
                "cc": query["cc"],
                "text": text,
                "mailto": "mailto:?"
                + "&".join(
                    f"{key}={quote(value, safe='@')}"
                    for key, value in query.items()
                    if value
                ),
            }
        return introductions

    @api.model
    def _mask(self, text, candidate):
        """:return: the text without what the page does not show of the candidate"""
        if candidate.agreed_to_be_known:
            return text
        hidden = {candidate.name: self._get_page_name(candidate)}
        hidden |= dict.fromkeys((candidate.email, candidate.phone), "…")
        for private, shown in hidden.items():
            if private:
                text = text.replace(private, shown)
        return text

    def _get_last_request(self):
        """:return: the request in which the customer is being asked, or the last one"""
        self.ensure_one()
        requests = (
            self.env["crm.referral"]
            .with_context(active_test=False)
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
            )
        )
        return requests.filtered(lambda r: r.active and not r.outcome) or requests[:1]

    def _get_page_user(self):
        """:return: whom the customer talks to: somebody who has not left"""
        users = self._get_last_request().user_id | self.partner_id.user_id
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _is_stopped(self):
        partners = self.partner_id | self.partner_id.commercial_partner_id
        return any(partners.mapped("referral_do_not_ask"))

    # === WHAT THE CUSTOMER DOES === #

    def _act_on_page(self, action, values, user):
        """Do what the customer posted.

        :param str action: the name of what to do
        :param dict values: what came with it, from outside
        :param user: the res.users who is logged in, or the public one
        :return: what was done, see ``_get_page_message``
        :rtype: str
        :raise PageRefusalError: when it is not done; then nothing is changed
        """
        self.ensure_one()
        methods = {
            "agree": "_page_agree",
            "decline": "_page_decline",
            "introduce": "_page_introduce",
            "name": "_page_name",
            "preferences": "_page_preferences",
            "stop": "_page_stop",
        }
        if action not in methods:
            raise PageRefusalError("invalid")
        self._touch()
        # As the system and not as the public user, who is nobody to write to. What is
        # noted is for the rep, and so not in the customer's language.
        rep = self._get_page_user()
        system = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        system = system.with_context(
            lang=rep.lang or self.company_id.partner_id.lang,
            page_user_id=user.id if user._is_internal() else False,
        )
        try:
            with self.env.cr.savepoint():
                done = getattr(system, methods[action])(values)
                self.env.flush_all()
        except UserError as error:
            # What the rules say is for colleagues: it may tell of a third person.
            raise PageRefusalError(
                "refused" if action == "name" else "changed"
            ) from error
        return done

    def _page_agree(self, values):
        candidate = self._get_posted_candidate(values, "suggested")
        words = self._get_posted_text(values, "note", MAX_TEXT)
        vals = {
            "state": "agreed",
            "may_name_referrer": bool(values.get("may_name")),
            **self._get_posted_channel(values),
        }
        if words:
            vals["customer_answer"] = self._add_words(candidate.customer_answer, words)
        candidate.write(vals)
        self._tell_rep(
            candidate,
            lambda c: c.env._(
                "%(customer)s agreed to introduce %(candidate)s",
                customer=c.referrer_id.display_name,
                candidate=c.display_name,
            ),
            words,
        )
        return "agreed"

    def _page_decline(self, values):
        candidate = self._get_posted_candidate(values, "suggested", "agreed")
        words = self._get_posted_text(values, "note", MAX_TEXT)
        vals = {"state": "declined"}
        if words:
            vals["closing_note"] = self._add_words(candidate.closing_note, words)
        candidate.write(vals)
        self._tell_rep(
            candidate,
            lambda c: c.env._(
                "%(customer)s does not introduce %(candidate)s",
                customer=c.referrer_id.display_name,
                candidate=c.display_name,
            ),
            words,
        )
        return "declined"

    def _page_introduce(self, values):
        candidate = self._get_posted_candidate(values, "agreed")
        candidate.write(
            {
                "state": "introduced",
                "introduced_on": today(self.env, self.partner_id, self.company_id),
                **self._get_posted_channel(values),
            }
        )
        self._tell_rep(
            candidate,
            lambda c: c.env._(
                "%(customer)s has introduced you to %(candidate)s: get in touch",
                customer=c.referrer_id.display_name,
                candidate=c.display_name,
            ),
        )
        return "introduced"

    def _page_name(self, values):
        if self._is_stopped():
            raise PageRefusalError("stopped")
        who = {
            fname: self._get_posted_text(values, fname, MAX_LINE, is_line=True)
            for fname in ("name", "function", "partner_name")
        }
        if not who["name"] and not who["function"]:
            raise PageRefusalError("empty")
        if any(CONTACT_DATA.search(text) for text in who.values()):
            raise PageRefusalError("contact_data")
        referral = self._get_request_to_add_to()
        named = referral.candidate_ids.filtered(
            lambda c: c.named_by == "customer" and c.state == "suggested"
        )
        if any(all((c[f] or "") == who[f] for f in who) for c in named):
            return "named"  # pressed twice
        if len(named) >= MAX_NAMED:
            raise PageRefusalError("too_many")
        candidate = self.env["crm.referral.candidate"].create(
            {"referral_id": referral.id, "named_by": "customer", **who}
        )
        self._tell_rep(
            candidate,
            lambda c: c.env._(
                "%(customer)s named %(candidate)s",
                customer=c.referrer_id.display_name,
                candidate=c.display_name,
            ),
        )
        return "named"

    def _page_preferences(self, values):
        """What the customer wishes. Another wish: extend this and the template."""
        interval = values.get("interval") or False
        if interval and interval not in dict(INTERVALS):
            raise PageRefusalError("invalid")
        if self.partner_id.referral_ask_interval != interval:
            self.partner_id.referral_ask_interval = interval
            field = self.partner_id._fields["referral_ask_interval"]
            wish = dict(field._description_selection(self.env)).get(interval)
            self._note(
                self._get_last_request(),
                self.env._("How often to ask for referrals: %(wish)s", wish=wish)
                if wish
                else self.env._("There is no wish any more how often to ask."),
            )
        if values.get("with_news") and self.partner_id._set_news_wishes(values):
            note = self.env._("Of what we tell them: changed on their page.")
            self._note(self._get_last_request(), note)
        return "saved"

    def _page_stop(self, values):
        if not values.get("confirmed"):
            raise PageRefusalError("confirm")
        if self.partner_id.referral_do_not_ask:
            return "stopped"
        self.partner_id._stop_referral_contact()
        request = self._get_last_request()
        name = self.partner_id.display_name
        self._note(
            request,
            self.env._("%(customer)s does not want to be asked again.", customer=name),
        )
        if request and not request.outcome and request.active:
            user = request._get_step_activity_user()
            reader = request.with_context(lang=user.lang or self.env.lang)
            request.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=reader.env._(
                    "%(customer)s does not want to be asked again: end the request",
                    customer=name,
                ),
                user_id=user.id,
            )
        return "stopped"

    # === WHAT WAS POSTED === #

    def _get_posted_candidate(self, values, *states):
        """:raise PageRefusalError: when the candidate is not of this page, or not in
        one of these states any more
        """
        posted = str(values.get("candidate"))
        candidate = self._get_page_candidates().filtered(lambda c: str(c.id) == posted)
        if not candidate:
            raise PageRefusalError("invalid")
        if candidate.state not in states or not self._is_going_on(candidate):
            raise PageRefusalError("changed")
        if candidate.state == "suggested" and self._is_stopped():
            raise PageRefusalError("stopped")
        return candidate

    @api.model
    def _get_posted_text(self, values, key, limit, is_line=False):
        """:return: what somebody wrote, without what no text field can hold
        :rtype: str
        """
        text = values.get(key)
        if not isinstance(text, str):
            return ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = UNPRINTABLE.sub("", text).strip()
        if is_line:
            text = " ".join(text.split())
        if len(text) > limit:
            raise PageRefusalError("too_long")
        return text

    @api.model
    def _get_posted_channel(self, values):
        field = self.env["crm.referral.candidate"]._fields["introduction_channel"]
        channel = values.get("channel")
        return (
            {"introduction_channel": channel}
            if channel in field.get_values(self.env)
            else {}
        )

    @api.model
    def _add_words(self, before, words):
        return f"{before}\n{words}" if before and before.strip() else words

    def _get_request_to_add_to(self):
        """:return: the open request, or a new one: who names somebody unasked is not
        held up by the quiet period, which is about our asking
        """
        request = self._get_last_request()
        if request and not request.outcome and request.active:
            return request
        return self.env["crm.referral"].create(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "user_id": self._get_page_user().id,
                "override_reason": self.env._(
                    "The customer named somebody on their page, without being asked."
                ),
            }
        )

    # === WHAT THE REP HEARS === #

    def _tell_rep(self, candidate, summary, words=""):
        """Say what the customer did: in the chatter of the request, and by an activity.

        :param summary: function of the candidate: what was done
        :param str words: what the customer wrote
        """
        text = summary(candidate)
        if words:
            text = self.env._("%(what)s: “%(words)s”", what=text, words=words)
        self._note(candidate.referral_id, text)
        candidate.activity_unlink([ACTIVITY_TYPE])
        assignee = candidate._get_responsible_user()
        self.env["mail.activity"]._schedule_batch(
            ACTIVITY_TYPE,
            {
                candidate: {
                    "user_id": assignee.id,
                    "date_deadline": today(self.env, assignee, self.company_id),
                    "summary": summary,
                }
            },
        )

    def _note(self, request, text):
        """Keep in the chatter what was done on the page, and who may have done it."""
        user = self.env["res.users"].browse(self.env.context.get("page_user_id"))
        colleagues = (self.opened_by_ids | self.copied_by_ids) - user
        if user:
            hint = self.env._(
                "%(who)s did this on the page of the customer.", who=user.name
            )
        elif colleagues:
            hint = self.env._(
                "Done on the customer's page; %(who)s had the link, too.",
                who=format_list(self.env, colleagues.mapped("name")),
            )
        else:
            hint = self.env._("Done on the customer's page.")
        (request or self.partner_id).message_post(
            body=Markup("%s<br/>%s") % (text, hint),
            author_id=(user.partner_id or self.partner_id).id,
            subtype_xmlid="mail.mt_note",
        )

    # === TEXTS === #

    @api.model
    def _get_page_message(self, code):
        """:return: what the page says after something was done, or was not
        :rtype: str
        """
        return {
            "agreed": self.env._(
                "Thank you! Below is a text that you can change and pass on."
            ),
            "declined": self.env._("Noted. Thank you for telling us."),
            "introduced": self.env._(
                "Thank you for introducing us! We will take it from here."
            ),
            "named": self.env._("Thank you for thinking of somebody!"),
            "saved": self.env._("Saved."),
            "stopped": self.env._(
                "Noted: we do not ask you for introductions any more. If you change "
                "your mind, tell the person you know at our company."
            ),
            "changed": self.env._(
                "This has changed in the meantime. Please look at it again."
            ),
            "busy": self.env._(
                "There were too many visits at once. Please wait a few minutes and "
                "try again; what was saved is still there."
            ),
            "confirm": self.env._("Please tick the box first, so that we are sure."),
            "contact_data": self.env._(
                "Please leave out e-mail addresses and phone numbers: we do not need "
                "them before you have introduced us."
            ),
            "empty": self.env._("Please write a name or a job position."),
            "invalid": self.env._(
                "This does not belong to this page, so nothing was done. Please open "
                "it again."
            ),
            "refused": self.env._(
                "Thank you for thinking of somebody. We cannot take this person up. "
                "Please name somebody else, or talk to us."
            ),
            "too_long": self.env._("This is too long. Please make it shorter."),
            "too_many": self.env._(
                "Thank you for thinking of so many people! Let us begin with these."
            ),
        }.get(code, "")
