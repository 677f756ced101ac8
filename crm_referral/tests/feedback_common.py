from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .assessment_common import AssessmentCase

PATH = "/assessment/feedback"


@tagged("post_install", "-at_install")
class FeedbackCase(AssessmentCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("zh_TW", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.section_a.item_ids[0].with_context(lang="zh_TW").name = "指標清楚。"
        cls.section_a.item_ids[0].with_context(lang="zh_CN").name = "路标清楚。"
        cls.framework.write(
            {
                "item_ids": [
                    Command.create(
                        {"name": "Recommend us?", "kind": "rating", "sequence": 90}
                    ),
                    Command.create(
                        {
                            "name": "What else?",
                            "kind": "text",
                            "sequence": 91,
                            "asks_control": True,
                        }
                    ),
                ]
            }
        )
        cls.customer_company.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.assessment = self._create_asked()

    @classmethod
    def _create_asked(cls, **values):
        return cls._create_assessment(
            viewpoint="customer",
            state="sent",
            deadline=fields.Date.today() + timedelta(days=7),
            **values,
        )

    def _path(self, assessment=None, suffix=""):
        return f"{PATH}/{(assessment or self.assessment).access_token}{suffix}"

    def _line(self, kind, number=0, assessment=None):
        lines = (assessment or self.assessment).line_ids
        return lines.filtered(lambda line: line.kind == kind)[number]

    def _name(self, kind, number=0, assessment=None):
        field = {"scale": "option", "rating": "rating", "text": "note"}[kind]
        return f"{field}-{self._line(kind, number, assessment).id}"

    def _get_csrf(self, assessment=None):
        """Open the page, as everybody must who posts."""
        page = html.fromstring(self.url_open(self._path(assessment)).text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def _post(self, values, path=None, csrf=True):
        if csrf:
            values = {"csrf_token": self._get_csrf(), **values}
        return self.url_open(path or self._path(), data=values)

    def _save(self, answers, csrf_token=None, path=None):
        """Save as the script of the page does."""
        if csrf_token is None:
            csrf_token = self._get_csrf()
        return self.make_jsonrpc_request(
            path or self._path(suffix="/save"),
            {"answers": answers, "csrf_token": csrf_token},
        )

    def _send_all(self):
        return self._post(
            {self._name("scale"): self.yes.id, "send": "1", "confirmed": "1"}
        )

    def _assert_closed(self, path, status, text):
        response = self.url_open(path)
        self.assertEqual(response.status_code, status)
        self.assertIn(text, response.text)
        self.assertNotIn("<form", response.text)
        self.assertNotIn(self.customer_company.name, response.text)
        return response

    def _answered(self, line):
        line.invalidate_recordset()
        return line.option_id or line.rating or line.note
