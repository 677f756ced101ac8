from base64 import b64decode

from lxml import html

from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestPostCard(ServiceCommon):
    """A card to print, with a code that is drawn without the network."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post = cls.env["crm.service.post"].create(
            {"name": "Card at the front desk", "owner_id": cls.technician.id}
        )

    def _render(self, user):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html("crm_referral_service.report_post_card", self.post.ids)
        )
        return html.fromstring(content.decode())

    def test_code_is_in_the_page(self):
        page = self._render(self.agent)
        [source] = page.xpath("//img[starts-with(@src, 'data:image/png')]/@src")
        self.assertEqual(b64decode(source.partition("base64,")[2])[1:4], b"PNG")
        self.assertIn(self.post.form_url, page.text_content())

    def test_who_listens_prints_it(self):
        self.assertIn(self.post.form_url, self._render(self.technician).text_content())

    def test_closed_form_has_no_code(self):
        self.post.action_revoke_link()
        page = self._render(self.agent)
        self.assertFalse(page.xpath("//img[starts-with(@src, 'data:image/png')]"))
        self.assertNotIn("/service/tell-us/", page.text_content())
