from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import hmac

from .common import ReferralCase

PATH = "/referral"


@tagged("post_install", "-at_install")
class ReferrerPageCase(ReferralCase, HttpCase):
    """Ann's page: we proposed Bob to her, in step four of the rep's request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("zh_TW", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.customer.lang = "en_US"
        cls.referral = cls._create_referral()
        cls._walk_to(cls.referral, "suggest")
        cls.candidate = cls._create_candidate(
            cls.referral,
            named_by="rep",
            function="Finance head",
            partner_name="Clinic West",
            email="bob@clinic.example.com",
            phone="+886223456789",
        )
        cls.page = cls.env["crm.referral.referrer"]._find_or_create(
            cls.customer, cls.company
        )

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()

    def _path(self, page=None):
        return f"{PATH}/{(page or self.page).access_token}"

    def _open(self, path=None):
        """:return: the page that is shown, as a tree"""
        response = self.url_open(path or self._path())
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def _get_token(self, path=None):
        return self._open(path).xpath("//input[@name='csrf_token']/@value")[0]

    def _get_known_token(self):
        """:return: the token of the forms, also where the page has no form left"""
        return hmac(
            self.env, "personal_link.crm.referral.referrer", self.page.access_token
        )

    def _post(self, do, path=None, csrf=True, **values):
        """Press a button, as the customer does who has opened the page."""
        if csrf:
            values = {"csrf_token": self._get_token(path), **values}
        if do in ("agree", "decline", "introduce"):
            values = {"candidate": self.candidate.id, **values}
        response = self.url_open(path or self._path(), data={"do": do, **values})
        self.env.invalidate_all()
        return response

    def _get_text(self, response):
        """:return: the words of the page, one space between them"""
        return " ".join(html.fromstring(response.text).text_content().split())
