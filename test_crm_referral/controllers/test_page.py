from odoo import http

from odoo.addons.crm_assessment.controllers.personal_link import (
    ACTS,
    OPENS,
    PersonalLinkController,
    routes,
)

PATH = "/test/page"


class PageController(PersonalLinkController, http.Controller):
    """A page of one template and one button."""

    _link_model = "test.page"
    _page_template = "test_crm_referral.test_page"

    @http.route(routes(PATH), **OPENS)
    def test_page(self, token=None, lang=None, done=None, **_kwargs):
        """Show what was said."""
        return self._open_page(token, lang, done)

    @http.route(routes(PATH), **ACTS)
    def test_page_say(self, token=None, **posted):
        """Say something."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        return record_sudo._say(posted.get("words"))

    def _get_page_values(self, record_sudo, done):
        return {"words": record_sudo.words, "done": done}
