import ipaddress
from urllib.parse import urlsplit

from odoo.http import request
from odoo.tools import consteq, hmac

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTP_STATUS = {
    "unknown": 404,
    "answered": 410,
    "expired": 410,
    "revoked": 410,
    "busy": 429,
}
# Within ten minutes. A page of forty questions needs fewer, even with a slow writer.
VISITS_PER_LINK = 300
WRONG_LINKS_PER_ADDRESS = 30


class PersonalLinkController:
    """A page that one person opens by a link, without logging in.

    Mix it into a controller and name its model, which has
    ``crm.personal.link.mixin``. Every route begins with ``_fetch_from_access_token``;
    a route that writes asks ``_is_own_page`` as well.
    """

    # The model whose records the links open.
    _link_model = None
    # The page that says why there is nothing to do.
    _closed_template = "crm_assessment.feedback_closed"

    # === GATEKEEPER === #

    def _fetch_from_access_token(self, token, lang=None):
        """Let in who holds a link. Every route goes through here first.

        Who holds no real token learns nothing: all wrong links are "unknown", whether
        the record exists or not, until there are too many from one address. A real
        link is not held up by the wrong ones that others try from the same address.

        :param str token: the token in the link
        :param str lang: the language that was chosen on the page
        :return: the record in sudo mode (empty for who holds no link), and ``open``
            or why it is not
        :rtype: tuple
        """
        request.future_response.headers.update(HEADERS)
        lang = lang if isinstance(lang, str) else None
        Visit = request.env["crm.personal.link.visit"]
        record_sudo = request.env[self._link_model]._find_by_token(token)
        status = record_sudo._get_page_status() if record_sudo else "unknown"
        # Counted for good before anything else is done with what came from outside.
        if status == "unknown":
            record_sudo = record_sudo.browse()
            if not Visit._admit(
                "wrong_link", self._get_address(), WRONG_LINKS_PER_ADDRESS
            ):
                status = "busy"
        elif not Visit._admit("link", record_sudo.access_token, VISITS_PER_LINK):
            status = "busy"
        if status == "open" and request.env.user._is_internal():
            # Not in the customer's name unnoticed.
            record_sudo._note_opened_by(request.env.user)
        if status == "busy":
            request.future_response.headers["Retry-After"] = "600"
        self._set_language(record_sudo, lang)
        company = record_sudo.company_id or request.env.company
        return record_sudo.with_env(
            record_sudo.env(context=request.env.context)
        ).with_company(company), status

    def _get_form_token(self, record_sudo):
        """What a form of the page carries: who has not seen the page does not know it.

        No session is needed for it, so it holds in a browser that keeps no cookies and
        however long the page was open.

        :rtype: str
        """
        return hmac(
            record_sudo.env,
            f"personal_link.{self._link_model}",
            record_sudo.access_token,
        )

    def _is_own_page(self, record_sudo, form_token):
        """:return: whether a request comes from the customer's page, and not from
            another site that makes their browser send it.
        :rtype: bool
        """
        # Odoo lets OPTIONS in wherever POST may come.
        if request.httprequest.method != "POST":
            return False
        if not isinstance(form_token, str) or not consteq(
            form_token.encode(errors="replace"),
            self._get_form_token(record_sudo).encode(),
        ):
            return False
        headers = request.httprequest.headers
        site = headers.get("Sec-Fetch-Site")
        if site:
            return site in ("same-origin", "none")
        # Browsers that do not say it. "null" is what a form says whose page is
        # no-referrer, as ours; it had the form's token.
        own = {
            request.httprequest.host,
            urlsplit(record_sudo.get_base_url()).netloc,
        }
        return all(
            urlsplit(origin).netloc in own
            for origin in (headers.get("Origin"), headers.get("Referer"))
            if origin and origin != "null"
        )

    def _get_address(self):
        """:return: the visitor's address; of IPv6 the part that one visitor has.
        :rtype: str
        """
        address = request.httprequest.remote_addr or ""
        try:
            if ipaddress.ip_address(address).version == 6:
                return str(ipaddress.ip_network(f"{address}/64", strict=False))
        except ValueError:
            return address
        return address

    def _set_language(self, record_sudo, lang):
        """Speak the language chosen on the page, or the contact's, or the browser's.

        :param str lang: the language that was chosen on the page
        """
        installed = dict(request.env["res.lang"].get_installed())
        for code in (lang, *record_sudo._get_page_langs()):
            if code in installed:
                request.update_context(lang=code)
                return

    # === PAGES === #

    def _render_closed(self, record_sudo, status):
        """Say in a friendly way why there is nothing to answer."""
        title, message = self._get_closed_texts(status)
        return self._render(
            self._closed_template,
            record_sudo,
            {"title": title, "message": message},
            HTTP_STATUS[status],
        )

    def _render(self, template, record_sudo, values, status=200):
        # Who holds no link is not told whose page this would be.
        company_sudo = record_sudo.company_id
        lang = request.env["res.lang"]._get_data(code=request.env.lang)
        values = {
            "company_sudo": company_sudo,
            "html_data": {
                "lang": (lang.code or "en_US").replace("_", "-"),
                "dir": lang.direction or "ltr",
            },
            "page_lang": lang.code,
            **values,
        }
        return request.render(template, values, status=status)

    def _get_closed_texts(self, status):
        """:return: title and message of a page without questions.
        :rtype: tuple[str, str]
        """
        texts = {
            "unknown": (
                request.env._("This link does not open anything."),
                request.env._(
                    "Perhaps a part of it was lost on the way. Please open it again "
                    "from the message that we sent you, or ask us for a new one."
                ),
            ),
            "answered": (
                request.env._("Your answers have arrived. Thank you!"),
                request.env._(
                    "This link has been used. Would you like to add something? Please "
                    "write or call the person you know at our company."
                ),
            ),
            "expired": (
                request.env._("The time to answer is over."),
                request.env._(
                    "We would still like to hear from you. Please write or call the "
                    "person you know at our company."
                ),
            ),
            "revoked": (
                request.env._("This link is no longer in use."),
                request.env._(
                    "If you have a newer message from us, please use the link in it. "
                    "Otherwise there is nothing for you to do."
                ),
            ),
            "busy": (
                request.env._("One moment, please."),
                request.env._(
                    "There were too many visits at once. Please wait a few minutes and "
                    "try again; what was saved is still there."
                ),
            ),
        }
        return texts[status]
