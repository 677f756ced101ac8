from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
)

from ..models.crm_referral_page_mixin import PageRefusalError

PATH = "/referral"
# Room for every text, far too long ones included.
MAX_BODY = 256 * 1024
REFUSAL_STATUS = {"changed": 409, "invalid": 400, "stopped": 409}


class ReferrerPageController(PersonalLinkController, http.Controller):
    """The page of a customer who may introduce us, behind their personal link."""

    _link_model = "crm.referral.referrer"
    _page_template = "crm_referral.referrer_page"
    _refusal = PageRefusalError

    @http.route(routes(PATH), **OPENS)
    def referrer_page(self, token=None, lang=None, done=None, **_kwargs):
        """Show the customer's introductions, and what they can do."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def referrer_act(self, token=None, **posted):
        """Do what the customer wants, and show the page anew."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        action = posted.pop("do", None)
        return record_sudo._act_on_page(action, posted, request.env.user)

    def _get_refusal(self, record_sudo, error):
        [code] = error.args
        return record_sudo._get_page_message(code), REFUSAL_STATUS.get(code, 422)

    def _get_page_values(self, record_sudo, done):
        return {
            **record_sudo._get_page_values(),
            "can_decide": True,
            "done": record_sudo._get_page_message(done),
            "title": request.env._("Your introductions"),
        }
