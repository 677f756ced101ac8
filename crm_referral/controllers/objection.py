from urllib.parse import urlencode

from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.feedback import FRONTEND
from odoo.addons.crm_assessment.controllers.personal_link import (
    PersonalLinkController,
)

PATH = "/referral/objection"
# A button, and the words of a mail program: no more than that is ever sent.
MAX_BODY = 16 * 1024


class ObjectionController(PersonalLinkController, http.Controller):
    """The page on which a candidate objects to being contacted, without a login.

    Opening it changes nothing, as mail scanners open every link: the button does.
    """

    _link_model = "crm.referral.candidate"

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def objection_page(self, token=None, lang=None, **_kwargs):
        """Ask once, or say that the objection is noted."""
        candidate_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_done(candidate_sudo, status)
        return self._render_question(candidate_sudo)

    # csrf=False: checked below, as on the page for customers. A mail program sends the
    # words of RFC 8058 when its user unsubscribes: it has no page, and is the click.
    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=MAX_BODY,
        **FRONTEND,
    )
    def objection_submit(self, token=None, lang=None, csrf_token=None, **post):
        """Note the objection."""
        candidate_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_done(candidate_sudo, status)
        one_click = post.get("List-Unsubscribe") == "One-Click"
        if not one_click and not self._is_own_page(candidate_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was noted just now. "
                "Please press the button again."
            )
            return self._render_question(candidate_sudo, message, status=400)
        candidate_sudo._object_by_link()
        if one_click:
            return self._render_done(candidate_sudo, "answered")
        query = urlencode({"lang": request.env.lang or ""})
        return request.redirect(
            f"{PATH}/{candidate_sudo.access_token}?{query}", code=303
        )

    # === PAGES === #

    def _render_question(self, candidate_sudo, message=None, status=200):
        values = {
            "action": f"{PATH}/{candidate_sudo.access_token}",
            "form_token": self._get_form_token(candidate_sudo),
            "languages": request.env["res.lang"].get_installed(),
            "message": message,
            "notice": candidate_sudo._get_notice_sentence(),
            "title": request.env._("Shall we leave you in peace?"),
        }
        return self._render(
            "crm_referral.objection_page", candidate_sudo, values, status
        )

    def _render_done(self, candidate_sudo, status):
        """An objection that is noted is no mistake: the page says so kindly."""
        if status != "answered":
            return self._render_closed(candidate_sudo, status)
        title, message = self._get_closed_texts(status)
        return self._render(
            self._closed_template, candidate_sudo, {"title": title, "message": message}
        )

    def _get_closed_texts(self, status):
        texts = {
            "answered": (
                request.env._("It is noted. We leave you in peace."),
                request.env._(
                    "Nobody of us gets in touch with you any more. So that it stays "
                    "so, we remember your address in a form that cannot be read back. "
                    "You can close this page."
                ),
            ),
            "expired": (
                request.env._("We have erased your data."),
                request.env._("There is nothing left for you to do."),
            ),
        }
        return texts.get(status) or super()._get_closed_texts(status)
