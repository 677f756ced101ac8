from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import format_date

from ..models.crm_assessment_page_mixin import (
    ANSWER_FIELDS,
    MAX_LENGTH,
    InvalidAnswerError,
)
from ..tools.personal_link import PATH
from .personal_link import PersonalLinkController

# What the frontend's scripts need where `website` is installed. The address stays the
# same in all languages.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}
# Room for every question with a text that is far too long.
MAX_BODY = 8 * 1024 * 1024


class FeedbackController(PersonalLinkController, http.Controller):
    """The page on which a customer answers, behind a personal link."""

    _link_model = "crm.assessment"

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
        assessment_sudo._save_callback(post)
        if too_long:
            return self._render_page(
                assessment_sudo,
                {name: answers[name] for name in too_long},
                self._get_too_long_message(),
                invalid=too_long,
                status=422,
            )
        problem = "lang" not in request.httprequest.form and (
            assessment_sudo._get_callback_problem()
        )
        if problem:
            return self._render_page(
                assessment_sudo, callback_problem=problem, status=422
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

    def _get_typed_questions(self, assessment_sudo, answers, invalid):
        """:return: the questions, with what was typed but not saved
        :rtype: list[dict]
        """
        questions = assessment_sudo._get_page_questions()
        for question in questions:
            text = "value" if question["kind"] == "text" else "remark"
            names = {"value": question["field"], "control": "control", text: "note"}
            for key, name in names.items():
                typed = answers.get(f"{name}-{question['id']}")
                if isinstance(typed, str):
                    question[key] = typed
            question["is_invalid"] = f"note-{question['id']}" in invalid
        return questions

    def _render_page(
        self,
        assessment_sudo,
        answers=None,
        message=None,
        *,
        callback_problem=None,
        invalid=(),
        left=(),
        saved=None,
        status=200,
    ):
        """Show the questions.

        :param dict answers: what was typed but not saved
        :param str message: what went wrong
        :param str callback_problem: what is wrong with the wish to be called
        :param invalid: names of the answers that were refused
        :param left: questions that are open although the customer wants to send
        :param str saved: what went well
        :param int status: of the response
        """
        questions = self._get_typed_questions(assessment_sudo, answers or {}, invalid)
        counted = [question for question in questions if question["kind"] != "text"]
        values = {
            "action": f"{PATH}/{assessment_sudo.access_token}",
            "callback": assessment_sudo._read_callback(),
            "callback_days": assessment_sudo._get_callback_days(),
            "callback_hours": assessment_sudo._get_callback_hours(),
            "callback_problem": callback_problem,
            "answered": len([q for q in counted if q["value"]]),
            "counted": len(counted),
            "deadline": self._get_deadline_text(assessment_sudo.deadline),
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

    # === TEXTS === #

    def _get_deadline_text(self, deadline):
        """:return: until when the link works; a whole sentence, as its full stop is
        another one in Chinese
        """
        return deadline and request.env._(
            "You can stop and go on later with the same link, until %(date)s.",
            date=format_date(request.env, deadline, date_format="long"),
        )

    def _get_too_long_message(self):
        return request.env._(
            "This answer is longer than %(limit)s characters and is not saved. Please "
            "make it shorter; nothing is lost.",
            limit=f"{MAX_LENGTH:,}",
        )
