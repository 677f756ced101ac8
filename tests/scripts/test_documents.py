"""README and docs name only what is there: pages, pictures, files, tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from devkit import base

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
SOURCE = re.compile(r'src="([^":]+)"')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMED = re.compile(r"`((?:\w+/)*\w[\w.]*\.(?:py|js|xml))`")
# Methods, attributes and models: `_get_parts()`, `action_send`, `crm.referral`.
CODE = re.compile(
    r"`(_[a-z_]+|action_[a-z_]+|(?:crm|res|mail)(?:\.[a-z_]+)+)(?:\(\))?`"
)
# What stands on a screen: *Next*, *Reporting → Export*.
LABEL = re.compile(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)")
OF_ODOO = {
    "Activate",
    "Administration: Settings",
    "Administrator",
    "All Documents",
    "Apps",
    "CRM",
    "Channels",
    "Contacts",
    "Live Chat",
    "Options",
    "Own Documents Only",
    "Scheduled Actions",
    "Send email",
    "Settings",
    "Technical",
    "Update Apps List",
}
PAGES = sorted(
    path.relative_to(base.ROOT).as_posix()
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "benchmarks/*.md",
        "*/static/description/*.html",
    )
    for path in base.ROOT.glob(pattern)
)
DECISIONS = sorted((base.ROOT / "docs/decisions").glob("*.md"))


def parts(document: Path) -> set[str]:
    """What a link to a heading of a page calls it, as GitHub does."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(document.read_text())
    }


def missing(document: Path, root: Path) -> Iterator[str]:
    """What a page points to that does not exist."""
    text = document.read_text()
    for link, part in [
        *LINK.findall(text),
        *((src, "") for src in SOURCE.findall(text)),
    ]:
        target = document.parent / link if link else document
        if not target.exists():
            yield link
        elif part and part not in parts(target):
            yield f"{link}#{part}"
    files = [path.as_posix() for path in root.glob("*/**/*") if path.is_file()]
    for name in NAMED.findall(text):
        if not any(f"/{file}".endswith(f"/{name}") for file in files):
            yield name


@pytest.fixture(scope="module")
def words():
    """Every word of the Python of our addons, names of models and fields as well."""
    sources = (
        path.read_text()
        for addon in base.addons()
        for path in (base.ROOT / addon).rglob("*.py")
    )
    return {word for text in sources for word in re.findall(r"[\w.]+", text)}


def unknown(text: str, words: set[str]) -> list[str]:
    """What a page calls by a name that the code does not have."""
    return [
        name
        for name in CODE.findall(text)
        if name not in words  # or a field, or a method, of a model
        and not ("." in name and set(name.rsplit(".", 1)) <= words)
    ]


@pytest.mark.parametrize("document", PAGES)
def test_the_code_has_what_a_page_names(document, words):
    assert not unknown((base.ROOT / document).read_text(), words)


def test_what_the_code_does_not_have_is_found():
    text = "`_here()` `_gone()` `crm.here` `crm.here.field` `crm.here.gone` `res.gone`"
    assert unknown(text, {"_here", "crm.here", "field"}) == [
        "_gone",
        "crm.here.gone",
        "res.gone",
    ]


@pytest.mark.parametrize("document", PAGES)
def test_what_a_page_names_is_there(document):
    assert not list(missing(base.ROOT / document, base.ROOT))


def test_what_is_not_there_is_found(tmp_path):
    (tmp_path / "addon" / "tests").mkdir(parents=True)
    (tmp_path / "addon" / "tests" / "test_here.py").touch()
    page = tmp_path / "page.md"
    page.write_text(
        "`test_here.py` `tests/test_here.py` `test_gone.py` `other/test_here.py` "
        "[a](addon) [b](gone.md#part) [c](https://example.com/x#y) `a.b.c`\n"
        "## Where does … go?\n[d](#where-does--go) [e](page.md#nowhere)\n"
        '<img src="a.png"> <img src="https://example.com/a.png">'
    )
    assert list(missing(page, tmp_path)) == [
        "gone.md",
        "page.md#nowhere",
        "a.png",
        "test_gone.py",
        "other/test_here.py",
    ]


def not_on_screen(text: str, source: str) -> list[str]:
    """Labels of a guide that neither our addons nor Odoo have."""
    labels = (
        " ".join(part.split())
        for label in LABEL.findall(text)
        for part in label.split(" → ")
    )
    return [label for label in labels if label not in OF_ODOO and label not in source]


def test_guides_call_things_as_the_screens_do():
    source = "".join(
        path.read_text()
        for addon in base.addons()
        for path in (base.ROOT / addon).rglob("*.*")
        if path.suffix in (".py", ".xml", ".js") and "tests" not in path.parts
    )
    for guide in (base.ROOT / "docs").glob("guide-*.md"):
        assert not not_on_screen(guide.read_text(), source), guide.name


def test_a_label_that_is_on_no_screen_is_found():
    text = "Press *Next*, then *Apps → Gone*; **Bold** and *emphasis* are none."
    assert not_on_screen(text, 'string="Next"') == ["Gone"]


def test_a_decision_is_a_short_page_that_the_index_has():
    index = (base.ROOT / "docs/decisions/README.md").read_text()
    for page in DECISIONS:
        assert len(page.read_text().splitlines()) <= 40, page.name
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_hooks_run_what_is_here_and_fetch_nothing():
    config = yaml.safe_load((base.ROOT / ".pre-commit-config.yaml").read_text())
    for repository in config["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert (base.ROOT / hook["entry"]).is_file()
