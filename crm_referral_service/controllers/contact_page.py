from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.crm_assessment.controllers.feedback import FRONTEND
from odoo.addons.crm_assessment.controllers.personal_link import PersonalLinkController

PATH = "/service/contact"
MAX_BODY = 128 * 1024


class ContactPageController(PersonalLinkController, http.Controller):
    """One question after a contact, behind the customer's personal link."""

    _link_model = "crm.service.contact"

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def contact_page(self, token=None, lang=None, done=None, **_kwargs):
        """Ask. Programs that look into mails open it, too: nothing changes.

        :param str done: set when the customer has answered
        """
        contact_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(contact_sudo, status)
        return self._render_page(contact_sudo, done=done)

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
    def contact_answer(
        self, token=None, lang=None, csrf_token=None, solved=None, words=None, **_post
    ):
        """Take the customer's answer."""
        contact_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(contact_sudo, status)
        typed = words if isinstance(words, str) else ""
        if not self._is_own_page(contact_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was done just now. "
                "Please press the button again."
            )
            return self._render_page(contact_sudo, message, typed, status=400)
        try:
            with request.env.cr.savepoint():
                contact_sudo._answer_on_page(solved, words)
        except UserError as error:
            return self._render_page(contact_sudo, str(error), typed, status=422)
        query = urlencode({"lang": request.env.lang or "", "done": "1"})
        return request.redirect(f"{PATH}/{contact_sudo.access_token}?{query}", code=303)

    def _render_page(
        self, contact_sudo, message=None, typed="", *, done=None, status=200
    ):
        url = f"{PATH}/{contact_sudo.access_token}"
        values = {
            **contact_sudo._get_page_values(),
            "action": f"{url}?{urlencode({'lang': request.env.lang or ''})}",
            "csrf_token": self._get_form_token(contact_sudo),
            "done": done,
            "languages": request.env["res.lang"].get_installed(),
            "language_url": url,
            "message": message,
            "typed": typed,
        }
        return self._render(
            "crm_referral_service.contact_page", contact_sudo, values, status
        )
