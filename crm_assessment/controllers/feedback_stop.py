from odoo import http
from odoo.http import request

from ..tools.personal_link import PATH
from .personal_link import ACTS, OPENS, PersonalLinkController

STOP_PATH = f"{PATH}/<string:token>/stop"


class FeedbackStopController(PersonalLinkController, http.Controller):
    """The page on which a customer says that they do not want to be asked any more.

    It asks for a confirmation: programs that look into mails open links, too.
    """

    _link_model = "crm.assessment"
    _page_template = "crm_assessment.feedback_stop"
    _page_suffix = "/stop"
    # The link in an old mail stops the next ones too.
    _page_statuses = ("open", "answered", "expired")

    @http.route(STOP_PATH, **OPENS)
    def feedback_stop_page(self, token=None, lang=None, **_kwargs):
        """Ask whether to stop, or whether that was a mistake."""
        return self._open_page(token, lang)

    @http.route(STOP_PATH, **ACTS)
    def feedback_stop(self, token=None, **posted):
        """Note the choice of the customer."""
        return self._act_on_page(token, posted)

    def _do(self, record_sudo, posted):
        # `again`: they want to be asked after all.
        may_be_asked = bool(posted.get("again"))
        record_sudo._choose_on_page(may_be_asked=may_be_asked, user=request.env.user)

    def _get_page_values(self, record_sudo, done):
        contact = record_sudo._get_contact()
        return {"is_stopped": bool(contact._filter_opted_out())}
