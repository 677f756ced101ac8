import ipaddress
from urllib.parse import urlencode, urlsplit

from odoo.exceptions import UserError
from odoo.http import Response, request
from odoo.tools import consteq, hmac

from odoo.addons.crm_foundation.tools.languages import first_installed

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
# What the frontend's scripts need where `website` is installed. The address stays the
# same in all languages.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}
# The two routes of a page: it is opened, and a button on it is pressed.
OPENS = {"type": "http", "auth": "public", "methods": ["GET"], **FRONTEND}
# csrf=False: the form has its own token. Odoo's needs a session, and so a cookie; and
# its check would write the path, and so the token of the link, to the log.
ACTS = {**OPENS, "methods": ["POST"], "csrf": False}
# Within ten minutes. A page of forty questions needs fewer, even with a slow writer.
VISITS_PER_LINK = 300
WRONG_LINKS_PER_ADDRESS = 30


def routes(path):
    """:return: the addresses of a page, the token may be missing"""
    return [path, f"{path}/<string:token>"]


class PersonalLinkController:
    """A page that one person opens by a link, without logging in.

    Mix it into a controller. Name the model, which has ``crm.personal.link.mixin``, and
    the template; say what it shows in ``_get_page_values`` and what its buttons do in
    ``_do``. One route with ``OPENS`` returns ``_open_page``, one with ``ACTS`` returns
    ``_act_on_page``. Any other route begins with ``_fetch_from_access_token``, and asks
    ``_is_own_page`` before it writes.
    """

    # The model whose records the links open.
    _link_model = None
    # The page.
    _page_template = None
    # What the address has after the token.
    _page_suffix = ""
    # What a link may be for the page to open.
    _page_statuses = ("open",)
    # What `_do` raises when nothing is done.
    _refusal = UserError
    # The page that says why there is nothing to do.
    _closed_template = "crm_assessment.feedback_closed"

    # === TO OVERRIDE === #

    def _get_page_values(self, record_sudo, done):
        """What the template needs besides ``action`` (where its form is posted to),
        ``csrf_token``, ``page_url`` and ``languages``, and what came of pressing a
        button: ``message`` (what went wrong) and ``typed`` (what was posted).

        :param record_sudo: whose page it is
        :param str done: what was done before the page was opened, as it came from
            outside; empty when nothing was
        :rtype: dict
        """
        return {}

    def _do(self, record_sudo, posted):
        """Do what the person wants who has pressed a button of their own page.

        :param record_sudo: whose page it is
        :param dict posted: what came from outside
        :return: what was done, for ``_get_page_values``; or another page
        :raise UserError: says what to correct; nothing is kept then
        """
        raise NotImplementedError

    def _get_refusal(self, record_sudo, error):
        """:return: what the page says of an error, and the status of the response
        :rtype: tuple[str, int]
        """
        return error.args[0], error.http_status

    def _admit_visitor(self):
        """:return: whether to look at the link at all"""
        return True

    # === FRAME === #

    def _open_page(self, token, lang=None, done=None):
        """Show the page, or why there is none. Nothing is changed by it: programs that
        look into mails open every link.

        :param str token: the token in the link
        :param str lang: the language that was chosen on the page
        :param str done: what was done before the page was opened
        """
        record_sudo, status = self._fetch_from_access_token(token, lang)
        if status not in self._page_statuses:
            return self._render_closed(record_sudo, status, done)
        return self._render_page(record_sudo, done=done)

    def _act_on_page(self, token, posted):
        """Do what was posted, and show the page anew: loading it again then posts
        nothing twice.

        :param str token: the token in the link
        :param dict posted: what came from outside
        """
        lang, form_token = posted.pop("lang", None), posted.pop("csrf_token", None)
        record_sudo, status = self._fetch_from_access_token(token, lang)
        if status not in self._page_statuses:
            return self._render_closed(record_sudo, status)
        if not self._is_own_post(record_sudo, form_token, posted):
            message = self._get_not_own_text()
            return self._render_page(record_sudo, message, posted, status=400)
        try:
            with request.env.cr.savepoint():
                done = self._do(record_sudo, posted)
        except self._refusal as error:
            message, status = self._get_refusal(record_sudo, error)
            return self._render_page(record_sudo, message, posted, status=status)
        if isinstance(done, Response):
            return done
        return self._redirect(record_sudo, done)

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
        record_sudo, status = self._find_and_count(token)
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

    def _find_and_count(self, token):
        """Counted for good before anything is done with what came from outside."""
        Visit = request.env["crm.personal.link.visit"]
        Model = request.env[
            self._link_model
        ].sudo()  # sudo: the token is the permission
        if not self._admit_visitor():
            return Model, "busy"
        record_sudo = Model._find_by_token(token)
        status = record_sudo._get_page_status() if record_sudo else "unknown"
        if status == "unknown":
            scope, visitor = "wrong_link", self._get_address()
            limit = WRONG_LINKS_PER_ADDRESS
            record_sudo = Model
        else:
            scope, visitor = "link", record_sudo.access_token
            limit = VISITS_PER_LINK
        return record_sudo, status if Visit._admit(scope, visitor, limit) else "busy"

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

    def _is_own_post(self, record_sudo, form_token, posted):
        """:return: whether the person pressed a button; see ``_is_own_page``"""
        return self._is_own_page(record_sudo, form_token)

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
        code = first_installed(request.env, lang, *record_sudo._get_page_langs())
        if code:
            request.update_context(lang=code)

    # === PAGES === #

    def _get_url(self, record_sudo, **query):
        """:return: the address of the page, with what comes behind the question mark"""
        url = f"{record_sudo._link_path}/{record_sudo.access_token}{self._page_suffix}"
        return f"{url}?{urlencode(query)}" if query else url

    def _redirect(self, record_sudo, done=None):
        """Show the page anew.

        :param str done: what was done
        """
        query = {"lang": request.env.lang or ""}
        if done is not None:
            query["done"] = done
        return request.redirect(self._get_url(record_sudo, **query), code=303)

    def _render_page(
        self, record_sudo, message=None, typed=None, *, done=None, status=200, **values
    ):
        """Show the page.

        :param str message: what went wrong
        :param dict typed: what was posted but not done
        :param str done: what went well
        :param int status: of the response
        :param values: what else this page says
        """
        # A file is nothing that somebody typed.
        typed = {
            name: each for name, each in (typed or {}).items() if isinstance(each, str)
        }
        values = {
            "action": self._get_url(record_sudo, lang=request.env.lang or ""),
            "csrf_token": self._get_form_token(record_sudo),
            "languages": request.env["res.lang"].get_installed(),
            "message": message,
            "page_url": self._get_url(record_sudo),
            "typed": typed,
            **self._get_page_values(record_sudo, done or ""),
            **values,
        }
        return self._render(self._page_template, record_sudo, values, status)

    def _render_closed(self, record_sudo, status, done=None):
        """Say in a friendly way why there is nothing to answer.

        :param str done: what was done before the page was opened
        """
        title, message = self._get_closed_texts(status)
        return self._render(
            self._closed_template,
            record_sudo,
            {"title": title, "message": message},
            self._get_closed_status(status),
        )

    def _get_closed_status(self, status):
        return HTTP_STATUS[status]

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

    def _get_not_own_text(self):
        """:return: what the page says when something else than it has posted"""
        return request.env._(
            "Something was wrong with this page, so nothing was done just now. Please "
            "press the button again."
        )

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
