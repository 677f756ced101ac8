from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.crm_assessment.controllers.feedback import FRONTEND
from odoo.addons.crm_assessment.controllers.personal_link import PersonalLinkController

PATH = "/service/complaint"
# Room for every text, far too long ones included.
MAX_BODY = 256 * 1024


class ComplaintPageController(PersonalLinkController, http.Controller):
    """The page of a customer who complains, behind their personal link."""

    _link_model = "crm.complaint"

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def complaint_page(self, token=None, lang=None, done=None, **_kwargs):
        """Show how far we are. Programs that look into mails open it, too.

        :param str done: what was done before the page was opened
        """
        complaint_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(complaint_sudo, status)
        return self._render_page(complaint_sudo, done=done)

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
    def complaint_act(self, token=None, lang=None, csrf_token=None, do=None, **post):
        """Take the customer's answers, or that it is not solved after all."""
        complaint_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(complaint_sudo, status)
        if not self._is_own_page(complaint_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was done just now. "
                "Please press the button again."
            )
            return self._render_page(complaint_sudo, message, post, status=400)
        try:
            with request.env.cr.savepoint():
                done = complaint_sudo._act_on_page(do, post)
        except UserError as error:
            return self._render_page(complaint_sudo, str(error), post, status=422)
        query = urlencode({"lang": request.env.lang or "", "done": done})
        url = f"{PATH}/{complaint_sudo.access_token}?{query}"
        return request.redirect(url, code=303)

    def _render_page(
        self, complaint_sudo, message=None, typed=None, *, done="", status=200
    ):
        """Show the page.

        :param str message: what went wrong
        :param dict typed: what was posted but not done
        :param str done: what went well
        :param int status: of the response
        """
        url = f"{PATH}/{complaint_sudo.access_token}"
        values = {
            **complaint_sudo._get_page_values(),
            "action": f"{url}?{urlencode({'lang': request.env.lang or ''})}",
            "csrf_token": self._get_form_token(complaint_sudo),
            "done": complaint_sudo._get_page_message(done),
            "languages": request.env["res.lang"].get_installed(),
            "language_url": url,
            "message": message,
            "title": request.env._("Your complaint"),
            "typed": typed or {},
        }
        return self._render(
            "crm_referral_service.complaint_page", complaint_sudo, values, status
        )
