"""The check of the borders finds each way to cross one, and nothing else."""

import pytest
from devkit import base, borders

MODEL = "class A(models.Model):\n    _name = {!r}\n"
# Two engines, the product on one of them, and an addon on the product.
HOUSE = {
    "crm_foundation/__manifest__.py": "{'author': 'CRM Referral contributors'}",
    "crm_assessment/__manifest__.py": "{'depends': ['crm_foundation', 'mail']}",
    "crm_assessment/models/a.py": MODEL.format("crm.assessment"),
    "crm_referral/__manifest__.py": (
        "{'depends': ['crm_assessment', 'crm'],"
        " 'external_dependencies': {'python': ['xlsxwriter']}}"
    ),
    "crm_referral/models/a.py": MODEL.format("crm.referral"),
    "crm_referral/models/b.py": (
        "class B(models.Model):\n    _name = 'crm.lead'\n    _inherit = ['crm.lead']\n"
    ),
    "crm_referral_sale/__manifest__.py": "{'depends': ['crm_referral']}",
}


def found(root, **files: str) -> list[str]:
    """What the check says of these files, in that house."""
    files = {**HOUSE, **files}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return list(borders.complaints(root, [*files]))


CROSSED = {
    "word": ("crm_assessment/a.py", "x = 1  # a referral", "says referral"),
    "name": ("crm_assessment/views/candidate.xml", "<odoo/>", "says candidate"),
    "word in a class": ("crm_assessment/a.js", "class CrmReferral {}", "Referral"),
    "word in prose": ("crm_assessment/readme/USE.md", "Candidates", "Candidate"),
    "letters": ("crm_assessment/a.xml", "<p>PRIDE</p>", "PRIDE"),
    "letters in an id": ("crm_assessment/a.xml", '<a id="f_pride_1"/>', "pride"),
    "six letters": ("crm_assessment/a.py", "x = 'BE SURE'", "BE SURE"),
    "six in an id": ("crm_assessment/a.csv", "be_sure_1", "be_sure"),
    "in a test": ("crm_assessment/tests/test_a.py", "referral = 1", "referral"),
    "sales group": (
        "crm_assessment/a.xml",
        'groups="sales_team.group_sale_salesman"',
        "sales_team.group_sale_salesman",
    ),
    "import": (
        "crm_foundation/a.py",
        "from odoo.addons.crm_assessment.tools import x",
        "crm_assessment is not among",
    ),
    "import in JavaScript": (
        "crm_foundation/static/src/a.js",
        'import { A } from "@crm_assessment/a";',
        "crm_assessment is not among",
    ),
    "external id": (
        "crm_foundation/a.xml",
        '<a ref="crm_assessment.b"/>',
        "crm_assessment is not among",
    ),
    "external id in Python": (
        "crm_referral/a.py",
        'self.env.ref("crm_referral_sale.x")',
        "crm_referral_sale is not among",
    ),
    "model": (
        "crm_foundation/a.py",
        'self.env["crm.assessment"]',
        "crm.assessment is not among",
    ),
    "model of a right": (
        "crm_foundation/a.csv",
        "x,model_crm_assessment,1",
        "model_crm_assessment is not among",
    ),
    "branch": ("crm_assessment/a.py", "if self.code == 'x': y = 1", "asks who"),
    "branch on a model": (
        "crm_assessment/a.py",
        "if record._name in ('crm.lead', 'x'): y = 1",
        "asks who",
    ),
    "branch on a value": (
        "crm_assessment/a.py",
        "y = vals['res_model'] != 'crm.lead' or vals.get('model') == 'x'",
        "asks who",
    ),
    "branch by match": (
        "crm_assessment/a.py",
        "match framework.code:\n    case 'x':\n        y = 1",
        "asks who",
    ),
    "branch in a view": (
        "crm_assessment/a.xml",
        "<a invisible=\"framework_code != 'x'\"/>",
        "asks who",
    ),
    "branch in JavaScript": (
        "crm_assessment/static/src/a.js",
        'if (this.props.resModel === "crm.lead") {}',
        "asks who",
    ),
    "library": (
        "crm_referral/tests/test_a.py",
        "import pypdf.generic, lxml, xlsxwriter",
        "pypdf is not among the external dependencies",
    ),
    "dependency": (
        "crm_assessment/__manifest__.py",
        "{'depends': ['crm_referral_sale']}",
        "an engine depends on crm_referral",
    ),
}


@pytest.mark.parametrize("kind", CROSSED)
def test_crossing_is_found(tmp_path, kind):
    name, text, complaint = CROSSED[kind]
    # The product does not depend back: that would be no house.
    product = {"crm_referral/__manifest__.py": "{}"} if kind == "dependency" else {}
    said = found(tmp_path, **{name: text}, **product)
    assert any(complaint in each for each in said), said
    assert all(each.startswith((f"{name}:", "crm_assessment")) for each in said), said


ALLOWED = {
    "crm_assessment/a.py": (
        "from odoo.addons.crm_foundation.tools import x\n"
        "from . import crm_assessment\n"
        "pointer = [x.code for x in y if x.code == z.code]  # to be sure\n"
        "if field.name == 'code': pass\n"
        "if kind == 'rating': pass\n"
        "if self.code == 'x': pass  # border-ok: for a reason\n"
    ),
    "crm_assessment/a.xml": (
        '<field name="model">crm.assessment</field><t t-call="crm_foundation.a"/>'
    ),
    "crm_assessment/i18n/zh_TW.po": "referral",
    "crm_assessment/static/description/icon.png": "referral",
    "crm_assessment/tests/test_a.py": "if item.code == 'x': pass",
    "crm_referral/a.py": (
        "if self.step_id.code == 'introduce': y = 'PRIDE sales_team.group_x'\n"
        "self.env['crm.assessment'], self.env.ref('crm_assessment.a')\n"
    ),
    "crm_referral/readme/USE.md": "Orders come with crm_referral_sale.",
    "crm_referral_sale/a.py": "self.env['crm.referral'], 'crm_assessment.a'",
}


def test_what_is_allowed_is_left_alone(tmp_path):
    assert found(tmp_path, **ALLOWED) == []


def test_a_model_that_is_extended_stays_its_own():
    """Whoever extends a model of Odoo does not become its owner."""
    assert "crm.lead" not in borders.read_house(base.ROOT).models


def test_only_the_chosen_files_are_looked_at(tmp_path):
    found(tmp_path, **{"crm_assessment/a.py": "referral = 1"})
    assert list(borders.complaints(tmp_path, ["crm_referral/models/a.py"])) == []
