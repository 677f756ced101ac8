from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.crm_referral_page_mixin import PageRefusalError
from .referrer_page import MAX_BODY, REFUSAL_STATUS

# Within ten minutes.
ACTIONS_PER_USER = 100


class ReferralPortal(CustomerPortal):
    """The page of a customer who may introduce us, in their portal."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "referral_count" in counters:
            values["referral_count"] = sum(
                len(page_sudo._get_page_candidates()) for page_sudo in self._get_pages()
            )
        return values

    @http.route(
        "/my/referrals", type="http", auth="user", website=True, methods=["GET"]
    )
    def portal_my_referrals(self, done=None, **_kwargs):
        """Show the introductions of the customer who is logged in.

        :param str done: what was done before the page was opened
        """
        return self._render_referrals(done=done)

    @http.route(
        "/my/referrals",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=MAX_BODY,
    )
    def portal_act_on_referrals(self, do=None, page=None, **post):
        """Do what the customer wants, and show the page anew."""
        Visit = request.env["crm.personal.link.visit"]
        if not Visit._admit("portal", str(request.env.uid), ACTIONS_PER_USER):
            return self._render_referrals("busy", status=429)
        pages = self._get_pages()
        page_sudo = next((p for p in pages if self._get_page_key(p) == page), None)
        try:
            # Odoo lets OPTIONS in wherever POST may come, without the form's token.
            is_posted = request.httprequest.method == "POST"
            if not is_posted or page_sudo is None or not self._may_do(page_sudo, do):
                raise PageRefusalError("invalid")
            page_sudo = page_sudo._find_or_create(
                page_sudo.partner_id, page_sudo.company_id
            )
            done = page_sudo._act_on_page(do, post, request.env.user)
        except PageRefusalError as refusal:
            [code] = refusal.args
            return self._render_referrals(
                code, {**post, "page": page}, status=REFUSAL_STATUS.get(code, 422)
            )
        return request.redirect(f"/my/referrals?done={done}", code=303)

    def _get_pages(self):
        """:return: the pages of the person who is logged in, and of their company: one
            for each company of ours that has asked. Those nobody has used are not kept.
        :rtype: list
        """
        partner = request.env.user.partner_id
        return request.env["crm.referral.referrer"]._get_all_of(
            partner | partner.commercial_partner_id
        )

    def _get_page_key(self, page_sudo):
        return f"{page_sudo.partner_id.id}-{page_sudo.company_id.id}"

    def _may_do(self, page_sudo, action):
        """What a customer wishes for themself, they do not decide for their company."""
        is_own = page_sudo.partner_id == request.env.user.partner_id
        return is_own or action not in ("preferences", "stop")

    def _render_referrals(self, code=None, typed=None, *, done="", status=200):
        """Show the page.

        :param str code: what went wrong
        :param dict typed: what was posted but not done
        :param str done: what went well
        :param int status: of the response
        """
        Page = request.env["crm.referral.referrer"]
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "referrals",
            "done": Page._get_page_message(done),
            "message": Page._get_page_message(code),
            "pages": [
                {
                    **page_sudo._get_page_values(),
                    "action": "/my/referrals",
                    "can_decide": self._may_do(page_sudo, "stop"),
                    "key": self._get_page_key(page_sudo),
                    "typed": typed or {},
                }
                for page_sudo in self._get_pages()
            ],
        }
        return request.render("crm_referral.portal_my_referrals", values, status=status)
