"""README and docs name only what is there: pages, pictures, files, tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from devkit import base

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
NAMED = re.compile(r"`((?:\w+/)*\w[\w.]*\.(?:py|js|xml))`")
DOCUMENTS = sorted(
    path.relative_to(base.ROOT).as_posix()
    for pattern in ("README.md", "docs/*.md", "benchmarks/*.md")
    for path in base.ROOT.glob(pattern)
)


def missing(document: Path, root: Path) -> Iterator[str]:
    """What a page points to that does not exist."""
    text = document.read_text()
    for link in LINK.findall(text):
        if not (document.parent / link).exists():
            yield link
    files = [path.as_posix() for path in root.glob("*/**/*") if path.is_file()]
    for name in NAMED.findall(text):
        if not any(f"/{file}".endswith(f"/{name}") for file in files):
            yield name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_page_names_is_there(document):
    assert not list(missing(base.ROOT / document, base.ROOT))


def test_what_is_not_there_is_found(tmp_path):
    (tmp_path / "addon" / "tests").mkdir(parents=True)
    (tmp_path / "addon" / "tests" / "test_here.py").touch()
    page = tmp_path / "page.md"
    page.write_text(
        "`test_here.py` `tests/test_here.py` `test_gone.py` `other/test_here.py` "
        "[a](addon) [b](gone.md#part) [c](https://example.com/x) `a.b.c`"
    )
    assert list(missing(page, tmp_path)) == [
        "gone.md",
        "test_gone.py",
        "other/test_here.py",
    ]
