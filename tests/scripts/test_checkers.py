"""The checkers find what they are there for, and nothing else."""

import os
import re
import shutil
import subprocess
import sys

import polib
import pytest
from devkit import base, lint, session, system, testing, translations, traps, venv

CONFIGURATION = (
    ".oca_hooks.cfg",
    ".pylintrc",
    ".ruff.toml",
    "requirements-dev.txt",
    "requirements.txt",
)

# A line that each trap must catch, and one it must not.
CAUGHT = {
    ".py": """
        _sql_constraints = []
        def name_get(self):
        def _name_search(self, name):
        from odoo.osv import expression
        groups = self.env["x"].read_group([], [], [])
        def read_group(self, domain):
        self._cr.execute("x")
        user = request.uid
        @api.multi
        name = fields.Char(track_visibility="always")
        self.check_access_rights("read")
        self.env.user.user_has_groups("x")
        if not self._check_recursion():
        self.toggle_active()
        self.with_context(force_company=1)
        class TestX(SavepointCase):
        @http.route("/x", type='json')
        self.env.ref("a.b", "c.d")
        if bool(Domain(x)):
        text = ", ".join(names)
        self.env.ref("base.user_demo")
        vals = {"groups_id": 1}
        "view_mode": "tree,form",
    """,
    ".xml": """
        <field name="view_mode">tree,form</field>
        <tree>
        <t t-name="kanban-box">
        <div class="oe_chatter">
        <field name="x" attrs="{}"/>
        <span t-esc="x"/>
        <group expand="0" string="Group By">
        <field name="x" invisible="true"/>
        <field name="numbercall">-1</field>
        <field name="target">inline</field>
        until <t t-out="deadline"/>.
        <field name="a"/> named, <field name="b"/>, <field name="c"/>
    """,
    ".js": """
        /** @odoo-module **/
        this.rpc = useService("rpc");
        publicWidget.registry.X = 1;
        QUnit.test("x");
        const id = record.data.partner_id[0];
        extra_trigger: ".x",
        run: "text hello",
        _t(`Hello ${name}`);
        const text = names.join(", ");
    """,
}
LEFT = {
    ".py": """
        self.env.cr.execute(SQL("x"))
        self.env.ref("a.b", raise_if_not_found=False)
        @http.route("/x", type="jsonrpc")
        groups = self.env["x"]._read_group([], ["a"])
        _name_uniq = models.Constraint("UNIQUE(name)", "x")
        text = format_list(self.env, names)
        query = ", ".join(columns)  # trap-ok: SQL
        env.ref("base.user_demo")  # trap-ok: a test of the demo data
    """,
    ".xml": """
        <field name="view_mode">list,form</field>
        <list/>
        <field name="group_ids" eval="[]"/>
        <span t-out="x"/>
        <field name="x" invisible="True"/>
    """,
    ".js": """
        import { rpc } from "@web/core/network/rpc";
        const id = record.data.partner_id.id;
        _t("Hello %(name)s", { name });
        run: "edit hello",
        const text = formatList(names);
        const points = values.join(" ");
    """,
}


@pytest.mark.parametrize(
    ("suffix", "line"),
    [
        (kind, line.strip())
        for kind, t in CAUGHT.items()
        for line in t.strip().split("\n")
    ],
)
def test_trap_is_found(tmp_path, suffix, line):
    file = tmp_path / f"x{suffix}"
    file.write_text(f"\n{line}\n")
    assert [number for number, _trap in traps.in_file(file)] == [2]


def test_same_decorator_twice_is_found(tmp_path):
    file = tmp_path / "model.py"
    file.write_text(
        "class A:\n"
        '    @api.depends("a", "b")\n'
        '    @api.depends_context("lang")\n'
        "    def _compute_a(self): ...\n"
        '    @api.depends("a")\n'
        '    @api.depends("b")\n'
        "    def _compute_b(self): ...\n"
    )
    assert list(traps.in_file(file)) == [(7, traps.DECORATED_TWICE)]


def test_every_trap_has_a_line_that_it_catches():
    for trap in traps.TRAPS:
        lines = "".join(CAUGHT.get(glob[1:], "") for glob in trap.files)
        assert re.search(trap.pattern, lines), trap


@pytest.mark.parametrize("suffix", LEFT)
def test_right_code_is_left_alone(tmp_path, suffix):
    file = tmp_path / f"x{suffix}"
    file.write_text(LEFT[suffix])
    assert not list(traps.in_file(file))


def entry(msgid: str, msgstr: str = "", **values) -> polib.POEntry:
    place = [(f"model:x,name:m.{len(msgid)}", "0")]
    return polib.POEntry(msgid=msgid, msgstr=msgstr, occurrences=place, **values)


def catalogue(path, *entries: polib.POEntry):
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    file.extend(entries)
    file.save(str(path))
    return path


@pytest.mark.parametrize(
    ("text", "translation", "complaint"),
    [
        ("Ask %(name)s", "請問 %(name)s", None),
        ("Ask %(name)s", "請問 %(nam)s", "placeholders"),
        ("Ask %s", "請問", "placeholders"),
        ("Ask {name}", "請問 name", "placeholders"),
        ("<b>Ask</b>", "<b>請問", "placeholders"),
        ("<b>Ask</b>", "<b>請問</b>", None),
        ("100% sure", "100% 確定", None),
        ("Ask the customer", "", "not translated"),
        ("Ask the customer", "Ask the customer", "English"),
        ("PRIDE", "PRIDE", None),
        ("Customer", "客户", "户 is not a character of zh_TW"),
        ("Customer", "客戶", None),
    ],
)
def test_translation(tmp_path, text, translation, complaint):
    pot = catalogue(tmp_path / "x.pot", entry(text))
    po = catalogue(tmp_path / "zh_TW.po", entry(text, translation))
    complaints = list(translations.incomplete(po, pot))
    if complaint is None:
        assert not complaints
    else:
        assert len(complaints) == 1 and complaint in complaints[0]


def test_simplified_file_has_no_traditional_character(tmp_path):
    pot = catalogue(tmp_path / "x.pot", entry("Customer"))
    po = catalogue(tmp_path / "zh_CN.po", entry("Customer", "客戶"))
    assert "戶 is not" in list(translations.incomplete(po, pot))[0]


def test_fuzzy_missing_and_obsolete(tmp_path):
    pot = catalogue(tmp_path / "x.pot", entry("One"), entry("Three"), entry("Four4"))
    fuzzy, obsolete = entry("One", "一", flags=["fuzzy"]), entry("Three", "三")
    obsolete.obsolete = True
    po = catalogue(tmp_path / "zh_TW.po", fuzzy, obsolete)
    complaints = sorted(translations.incomplete(po, pot))
    assert [each.split("'")[1] for each in complaints] == ["Four4", "One", "Three"]
    assert "fuzzy" in complaints[1]
    assert list(translations.incomplete(tmp_path / "zh_CN.po", pot))


def test_stale_pot(tmp_path):
    exported = catalogue(tmp_path / "new.pot", entry("One"), entry("Three"))
    fresh = catalogue(tmp_path / "a.pot", entry("Three"), entry("One"))
    assert not list(translations.stale(fresh, exported))
    old = catalogue(tmp_path / "b.pot", entry("Two2"), entry("One"))
    assert len(list(translations.stale(old, exported))) == 2
    moved = catalogue(
        tmp_path / "c.pot", entry("Three"), polib.POEntry(msgid="One", occurrences=[])
    )
    assert "place" in list(translations.stale(moved, exported))[0]
    assert list(translations.stale(tmp_path / "none.pot", exported))


def test_update(tmp_path):
    """New texts come in, old ones go, what is translated stays."""
    exported = catalogue(tmp_path / "new.pot", entry("One"), entry("Three"))
    folder = tmp_path / "x/i18n"
    folder.mkdir(parents=True)
    catalogue(folder / "zh_TW.po", entry("One", "一"), entry("Two2", "二"))
    assert translations.check(tmp_path / "x", exported)
    translations.update(tmp_path / "x", exported)
    po = polib.pofile(str(folder / "zh_TW.po"))
    assert {each.msgid: each.msgstr for each in po} == {"One": "一", "Three": ""}
    assert translations.check(tmp_path / "x", exported)
    for language, text in {"zh_TW": "三", "zh_CN": "三"}.items():
        po = polib.pofile(str(folder / f"{language}.po"))
        for each in po:
            each.msgstr = each.msgstr or text
        po.save()
    assert not translations.check(tmp_path / "x", exported)


JUNIT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="x"/></testcase>
<testcase classname="a" name="broken"><error message="x"/></testcase>
<testcase classname="a" name="left"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""


def test_junit_counts_a_skip_as_a_failure(tmp_path, monkeypatch):
    """But one for the lack of a program that the system really lacks."""
    report = tmp_path / "x.xml"
    report.write_text(JUNIT)
    result = session.count_junit(report)
    assert (result.passed, result.failed, result.skipped) == (1, 3, 0)
    browser = system.Need("a browser", "no-browser", ("no-such-browser",))
    monkeypatch.setitem(session.ALLOWED_SKIPS, "no browser", browser)
    result = session.count_junit(report)
    assert (result.passed, result.failed, result.skipped) == (1, 2, 1)
    browser = system.Need("a browser", "sh", ("sh",))
    monkeypatch.setitem(session.ALLOWED_SKIPS, "no browser", browser)
    assert session.count_junit(report).failed == 3


def test_package_that_a_release_has_not(monkeypatch):
    """It is done without; one that is there only has to be installed."""
    gone = system.Need("a program", "no-such-package-at-all", ("no-such-program",))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system.get_if_offered(gone) is False
    missing = system.Need("a program", "coreutils", ("no-such-program",))
    with pytest.raises(base.UserFacingError, match="sudo apt-get install.* coreutils"):
        system.get_if_offered(missing)


def test_parts_that_run_beside_are_counted(tmp_path, monkeypatch, capsys):
    """Also one that failed, and one that did not end."""
    monkeypatch.setattr(
        testing, "BESIDE_PYTHON", ("lint", "odoo-lint", "operations", "libreoffice")
    )
    log = tmp_path / "beside.log"
    printed = [
        "lint: ruff, prettier …",
        "  FAILED ruff: see lint-ruff.log",
        "",
        "lint           8 passed, 1 failed             0:07",
        "odoo-lint      17 passed                      0:20",
        "operations     3 passed, 2 failed, 1 skipped  2:40",
        "all                                           3:07",
    ]
    process = subprocess.Popen(["true"])
    log.write_text("\n".join(printed))
    results = testing.read_beside(process, log)
    assert str(results["lint"]) == "8 passed, 1 failed"
    assert str(results["odoo-lint"]) == "17 passed"
    assert str(results["operations"]) == "3 passed, 2 failed, 1 skipped"
    assert results["operations"].notes == ["2:40"]
    assert results["libreoffice"].failed == 1
    shown = capsys.readouterr().out
    assert "FAILED ruff: see lint-ruff.log" in shown
    assert "libreoffice did not end" in shown


def test_odoo_counts():
    log = "x INFO db odoo.tests.result: {} failed, {} error(s) of {} tests when loading"
    assert str(session.count_odoo(log.format(0, 0, 7))) == "7 passed"
    assert str(session.count_odoo(log.format(1, 2, 7))) == "4 passed, 3 failed"
    assert session.count_odoo("Killed").failed == 1


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("2026-01-01 1 INFO db odoo.registry: Registry loaded", False),
        ("2026-01-01 1 WARNING db odoo.fields: unknown parameter 'x'", True),
        ("2026-01-01 1 ERROR db odoo.schema: failed", True),
        ("DeprecationWarning: Since 19.0, use x", True),
        ("1 WARNING ? odoo: Running as user 'root' is a security risk.", False),
    ],
)
def test_log_of_an_installation(line, bad):
    assert bool(session.install_warnings(line)) is bad


def test_lint_complains(tmp_path):
    """Each linter finds the fault that an addon of a copy of this repository has."""
    for name in (*CONFIGURATION, *venv.NODE_FILES):
        shutil.copy(base.ROOT / name, tmp_path)
    shutil.copytree(base.ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "tests").mkdir()
    for name, text in {
        "__manifest__.py": "{'name': 'X', 'version': '1', 'data': ['y.xml']}\n",
        "__init__.py": "import os,sys\nself._cr.execute('x' % undefined)\n",
        "x.xml": "<odoo><a></odoo>\n" + "\n" * 600,
        "y.xml": '<odoo><record id="x_addon.y" model="res.partner"/></odoo>',
        "static/src/x.js": "var x = 1\n",
    }.items():
        file = tmp_path / "x_addon" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    engine = tmp_path / "xlsx_stream"
    engine.mkdir()
    (engine / "__manifest__.py").write_text("{'depends': ['x_addon']}\n")
    result = subprocess.run(
        [sys.executable, tmp_path / "scripts/lint"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    found = re.findall(r"^(\S+) +FAILED$", result.stdout, re.MULTILINE)
    assert found == list(lint.CHECKS), result.stdout
