from odoo.tests import TransactionCase, tagged

from ..tools.languages import first_installed


@tagged("post_install", "-at_install")
class TestLanguages(TransactionCase):
    """Which language somebody is written to in."""

    def test_first_installed(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        for codes, expected in (
            ((), False),
            ((False, None, ""), False),
            (("xx_XX",), False),
            (("zh_TW", "en_US"), "zh_TW"),
            (("xx_XX", False, "en_US", "zh_TW"), "en_US"),
        ):
            self.assertEqual(first_installed(self.env, *codes), expected, codes)

    def test_one_that_is_gone(self):
        self.env["res.lang"]._activate_lang("zh_TW").active = False
        self.assertEqual(first_installed(self.env, "zh_TW", "en_US"), "en_US")
