from odoo import http
from odoo.http import request

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
)

PATH = "/service/complaint"
# Room for every text, far too long ones included.
MAX_BODY = 256 * 1024


class ComplaintPageController(PersonalLinkController, http.Controller):
    """The page of a customer who complains, behind their personal link."""

    _link_model = "crm.complaint"
    _page_template = "crm_referral_service.complaint_page"

    @http.route(routes(PATH), **OPENS)
    def complaint_page(self, token=None, lang=None, done=None, **_kwargs):
        """Show how far we are."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def complaint_act(self, token=None, **posted):
        """Take the customer's answers, or that it is not solved after all."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        return record_sudo._act_on_page(posted.pop("do", None), posted)

    def _get_page_values(self, record_sudo, done):
        return {
            **record_sudo._get_page_values(),
            "done": record_sudo._get_page_message(done),
            "title": request.env._("Your complaint"),
        }
