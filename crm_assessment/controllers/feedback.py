import ipaddress
from urllib.parse import urlencode, urlsplit

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq, format_date, hmac

from ..models.crm_assessment_page_mixin import (
    ANSWER_FIELDS,
    MAX_LENGTH,
    InvalidAnswerError,
)
from ..tools.personal_link import PATH

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTP_STATUS = {
    "unknown": 404,
    "answered": 410,
    "expired": 410,
    "revoked": 410,
    "busy": 429,
}
# What the frontend's scripts need where `website` is installed. The address stays the
# same in all languages.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}
# Within ten minutes. A page of forty questions needs fewer, even with a slow writer.
VISITS_PER_LINK = 300
WRONG_LINKS_PER_ADDRESS = 30
# Room for every question with a text that is far too long.
MAX_BODY = 8 * 1024 * 1024


class FeedbackController(http.Controller):
    """The page on which a customer answers, behind a personal link."""

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def feedback_page(self, token=None, lang=None, done=None, **_kwargs):
        """The questions, or a page that says why there are none.

        :param str done: what was done before this page was opened: ``save``, ``ask``
            (to send, but questions are open) or ``send``
        """
        assessment_sudo, status = self._fetch_from_access_token(token, lang)
        if status == "answered" and done == "send":
            return self._render_thanks(assessment_sudo)
        if status != "open":
            return self._render_closed(assessment_sudo, status)
        if done == "ask":
            return self._render_page(
                assessment_sudo, left=self._get_left(assessment_sudo)
            )
        saved = done == "save" and request.env._(
            "Saved. You may close this page and go on later."
        )
        return self._render_page(assessment_sudo, saved=saved)

    # csrf=False: checked below. Odoo's own check needs a session, and so a cookie; and
    # it would write the path, and so the token, to the log.
    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=MAX_BODY,
        **FRONTEND,
    )
    def feedback_submit(self, token=None, lang=None, csrf_token=None, **post):
        """Save the answers, and sign them when the customer sends them."""
        assessment_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(assessment_sudo, status)
        answers = {
            name: value
            for name, value in post.items()
            if name.partition("-")[0] in ANSWER_FIELDS
        }
        if not self._is_own_page(assessment_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was saved just now. "
                "Your answers are still here: please press the button again."
            )
            return self._render_page(assessment_sudo, answers, message, status=400)
        try:
            too_long = assessment_sudo._save_page_answers(answers)
        except InvalidAnswerError:
            message = request.env._(
                "These answers do not belong to this page, so nothing was saved. "
                "Please open your link again."
            )
            return self._render_page(assessment_sudo, message=message, status=400)
        if too_long:
            return self._render_page(
                assessment_sudo,
                {name: answers[name] for name in too_long},
                self._get_too_long_message(),
                invalid=too_long,
                status=422,
            )
        if "send" not in post:
            return self._redirect(
                assessment_sudo, "save" if "save" in post else "language"
            )
        return self._submit(assessment_sudo, is_confirmed="confirmed" in post)

    @http.route(
        f"{PATH}/<string:token>/save",
        type="jsonrpc",
        auth="public",
        methods=["POST"],
        max_content_length=MAX_BODY,
    )
    def feedback_save(
        self, token=None, answers=None, csrf_token=None, lang=None, **_kwargs
    ):
        """Save some answers while the customer goes on.

        :return: ``status`` (``saved``, ``too_long``, ``invalid``, ``csrf`` or why the
            page is closed), and ``message`` for the customer when it is not saved
        :rtype: dict
        """
        assessment_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            title, message = self._get_closed_texts(status)
            return {"status": status, "message": f"{title} {message}"}
        # Odoo checks the forms only
        if not self._is_own_page(assessment_sudo, csrf_token):
            return {
                "status": "csrf",
                "message": request.env._(
                    "Not saved yet: something was wrong with this page. Your answers "
                    "are kept when you press the button at the end."
                ),
            }
        try:
            if not isinstance(answers, dict):
                raise InvalidAnswerError
            too_long = assessment_sudo._save_page_answers(answers)
        except InvalidAnswerError:
            return {
                "status": "invalid",
                "message": request.env._("Not saved. Please open your link again."),
            }
        if too_long:
            return {
                "status": "too_long",
                "message": self._get_too_long_message(),
                "fields": sorted(too_long),
            }
        return {"status": "saved"}

    # === GATEKEEPER === #

    def _fetch_from_access_token(self, token, lang=None):
        """Let in who holds a link. Every route goes through here first.

        Who holds no real token learns nothing: all wrong links are "unknown", whether
        the customer exists or not, until there are too many from one address. A real
        link is not held up by the wrong ones that others try from the same address.

        :param str token: the token in the link
        :param str lang: the language that was chosen on the page
        :return: the assessment in sudo mode (empty for who holds no link), and ``open``
            or why it is not
        :rtype: tuple
        """
        request.future_response.headers.update(HEADERS)
        lang = lang if isinstance(lang, str) else None
        Visit = request.env["crm.personal.link.visit"]
        assessment_sudo = request.env["crm.assessment"]._find_by_token(token)
        status = assessment_sudo._get_page_status() if assessment_sudo else "unknown"
        # Counted for good before anything else is done with what came from outside.
        if status == "unknown":
            assessment_sudo = assessment_sudo.browse()
            if not Visit._admit(
                "wrong_link", self._get_address(), WRONG_LINKS_PER_ADDRESS
            ):
                status = "busy"
        elif not Visit._admit("link", assessment_sudo.access_token, VISITS_PER_LINK):
            status = "busy"
        if status == "open" and request.env.user._is_internal():
            # Not in the customer's name unnoticed.
            assessment_sudo._note_opened_by(request.env.user)
        if status == "busy":
            request.future_response.headers["Retry-After"] = "600"
        self._set_language(assessment_sudo, lang)
        company = assessment_sudo.company_id or request.env.company
        return assessment_sudo.with_env(
            assessment_sudo.env(context=request.env.context)
        ).with_company(company), status

    def _get_form_token(self, assessment_sudo):
        """What a form of the page carries: who has not seen the page does not know it.

        No session is needed for it, so it holds in a browser that keeps no cookies and
        however long the page was open.

        :rtype: str
        """
        return hmac(
            assessment_sudo.env, "crm_assessment.feedback", assessment_sudo.access_token
        )

    def _is_own_page(self, assessment_sudo, form_token):
        """:return: whether a request comes from the customer's page, and not from
            another site that makes their browser send it.
        :rtype: bool
        """
        if not isinstance(form_token, str) or not consteq(
            form_token.encode(errors="replace"),
            self._get_form_token(assessment_sudo).encode(),
        ):
            return False
        headers = request.httprequest.headers
        site = headers.get("Sec-Fetch-Site")
        if site:
            return site in ("same-origin", "none")
        # Browsers that do not say it. "null" is what a form says whose page is
        # no-referrer, as ours; it had the form's token.
        own = {
            request.httprequest.host,
            urlsplit(assessment_sudo.get_base_url()).netloc,
        }
        return all(
            urlsplit(origin).netloc in own
            for origin in (headers.get("Origin"), headers.get("Referer"))
            if origin and origin != "null"
        )

    def _get_address(self):
        """:return: the visitor's address; of IPv6 the part that one visitor has.
        :rtype: str
        """
        address = request.httprequest.remote_addr or ""
        try:
            if ipaddress.ip_address(address).version == 6:
                return str(ipaddress.ip_network(f"{address}/64", strict=False))
        except ValueError:
            return address
        return address

    def _set_language(self, assessment_sudo, lang):
        """Speak the language chosen on the page, or the contact's, or the browser's.

        :param str lang: the language that was chosen on the page
        """
        installed = dict(request.env["res.lang"].get_installed())
        contact_lang = assessment_sudo and assessment_sudo._get_contact().lang
        round_lang = assessment_sudo and assessment_sudo.round_id.lang
        for code in (lang, round_lang, contact_lang):
            if code in installed:
                request.update_context(lang=code)
                return

    # === PAGES === #

    def _submit(self, assessment_sudo, is_confirmed):
        """Sign the answers; ask once when questions are open."""
        questions = assessment_sudo._get_page_questions()
        is_answered = any(
            question["value"] or question["remark"] for question in questions
        )
        if is_answered and self._get_left(assessment_sudo) and not is_confirmed:
            return self._redirect(assessment_sudo, "ask")
        try:
            assessment_sudo._submit_page()
        except UserError as error:
            return self._render_page(
                assessment_sudo, message=error.args[0], status=error.http_status
            )
        return self._redirect(assessment_sudo, "send")

    def _get_left(self, assessment_sudo):
        """:return: the questions that are still open, texts left aside.
        :rtype: list[dict]
        """
        return [
            question
            for question in assessment_sudo._get_page_questions()
            if question["kind"] != "text" and not question["value"]
        ]

    def _redirect(self, assessment_sudo, done):
        """Show the page anew: going back or loading it again then posts nothing twice.

        :param str done: what was done, see ``feedback_page``
        """
        query = urlencode({"lang": request.env.lang or "", "done": done})
        return request.redirect(
            f"{PATH}/{assessment_sudo.access_token}?{query}", code=303
        )

    def _render_thanks(self, assessment_sudo):
        """Say that the answers have arrived, after they were sent."""
        return self._render(
            "crm_assessment.feedback_closed",
            assessment_sudo,
            {
                "title": request.env._("Thank you!"),
                "message": request.env._(
                    "Your answers have been sent. You can close this page."
                ),
            },
        )

    def _render_page(
        self,
        assessment_sudo,
        answers=None,
        message=None,
        *,
        invalid=(),
        left=(),
        saved=None,
        status=200,
    ):
        """Show the questions.

        :param dict answers: what was typed but not saved
        :param str message: what went wrong
        :param invalid: names of the answers that were refused
        :param left: questions that are open although the customer wants to send
        :param str saved: what went well
        :param int status: of the response
        """
        questions = assessment_sudo._get_page_questions()
        for question in questions:
            text = "value" if question["kind"] == "text" else "remark"
            names = {"value": question["field"], "control": "control", text: "note"}
            for key, name in names.items():
                typed = (answers or {}).get(f"{name}-{question['id']}")
                if isinstance(typed, str):
                    question[key] = typed
            question["is_invalid"] = f"note-{question['id']}" in invalid
        counted = [question for question in questions if question["kind"] != "text"]
        values = {
            "action": f"{PATH}/{assessment_sudo.access_token}",
            "answered": len([q for q in counted if q["value"]]),
            "counted": len(counted),
            # A whole sentence: its full stop is another one in Chinese.
            "deadline": assessment_sudo.deadline
            and request.env._(
                "You can stop and go on later with the same link, until %(date)s.",
                date=format_date(
                    request.env, assessment_sudo.deadline, date_format="long"
                ),
            ),
            "form_token": self._get_form_token(assessment_sudo),
            "languages": request.env["res.lang"].get_installed(),
            "left": left,
            "max_length": MAX_LENGTH,
            "message": message,
            "questions": questions,
            "saved": saved,
            # Here, as texts in data attributes are not translated.
            "saved_text": request.env._("Saved"),
            "saving_text": request.env._("Saving …"),
            "unsaved_text": request.env._("Not saved yet. We keep trying."),
            "title": request.env._("How do you see us?"),
            "too_long_message": self._get_too_long_message(),
        }
        return self._render(
            "crm_assessment.feedback_page", assessment_sudo, values, status
        )

    def _render_closed(self, assessment_sudo, status):
        """Say in a friendly way why there is nothing to answer."""
        title, message = self._get_closed_texts(status)
        return self._render(
            "crm_assessment.feedback_closed",
            assessment_sudo,
            {"title": title, "message": message},
            HTTP_STATUS[status],
        )

    def _render(self, template, assessment_sudo, values, status=200):
        # Who holds no link is not told whose page this would be.
        company_sudo = assessment_sudo.company_id
        lang = request.env["res.lang"]._get_data(code=request.env.lang)
        values = {
            "company_sudo": company_sudo,
            "html_data": {
                "lang": (lang.code or "en_US").replace("_", "-"),
                "dir": lang.direction or "ltr",
            },
            "page_lang": lang.code,
            **values,
        }
        return request.render(template, values, status=status)

    # === TEXTS === #

    def _get_too_long_message(self):
        return request.env._(
            "This answer is longer than %(limit)s characters and is not saved. Please "
            "make it shorter; nothing is lost.",
            limit=f"{MAX_LENGTH:,}",
        )

    def _get_closed_texts(self, status):
        """:return: title and message of a page without questions.
        :rtype: tuple[str, str]
        """
        texts = {
            "unknown": (
                request.env._("This link does not open anything."),
                request.env._(
                    "Perhaps a part of it was lost on the way. Please open it again "
                    "from the message that we sent you, or ask us for a new one."
                ),
            ),
            "answered": (
                request.env._("Your answers have arrived. Thank you!"),
                request.env._(
                    "This link has been used. Would you like to add something? Please "
                    "write or call the person you know at our company."
                ),
            ),
            "expired": (
                request.env._("The time to answer is over."),
                request.env._(
                    "We would still like to hear from you. Please write or call the "
                    "person you know at our company."
                ),
            ),
            "revoked": (
                request.env._("This link is no longer in use."),
                request.env._(
                    "If you have a newer message from us, please use the link in it. "
                    "Otherwise there is nothing for you to do."
                ),
            ),
            "busy": (
                request.env._("One moment, please."),
                request.env._(
                    "There were too many visits at once. Please wait a few minutes and "
                    "try again; what was saved is still there."
                ),
            ),
        }
        return texts[status]
