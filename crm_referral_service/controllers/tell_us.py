from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
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
    _page_template = "crm_referral_service.tell_us"

    @http.route(routes(PATH), **OPENS)
    def tell_us_form(self, token=None, lang=None, done=None, **_kwargs):
        """Show the form, or what happens next."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def tell_us(self, token=None, **posted):
        """Take what somebody has written."""
        return self._act_on_page(token, posted)

    def _admit_visitor(self):
        """Nobody alone may use up the visits that a public address admits."""
        return request.env["crm.personal.link.visit"]._admit(
            "tell_us_visit", self._get_address(), VISITS_PER_ADDRESS
        )

    def _do(self, record_sudo, posted):
        if not request.env["crm.personal.link.visit"]._admit(
            "tell_us", self._get_address(), MESSAGES_PER_ADDRESS
        ):
            return self._render_closed(record_sudo, "busy")
        return "" if posted.get(HONEYPOT) else record_sudo._take_message(posted)

    # === PAGES === #

    def _get_page_values(self, record_sudo, done):
        return {
            **record_sudo._get_form_values(),
            "honeypot": HONEYPOT,
            "title": request.env._("Tell us"),
        }

    def _render_page(self, record_sudo, *args, done=None, **options):
        if done is not None:
            return self._render_thanks(record_sudo, done)
        return super()._render_page(record_sudo, *args, **options)

    def _render_thanks(self, post_sudo, done):
        values = {
            "title": request.env._("Thank you for telling us."),
            "sentences": post_sudo._get_thanks(done),
            "again_url": self._get_url(post_sudo),
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
