from odoo import http

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
)

PATH = "/service/contact"
MAX_BODY = 128 * 1024


class ContactPageController(PersonalLinkController, http.Controller):
    """One question after a contact, behind the customer's personal link."""

    _link_model = "crm.service.contact"
    _page_template = "crm_referral_service.contact_page"

    @http.route(routes(PATH), **OPENS)
    def contact_page(self, token=None, lang=None, done=None, **_kwargs):
        """Ask whether it is solved."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS, max_content_length=MAX_BODY)
    def contact_answer(self, token=None, **posted):
        """Take the customer's answer."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        record_sudo._answer_on_page(posted.get("solved"), posted.get("words"))
        return "answered"

    def _get_page_values(self, record_sudo, done):
        return {**record_sudo._get_page_values(), "done": done}
