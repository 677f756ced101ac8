"""Who may know whom: the borders between our addons.

An engine does not know its guests: neither their words, nor a Sales group, nor who they
are (`if code == …`). No addon knows another one that it does not depend on: no import,
no external id, no model of it. The guest declares, the engine asks. And no library that
neither Odoo requires nor its manifest names, in its tests neither: people run them too.

A line that must cross a border after all says `border-ok: why` in a comment.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENGINES = ("crm_foundation", "crm_guided_conversation", "crm_assessment", "xlsx_stream")

# What Odoo 19 itself requires, by the names under which it is imported.
LIBRARIES = set(
    "PIL babel dateutil freezegun lxml markupsafe openpyxl psycopg2 pytz reportlab "
    "requests werkzeug".split()
)

CODE = (".py", ".xml", ".csv", ".js", ".scss")
TEXT = (*CODE, ".md", ".rst", ".html", ".toml", ".txt", ".svg")
ALLOWED = "border-ok:"
AUTHOR = "CRM Referral contributors"

# What an engine never says, in any spelling of code and prose.
WORDS = re.compile(
    r"(?i:referral|candidate)"
    # The header of HTTP has this name, too.
    r"|(?<!no-)(?<!name=\")(?i:referrer)(?!-Policy)"
    r"|(?<![A-Za-z])(?i:pride)(?![A-Za-z])"
    r"|BE[ _-]SURE|(?<![A-Za-z])[Bb]e[_-]?[Ss]ure(?![a-z])"
    r"|\bsales_team\.group_\w+"
)
# A name by which code asks who its guest is.
GUEST = re.compile(r"(?:^|_)(?:code|model|model_name)$|^_name$|^resModel$")
BRANCH = re.compile(  # the same question in XML and JavaScript
    r"\b(?:\w+_)?(?:code|model|resModel)\s*(?:[!=]==?|\bnot in\b|\bin\b)\s*['\"`(\[]"
)


@dataclass(frozen=True)
class House:
    """Our addons: what each depends on, and which of them makes a model."""

    depends: dict[str, set[str]]
    models: dict[str, str]
    libraries: dict[str, set[str]]

    def strangers(self, addon: str) -> re.Pattern[str]:
        """How an addon could name what it does not depend on."""
        near = {addon, *self.depends[addon]}
        names = [name for name in self.depends if name not in near]
        for model, owner in self.models.items():
            if owner not in near:
                names += [model, f"model_{model.replace('.', '_')}"]
        listed = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        return re.compile(rf"(?<![\w.])(?:odoo\.addons\.)?({listed or '(?!)'})(?!\w)")


def read_house(root: Path) -> House:
    """The addons in the folders of `root`."""
    manifests = {
        path.parent.name: ast.literal_eval(path.read_text())
        for path in sorted(root.glob("*/__manifest__.py"))
    }
    direct = {name: set(each.get("depends", [])) for name, each in manifests.items()}

    def reach(addon: str) -> set[str]:
        ours = direct[addon] & direct.keys()
        return ours.union(*map(reach, ours))

    models = {
        model: addon
        for addon in direct
        for path in sorted((root / addon).rglob("*.py"))
        if "tests" not in path.relative_to(root).parts
        for model in _models(path)
    }
    libraries = {
        name: set(each.get("external_dependencies", {}).get("python", []))
        for name, each in manifests.items()
    }
    return House({addon: reach(addon) for addon in direct}, models, libraries)


def _models(path: Path) -> Iterator[str]:
    """The models that a file makes: not those that it extends."""
    for node in ast.walk(_tree(path.read_text())):
        if not isinstance(node, ast.ClassDef):
            continue
        said = {
            target.id: {each.value for each in _texts(line.value)}
            for line in node.body
            if isinstance(line, ast.Assign)
            for target in line.targets
            if isinstance(target, ast.Name)
        }
        yield from said.get("_name", set()) - said.get("_inherit", set())


def complaints(root: Path, files: list[str]) -> Iterator[str]:
    """Each crossing of a border in these files.

    :param files: names relative to `root`
    """
    house = read_house(root)
    for addon in house.depends:
        inside = [name for name in files if name.startswith(f"{addon}/")]
        strangers = house.strangers(addon)
        for name in inside:
            if "/i18n/" in name or not name.endswith(TEXT):
                continue
            text = (root / name).read_text()
            found = [*_strangers(name, text, strangers)]
            if name.endswith(".py"):
                found += _undeclared(text, house.libraries[addon])
            if addon in ENGINES:
                found += [*_guests(name, text), *_branches(name, text)]
            lines = ["", *text.splitlines()]
            for number, what in sorted(found):
                if ALLOWED not in lines[number]:
                    yield f"{name}:{number}: {what}"
        outside = house.depends[addon].difference(ENGINES)
        if inside and addon in ENGINES and outside:
            yield f"{addon}: an engine depends on {', '.join(sorted(outside))}"


def _strangers(
    name: str, text: str, strangers: re.Pattern[str]
) -> Iterator[tuple[int, str]]:
    if name.endswith(CODE):
        for number, line in enumerate(text.splitlines(), 1):
            for found in strangers.finditer(line):
                yield number, f"{found[1]} is not among the dependencies"


def _undeclared(text: str, declared: set[str]) -> Iterator[tuple[int, str]]:
    known = {"odoo", *LIBRARIES, *declared, *sys.stdlib_module_names}
    for node in ast.walk(_tree(text)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        for name in {name.partition(".")[0] for name in names} - known:
            yield node.lineno, f"{name} is not among the external dependencies"


def _guests(name: str, text: str) -> Iterator[tuple[int, str]]:
    if found := WORDS.search(name.partition("/")[2]):
        yield 0, f"the name of the file says {found[0]}"
    for number, line in enumerate(text.splitlines(), 1):
        if found := WORDS.search(line.replace(AUTHOR, "")):
            yield number, f"an engine says {found[0]}"


def _branches(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Where an engine does one thing for this guest, another for that."""
    if "/tests/" in name:
        return
    what = "asks who uses it: let the guest declare"
    if name.endswith(".py"):
        for node in ast.walk(_tree(text)):
            if _asks_who(node):
                yield node.lineno, what
    elif name.endswith((".xml", ".js")):
        for number, line in enumerate(text.splitlines(), 1):
            if BRANCH.search(line):
                yield number, what


def _asks_who(node: ast.AST) -> bool:
    if isinstance(node, ast.Match):
        return _is_guest(node.subject)
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    return any(map(_is_guest, sides)) and any(any(_texts(side)) for side in sides)


def _is_guest(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            pass
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            pass
        case ast.Call(
            func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]
        ):
            pass
        case _:
            return False
    return bool(GUEST.search(name))


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    """A text, or the texts in a literal collection."""
    for each in getattr(node, "elts", [node]):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each


def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # the other linters say so
        return ast.Module([], [])
