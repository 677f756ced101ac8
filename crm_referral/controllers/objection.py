from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
)

PATH = "/referral/objection"
# A button, and the words of a mail program: no more than that is ever sent.
MAX_BODY = 16 * 1024


class ObjectionController(PersonalLinkController, http.Controller):
    """The page on which a candidate objects to being contacted, without a login.

    Opening it changes nothing, as mail scanners open every link: the button does.
    """

    _link_model = "crm.referral.candidate"
    _page_template = "crm_referral.objection_page"

    @http.route(routes(PATH), **OPENS)
    def objection_page(self, token=None, lang=None, **_kwargs):
        """Ask once, or say that the objection is noted."""
        return self._open_page(token, lang)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def objection_submit(self, token=None, **posted):
        """Note the objection."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        record_sudo._object_by_link()
        if self._is_one_click(posted):
            return self._render_closed(record_sudo, "answered")
        return None

    def _is_one_click(self, posted):
        """A mail program sends the words of RFC 8058 when its user unsubscribes: it has
        no page, and is the click."""
        is_posted = request.httprequest.method == "POST"
        return is_posted and posted.get("List-Unsubscribe") == "One-Click"

    def _is_own_post(self, record_sudo, form_token, posted):
        return self._is_one_click(posted) or super()._is_own_post(
            record_sudo, form_token, posted
        )

    # === PAGES === #

    def _get_page_values(self, record_sudo, done):
        return {
            "notice": record_sudo._get_notice_sentence(),
            "title": request.env._("Shall we leave you in peace?"),
        }

    def _get_closed_status(self, status):
        """An objection that is noted is no mistake: the page says so kindly."""
        return 200 if status == "answered" else super()._get_closed_status(status)

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
