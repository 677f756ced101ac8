"""The check of sizes knows what is too long, and lets pass what just fits."""

import textwrap

import pytest
from devkit import sizes


def function(lines: int, name: str = "f") -> str:
    return f"def {name}():\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a/x.py", "x = 1\n" * 601, "601 lines, at most 600"),
        ("a/x.py", "x = 1\n" * 600, None),
        ("a/x.xml", "<a/>\n" * 601, "601 lines"),
        ("a/tests/test_x.py", "x = 1\n" * 601, "601 lines"),
        ("a/i18n/zh_TW.po", "x\n" * 601, None),
        ("a/x.json", "x\n" * 601, None),
        ("a/x.py", function(51), "f has 51 lines, at most 50"),
        ("a/x.py", function(50), None),
        ("a/x.py", f"async {function(51)}", "f has 51 lines"),
        ("a/x.py", "class A:\n" + textwrap.indent(function(51), "    "), "f has 51"),
        ("a/x.py", "def f(:\n", None),
    ],
)
def test_size(tmp_path, name, text, complaint):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    said = list(sizes.complaints(tmp_path, [name]))
    assert len(said) == bool(complaint), said
    assert all(complaint in each for each in said)
