from lxml import etree

from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .test_report import ReportCommon

ANALYSES = ("crm.referral.report", "crm.assessment.report")
# What is a share, in the words of the labels.
SHARE_WORDS = ("Rate", "Share")


@tagged("post_install", "-at_install")
class TestAnalysis(ReportCommon):
    """Each pivot and graph of an analysis, also those that somebody makes."""

    def _get_view(self, model, view_type, view_id=False):
        Model = self.env[model].with_user(self.manager)
        return Model.get_views([(view_id, view_type), (False, "search")])

    def _iter_shown(self):
        """:return: model, action, arch and fields of each pivot and graph"""
        for model in ANALYSES:
            actions = self.env["ir.actions.act_window"].search(
                [("res_model", "=", model)]
            )
            self.assertTrue(actions)
            for action in actions:
                for view_id, view_type in action.views:
                    if view_type in ("pivot", "graph"):
                        data = self._get_view(model, view_type, view_id)
                        arch = etree.fromstring(data["views"][view_type]["arch"])
                        fields = data["models"][model]["fields"]
                        yield model, action, view_type, arch, fields

    def _get_offered(self, arch, fields):
        """:return: the measures that a user can choose in a view"""
        hidden = {
            node.get("name") for node in arch.iter("field") if node.get("invisible")
        }
        return {
            name
            for name, field in fields.items()
            if field["type"] in ("integer", "float", "monetary")
            and field.get("aggregator")
            and name != "id"
        } - hidden

    def test_every_rate_is_a_rate(self):
        """Whether it is in the view or chosen from the measures."""
        for model, action, view_type, arch, fields in self._iter_shown():
            widgets = {n.get("name"): n.get("widget") for n in arch.iter("field")}
            for name in self._get_offered(arch, fields):
                is_share = any(word in fields[name]["string"] for word in SHARE_WORDS)
                with self.subTest(f"{model} {action.name} {view_type} {name}"):
                    self.assertEqual(
                        widgets.get(name) == "blank_percentage",
                        is_share,
                    )
            self.assertEqual(arch.get("js_class"), f"analysis_{view_type}")
            self.assertTrue(arch.get("string"), "drill-downs are called Untitled")

    def test_a_measure_means_the_same_under_each_domain(self):
        """All that a view offers is whole: what the action leaves out adds nothing."""
        checked = 0
        for model, action, view_type, arch, fields in self._iter_shown():
            if model != "crm.referral.report":
                continue
            Report = self.env[model].with_user(self.manager)
            domain = safe_eval(action.domain or "[]")
            for name in self._get_offered(arch, fields):
                spec = f"{name}:{fields[name]['aggregator']}"
                with self.subTest(f"{action.name} {view_type} {name}"):
                    [(shown,)] = Report._read_group(domain, [], [spec])
                    [(whole,)] = Report._read_group([], [], [spec])
                    self.assertEqual(shown, whole)
                checked += 1
        self.assertGreater(checked, 50)

    def test_all_won_revenue(self):
        """3 000 without and 1 000 with referral: a quarter, in each view."""
        for model, action, _type, arch, fields in self._iter_shown():
            if "revenue_share" in self._get_offered(arch, fields):
                domain = Domain(safe_eval(action.domain))
                found = self._read(
                    ["total_won_revenue:sum", "revenue_share:avg"], domain
                )
                self.assertEqual(found, [(4000, 0.25)], f"{model} {action.name}")

    def test_a_click_shows_what_is_counted(self):
        for model in ANALYSES:
            Report = self.env[model].with_user(self.manager)
            fields = Report.fields_get()
            for name in Report._get_measures():
                counted = fields[name]["counted_domain"]
                aggregator = fields[name].get("aggregator")
                if not aggregator:
                    continue
                spec = f"{name}:{aggregator}"
                with self.subTest(f"{model} {name}"):
                    [(whole,)] = Report._read_group([], [], [spec])
                    [(rows,)] = Report._read_group(counted, [], [spec])
                    self.assertEqual(rows, whole)
                    left_out = ["!", *Domain(counted)]
                    [(rest,)] = Report._read_group(left_out, [], [spec])
                    self.assertFalse(rest)
        Report = self.env["crm.referral.report"].with_user(self.manager)
        ours = [("lead_id", "in", (self.won_lead | self.lost_lead).ids)]
        for measure, leads in (
            ("won_count", self.won_lead),
            ("win_rate", self.won_lead | self.lost_lead),
            ("total_won_revenue", self.won_lead),
        ):
            counted = Report._get_counted_domain(measure)
            found = Report.search([*ours, *counted])
            self.assertEqual(found.lead_id, leads, measure)
            self.assertEqual(len(found), len(leads), measure)

    def test_nothing_groups_by_figures(self):
        for model in ANALYSES:
            fields = self.env[model].fields_get(attributes=["type", "groupable"])
            self.assertEqual(
                [
                    name
                    for name, field in fields.items()
                    if field["groupable"]
                    and field["type"] in ("integer", "float", "monetary")
                    and name != "id"
                ],
                [],
            )

    def test_filters_can_find_something(self):
        """No filter of the search excludes all that one of its actions shows."""
        Report = self.env["crm.referral.report"]
        view = self.env.ref("crm_referral.crm_referral_report_view_search")
        filters = etree.fromstring(view.arch).xpath("//filter[@domain]")
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=", Report._name)]
        )
        for action in actions:
            kinds = Report._get_kinds(Domain(safe_eval(action.domain)))
            for node in filters:
                domain = Domain(safe_eval(node.get("domain"), {"uid": self.env.uid}))
                said = Report._get_kinds(domain)
                self.assertFalse(said and not said & kinds, node.get("name"))

    def test_a_view_that_somebody_makes(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "mine",
                "model": "crm.referral.report",
                "type": "pivot",
                "arch": '<pivot><field name="team_id" type="row" />'
                '<field name="win_rate" type="measure" /></pivot>',
            }
        )
        data = self._get_view("crm.referral.report", "pivot", view.id)
        arch = etree.fromstring(data["views"]["pivot"]["arch"])
        [node] = arch.xpath("//field[@name='win_rate']")
        self.assertEqual(node.get("widget"), "blank_percentage")
        self.assertFalse(arch.xpath("//field[@invisible]"))
