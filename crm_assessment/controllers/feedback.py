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
from .personal_link import ACTS, OPENS, PersonalLinkController, routes

# Room for every question with a text that is far too long.
MAX_BODY = 8 * 1024 * 1024


class FeedbackController(PersonalLinkController, http.Controller):
    """The page on which a customer answers, behind a personal link."""

    _link_model = "crm.assessment"
    _page_template = "crm_assessment.feedback_page"

    @http.route(routes(PATH), **OPENS)
    def feedback_page(self, token=None, lang=None, done=None, **_kwargs):
        """The questions, or a page that says why there are none."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def feedback_submit(self, token=None, **posted):
        """Save the answers, and sign them when the customer sends them."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        """Answers that can be saved are saved, whatever is wrong with the others.

        :return: what was done: ``save``, ``language``, ``ask`` (to send, but questions
            are open) or ``send``
        """
        answers = self._get_posted_answers(posted)
        try:
            too_long = record_sudo._save_page_answers(answers)
        except InvalidAnswerError:
            message = request.env._(
                "These answers do not belong to this page, so nothing was saved. "
                "Please open your link again."
            )
            return self._render_page(record_sudo, message, status=400)
        record_sudo._save_callback(posted)
        if too_long:
            return self._render_page(
                record_sudo,
                self._get_too_long_message(),
                {name: answers[name] for name in too_long},
                invalid=too_long,
                status=422,
            )
        is_language = "lang" in request.httprequest.form
        problem = not is_language and record_sudo._get_callback_problem()
        if problem:
            return self._render_page(record_sudo, callback_problem=problem, status=422)
        if "send" not in posted:
            return "save" if "save" in posted else "language"
        return self._submit(record_sudo, is_confirmed="confirmed" in posted)

    def _get_posted_answers(self, posted):
        return {
            name: value
            for name, value in posted.items()
            if name.partition("-")[0] in ANSWER_FIELDS
        }

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
            return "ask"
        try:
            assessment_sudo._submit_page()
        except UserError as error:  # what was saved is kept
            return self._render_page(
                assessment_sudo, error.args[0], status=error.http_status
            )
        return "send"

    def _get_left(self, assessment_sudo):
        """:return: the questions that are still open, texts left aside.
        :rtype: list[dict]
        """
        return [
            question
            for question in assessment_sudo._get_page_questions()
            if question["kind"] != "text" and not question["value"]
        ]

    def _render_closed(self, record_sudo, status, done=None):
        """Say that the answers have arrived, after they were sent."""
        if status != "answered" or done != "send":
            return super()._render_closed(record_sudo, status, done)
        return self._render(
            self._closed_template,
            record_sudo,
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
        record_sudo,
        message=None,
        typed=None,
        *,
        invalid=(),
        callback_problem=None,
        **options,
    ):
        """Show the questions.

        :param callback_problem: what is wrong with the wish to be called
        :param invalid: names of the answers that were refused
        """
        questions = self._get_typed_questions(record_sudo, typed or {}, invalid)
        return super()._render_page(
            record_sudo,
            message,
            callback_problem=callback_problem,
            questions=questions,
            **options,
        )

    def _get_page_values(self, record_sudo, done):
        counted = [
            question
            for question in record_sudo._get_page_questions()
            if question["kind"] != "text"
        ]
        saved = done == "save" and request.env._(
            "Saved. You may close this page and go on later."
        )
        return {
            "callback": record_sudo._read_callback(),
            "callback_days": record_sudo._get_callback_days(),
            "callback_hours": record_sudo._get_callback_hours(),
            "answered": len([each for each in counted if each["value"]]),
            "counted": len(counted),
            "deadline": self._get_deadline_text(record_sudo.deadline),
            "left": self._get_left(record_sudo) if done == "ask" else (),
            "max_length": MAX_LENGTH,
            "saved": saved,
            # Here, as texts in data attributes are not translated.
            "saved_text": request.env._("Saved"),
            "saving_text": request.env._("Saving …"),
            "unsaved_text": request.env._("Not saved yet. We keep trying."),
            "title": request.env._("How do you see us?"),
            "too_long_message": self._get_too_long_message(),
        }

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

    def _get_not_own_text(self):
        return request.env._(
            "Something was wrong with this page, so nothing was saved just now. Your "
            "answers are still here: please press the button again."
        )
