from urllib.parse import urlencode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.crm_assessment.controllers.feedback import FRONTEND
from odoo.addons.crm_assessment.controllers.personal_link import (
    HEADERS,
    PersonalLinkController,
)

PATH = "/service/tell-us"
# Room for every text, far too long ones included.
MAX_BODY = 256 * 1024
# Within ten minutes. An address may be that of a whole company.
VISITS_PER_ADDRESS = 100
MESSAGES_PER_ADDRESS = 20
# People do not see this field; programs that fill in every form do.
HONEYPOT = "website"


class TellUsController(PersonalLinkController, http.Controller):
    """The form behind the address of a listening post: printed, scanned, public.

    Opening it changes nothing. Who sends it needs no login, no cookie and no script.
    """

    _link_model = "crm.service.post"

    @http.route(
        [PATH, f"{PATH}/<string:token>"],
        type="http",
        auth="public",
        methods=["GET"],
        **FRONTEND,
    )
    def tell_us_form(self, token=None, lang=None, done=None, **_kwargs):
        """Show the form, or what happens next.

        :param str done: set when something was sent: how we can answer
        """
        post_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(post_sudo, status)
        if done is not None:
            return self._render_thanks(post_sudo, done)
        return self._render_form(post_sudo)

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
    def tell_us(self, token=None, lang=None, csrf_token=None, **posted):
        """Take what somebody has written."""
        post_sudo, status = self._fetch_from_access_token(token, lang)
        if status != "open":
            return self._render_closed(post_sudo, status)
        if not self._is_own_page(post_sudo, csrf_token):
            message = request.env._(
                "Something was wrong with this page, so nothing was sent just now. "
                "Please press the button again."
            )
            return self._render_form(post_sudo, message, posted, status=400)
        if not request.env["crm.personal.link.visit"]._admit(
            "tell_us", self._get_address(), MESSAGES_PER_ADDRESS
        ):
            return self._render_closed(post_sudo, "busy")
        done = ""
        if not posted.get(HONEYPOT):
            try:
                with request.env.cr.savepoint():
                    done = post_sudo._take_message(posted)
            except UserError as error:
                return self._render_form(post_sudo, str(error), posted, status=422)
        query = urlencode({"lang": request.env.lang or "", "done": done})
        return request.redirect(f"{PATH}/{post_sudo.access_token}?{query}", code=303)

    def _fetch_from_access_token(self, token, lang=None):
        """Nobody alone may use up the visits that a public address admits."""
        if not request.env["crm.personal.link.visit"]._admit(
            "tell_us_visit", self._get_address(), VISITS_PER_ADDRESS
        ):
            request.future_response.headers.update({**HEADERS, "Retry-After": "600"})
            self._set_language(request.env[self._link_model], lang)
            return request.env[self._link_model].sudo(), "busy"  # sudo: an empty one
        return super()._fetch_from_access_token(token, lang)

    # === PAGES === #

    def _render_form(self, post_sudo, message=None, typed=None, status=200):
        """Show the form.

        :param str message: what went wrong
        :param dict typed: what was posted but not taken
        :param int status: of the response
        """
        url = f"{PATH}/{post_sudo.access_token}"
        values = {
            **post_sudo._get_form_values(),
            "action": f"{url}?{urlencode({'lang': request.env.lang or ''})}",
            "csrf_token": self._get_form_token(post_sudo),
            "honeypot": HONEYPOT,
            "languages": request.env["res.lang"].get_installed(),
            "language_url": url,
            "message": message,
            "title": request.env._("Tell us"),
            "typed": typed or {},
        }
        return self._render("crm_referral_service.tell_us", post_sudo, values, status)

    def _render_thanks(self, post_sudo, done):
        values = {
            "title": request.env._("Thank you for telling us."),
            "sentences": post_sudo._get_thanks(done),
            "again_url": f"{PATH}/{post_sudo.access_token}",
        }
        return self._render("crm_referral_service.tell_us_thanks", post_sudo, values)

    def _get_closed_texts(self, status):
        texts = {
            "revoked": (
                request.env._("This form is no longer in use."),
                request.env._("We would still like to hear from you: please call us."),
            ),
            "busy": (
                request.env._("One moment, please."),
                request.env._(
                    "There were too many messages at once. Please wait a few minutes "
                    "and try again, or call us."
                ),
            ),
        }
        return texts.get(status) or super()._get_closed_texts(status)
