from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .complaint_page import MAX_BODY

# Within ten minutes.
ACTIONS_PER_USER = 100


class ComplaintPortal(CustomerPortal):
    """The complaints of the person who is logged in, and of their company."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            values["complaint_count"] = self._count_complaints()
        return values

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_complaints(self, page=1, sortby=None, **_kwargs):
        """List the complaints, page by page.

        :param int page: which page
        :param str sortby: one of :meth:`_get_complaint_sortings`
        """
        sortings = self._get_complaint_sortings()
        sortby = sortby if sortby in sortings else "date"
        pages = pager(
            url="/my/complaints",
            total=self._count_complaints(),
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby},
        )
        complaints = self._search_complaints(
            order=sortings[sortby]["order"],
            limit=self._items_per_page,
            offset=pages["offset"],
        )
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaints",
            "default_url": "/my/complaints",
            "pager": pages,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "complaints": [
                (each, each._get_page_values()["status"]) for each in complaints
            ],
        }
        return request.render("crm_referral_service.portal_my_complaints", values)

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_complaint(self, complaint_id, done=None, **_kwargs):
        """Show how far we are with one.

        :param str done: what was done before the page was opened
        """
        return self._render_complaint(complaint_id, done=done)

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=MAX_BODY,
    )
    def portal_complaint_act(self, complaint_id, do=None, **post):
        """Take the customer's answers, or that it is not solved after all."""
        complaint_sudo = self._search_complaints([("id", "=", complaint_id)])
        Visit = request.env["crm.personal.link.visit"]
        # Odoo lets OPTIONS in wherever POST may come, without the form's token.
        is_posted = request.httprequest.method == "POST"
        if not complaint_sudo or not is_posted:
            return request.redirect("/my/complaints")
        if not Visit._admit("portal", str(request.env.uid), ACTIONS_PER_USER):
            return self._render_complaint(complaint_id, "busy", status=429)
        try:
            with request.env.cr.savepoint():
                done = complaint_sudo._act_on_page(do, post)
        except UserError as error:
            return self._render_complaint(
                complaint_id, str(error), typed=post, status=422
            )
        return request.redirect(f"/my/complaints/{complaint_id}?done={done}", code=303)

    def _search_complaints(self, domain=(), **options):
        """:return: complaints of the person and of their company, in sudo mode: what a
        colleague wanted to be confidential is not shown to the company
        """
        # sudo: a portal user has no right on the model; the domain is their right
        Complaint = request.env["crm.complaint"].sudo()
        return Complaint.search(
            self._get_complaint_domain() & Domain(domain), **options
        )

    def _count_complaints(self):
        # sudo: as above
        Complaint = request.env["crm.complaint"].sudo()
        return Complaint.search_count(self._get_complaint_domain())

    def _get_complaint_domain(self):
        partner = request.env.user.partner_id
        company = partner.commercial_partner_id
        mine = Domain("partner_id", "=", partner.id)
        ours = Domain("commercial_partner_id", "=", company.id) & Domain(
            "is_confidential", "=", False
        )
        return mine | ours

    def _get_complaint_sortings(self):
        """:return: how the list may be sorted: the label and the order, by code
        :rtype: dict[str, dict]
        """
        return {
            "date": {
                "label": request.env._("Newest"),
                "order": "received_on desc, id desc",
            },
            "open": {
                "label": request.env._("Open First"),
                "order": "closed_on desc nulls first, id desc",
            },
        }

    def _render_complaint(
        self, complaint_id, message=None, *, typed=None, done="", status=200
    ):
        complaint_sudo = self._search_complaints([("id", "=", complaint_id)])
        if not complaint_sudo:
            return request.redirect("/my/complaints")
        values = {
            **self._prepare_portal_layout_values(),
            **complaint_sudo._get_page_values(),
            "page_name": "complaint",
            "action": f"/my/complaints/{complaint_id}",
            "csrf_token": request.csrf_token(),
            "done": complaint_sudo._get_page_message(done),
            "message": complaint_sudo._get_page_message(message) or message,
            "typed": typed or {},
        }
        return request.render(
            "crm_referral_service.portal_complaint", values, status=status
        )
