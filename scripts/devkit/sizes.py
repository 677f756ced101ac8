"""No file and no function that nobody can take in at once.

How many ways lead through a function is ruff's to say (C90).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

LINES_OF_A_FILE = 600
LINES_OF_A_FUNCTION = 50
WRITTEN = (".py", ".js", ".mjs", ".xml", ".scss", ".csv", ".md", ".rst", ".html")


def complaints(root: Path, files: list[str]) -> Iterator[str]:
    """What is too long in these files.

    :param files: names relative to `root`
    """
    for name in files:
        path = root / name
        if "/i18n/" in name or not name.endswith(WRITTEN):
            continue
        text = path.read_text()
        lines = text.count("\n")
        if lines > LINES_OF_A_FILE:
            yield f"{name}: {lines} lines, at most {LINES_OF_A_FILE}"
        if name.endswith(".py"):
            for number, function, length in _long_functions(text):
                yield (
                    f"{name}:{number}: {function} has {length} lines, "
                    f"at most {LINES_OF_A_FUNCTION}"
                )


def _long_functions(text: str) -> Iterator[tuple[int, str, int]]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # ruff says so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                yield node.lineno, node.name, length
