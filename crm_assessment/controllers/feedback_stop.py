from odoo import http
from odoo.http import request

from ..tools.personal_link import PATH
from .feedback import FRONTEND
from .personal_link import PersonalLinkController

STOP_PATH = f"{PATH}/<string:token>/stop"
# The link in an old mail stops the next ones too.
CAN_STOP = ("open", "answered", "expired")


class FeedbackStopController(PersonalLinkController, http.Controller):
    """The page on which a customer says that they do not want to be asked any more."""

    _link_model = "crm.assessment"

    @http.route(STOP_PATH, type="http", auth="public", methods=["GET"], **FRONTEND)
    def feedback_stop_page(self, token=None, lang=None, **_kwargs):
        """Ask for a confirmation: programs that look into mails open links, too."""
        assessment_sudo, status = self._fetch_from_access_token(token, lang)
        if status not in CAN_STOP:
            return self._render_closed(assessment_sudo, status)
        return self._render_stop(assessment_sudo)

    # csrf=False: checked below, as on the page with the questions.
    @http.route(
        STOP_PATH, type="http", auth="public", methods=["POST"], csrf=False, **FRONTEND
    )
    def feedback_stop(self, token=None, lang=None, csrf_token=None, again=None, **_kw):
        """Note the choice of the customer.

        :param str again: set when they want to be asked again after all
        """
        assessment_sudo, status = self._fetch_from_access_token(token, lang)
        if status not in CAN_STOP:
            return self._render_closed(assessment_sudo, status)
        if not self._is_own_page(assessment_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was changed. Please "
                "press the button again."
            )
            return self._render_stop(assessment_sudo, message, status=400)
        assessment_sudo._choose_on_page(may_be_asked=bool(again), user=request.env.user)
        # Loading the page again posts nothing twice.
        return request.redirect(
            f"{PATH}/{assessment_sudo.access_token}/stop?lang={request.env.lang or ''}",
            code=303,
        )

    def _render_stop(self, assessment_sudo, message=None, status=200):
        contact = assessment_sudo._get_contact()
        return self._render(
            "crm_assessment.feedback_stop",
            assessment_sudo,
            {
                "action": f"{PATH}/{assessment_sudo.access_token}/stop",
                "form_token": self._get_form_token(assessment_sudo),
                "is_stopped": bool(contact._filter_opted_out()),
                "message": message,
            },
            status,
        )
