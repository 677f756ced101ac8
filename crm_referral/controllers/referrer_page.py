from urllib.parse import urlencode

from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.feedback import FRONTEND
from odoo.addons.crm_assessment.controllers.personal_link import PersonalLinkController

from ..models.crm_referral_page_mixin import PageRefusalError

PATH = "/referral"
# Room for every text, far too long ones included.
MAX_BODY = 256 * 1024
REFUSAL_STATUS = {"changed": 409, "invalid": 400, "stopped": 409}


class ReferrerPageController(PersonalLinkController, http.Controller):
    """The page of a customer who may introduce us, behind their personal link."""

    _link_model = "crm.referral.referrer"

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def referrer_page(self, token=None, lang=None, done=None, **_kwargs):
        """Show the customer's introductions, and what they can do.

        :param str done: what was done before the page was opened
        """
        page_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(page_sudo, status)
        return self._render_page(page_sudo, done=done)

    # csrf=False: the form has its own token, as no session is needed.
    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        max_content_length=MAX_BODY,
        **FRONTEND,
    )
    def referrer_act(self, token=None, lang=None, csrf_token=None, do=None, **post):
        """Do what the customer wants, and show the page anew."""
        page_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(page_sudo, status)
        if not self._is_own_page(page_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was done just now. "
                "Please press the button again."
            )
            return self._render_page(page_sudo, message, post, status=400)
        try:
            done = page_sudo._act_on_page(do, post, request.env.user)
        except PageRefusalError as refusal:
            [code] = refusal.args
            return self._render_page(
                page_sudo,
                page_sudo._get_page_message(code),
                post,
                status=REFUSAL_STATUS.get(code, 422),
            )
        query = urlencode({"lang": request.env.lang or "", "done": done})
        return request.redirect(f"{PATH}/{page_sudo.access_token}?{query}", code=303)

    def _render_page(self, page_sudo, message=None, typed=None, *, done="", status=200):
        """Show the page.

        :param str message: what went wrong
        :param dict typed: what was posted but not done
        :param str done: what went well
        :param int status: of the response
        """
        values = {
            **page_sudo._get_page_values(),
            "action": f"{PATH}/{page_sudo.access_token}?"
            + urlencode({"lang": request.env.lang or ""}),
            "can_decide": True,
            "csrf_token": self._get_form_token(page_sudo),
            "done": page_sudo._get_page_message(done),
            "languages": request.env["res.lang"].get_installed(),
            "language_url": f"{PATH}/{page_sudo.access_token}",
            "message": message,
            "title": request.env._("Your introductions"),
            "typed": typed or {},
        }
        return self._render("crm_referral.referrer_page", page_sudo, values, status)
