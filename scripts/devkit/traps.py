"""What Odoo 19 accepts, ignores, or fails on only when a person clicks.

A line that needs one of these after all says `trap-ok: why` in a comment.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PYTHON = ("*.py",)
XML = ("*.xml",)
SCRIPT = ("*.js",)
DATA = ("*.py", "*.xml", "*.csv")


@dataclass(frozen=True)
class Trap:
    """A pattern that must not occur in some kinds of files, and what to do instead."""

    files: tuple[str, ...]
    pattern: str
    instead: str


TRAPS = (
    Trap(PYTHON, r"\b_sql_constraints\b", "ignored: models.Constraint"),
    Trap(PYTHON, r"\bname_get\b", "never called: _compute_display_name"),
    Trap(PYTHON, r"\b_name_search\b", "never called: _search_display_name"),
    Trap(PYTHON, r"\bodoo\.osv\b|\bfrom odoo import osv", "odoo.fields.Domain"),
    Trap(PYTHON, r"\.read_group\(", "_read_group or formatted_read_group"),
    Trap(PYTHON, r"def read_group\(", "never called: formatted_read_group"),
    Trap(PYTHON, r"\bself\._(cr|uid|context)\b", "self.env.cr, .uid, .context"),
    Trap(PYTHON, r"\brequest\.(cr|uid|context)\b", "request.env"),
    Trap(PYTHON, r"@api\.(multi|one|returns)\b", "removed"),
    Trap(PYTHON, r"\b(track_visibility|group_operator|auto_join)=", "renamed"),
    Trap(PYTHON, r"\bcheck_access_(rights|rule)\b", "check_access, has_access"),
    Trap(PYTHON, r"\buser_has_groups\b", "env.user.has_group(s)"),
    Trap(PYTHON, r"\b_check_recursion\b", "_has_cycle (the opposite truth value)"),
    Trap(PYTHON, r"\btoggle_active\b", "action_archive, action_unarchive"),
    Trap(PYTHON, r"\bforce_company\b", "with_company"),
    Trap(PYTHON, r"\bSavepointCase\b", "TransactionCase"),
    Trap(PYTHON, r"type=.json['\"]", "type='jsonrpc'"),
    Trap(
        PYTHON,
        r"\benv\.ref\([^()]*,\s*(['\"])",
        "env.ref takes one id: the second is a flag, and is lost",
    ),
    Trap(
        PYTHON,
        r"\bbool\(Domain|\bnot Domain\.|\bif Domain\.",
        "a Domain's truth is not what it seems: is_true(), is_false()",
    ),
    Trap(
        PYTHON,
        r'"(, |、)"\.join\(',
        "format_list(self.env, …): a list is told as the reader's language has it",
    ),
    Trap(PYTHON, r"base\.user_demo\b|base\.partner_demo\b", "tests have no demo data"),
    Trap(DATA, r"\bgroups_id\b", "group_ids (ir.rule: groups)"),
    Trap(DATA, r"view_mode\b.*\btree\b", "list: the client cannot open a tree"),
    Trap(XML, r"<tree\b|</tree>", "<list>"),
    Trap(XML, r"\bkanban-(box|menu)\b|\boe_kanban_", "t-name=card, menu"),
    Trap(XML, r"\boe_chatter\b", "renders nothing: <chatter/>"),
    Trap(XML, r"\battrs=", "invisible=, readonly=, required="),
    Trap(XML, r"\bt-(esc|raw)=", "t-out"),
    Trap(XML, r"<group\b[^>]*\bexpand=", "a search view's group has no attribute"),
    Trap(XML, r"(invisible|readonly|required)=\"(true|false)\"", "True, False"),
    Trap(XML, r"name=\"(numbercall|doall)\"", "removed from ir.cron"),
    Trap(
        XML,
        r"/>\s*([,.!?()]+\s*(<|$)|:\s*$)|>\s*\(<",
        "punctuation alone is never translated: · or a word beside it",
    ),
    Trap(XML, r">inline</field>", "no such target of an action"),
    Trap(SCRIPT, r"@odoo-module", "every file is a module"),
    Trap(SCRIPT, r"useService\(.(rpc|user).\)", "import { rpc }, { user }"),
    Trap(SCRIPT, r"\bpublicWidget\b", "Interaction"),
    Trap(SCRIPT, r"\bQUnit\b", "hoot"),
    Trap(SCRIPT, r"\.data\.\w+_id\[[01]\]", "a many2one is { id, display_name }"),
    Trap(SCRIPT, r"\bextra_trigger\b", "a step of its own"),
    Trap(SCRIPT, r"run: .text ", "run: 'edit …'"),
    Trap(SCRIPT, r"\.join\(.(, |、).\)", "formatList of @web/core/l10n/utils"),
    Trap(SCRIPT, r"\b_t\(`", "a template literal is never translated"),
)

DECORATED_TWICE = Trap(
    PYTHON,
    "@api.x over @api.x",
    "the upper one takes the place of the lower: one decorator with all of it",
)


def in_file(path: Path) -> Iterator[tuple[int, Trap]]:
    """The traps in a file, with their line numbers."""
    if path.suffix == ".py":
        yield from ((number, DECORATED_TWICE) for number in _decorated_twice(path))
    traps = [trap for trap in TRAPS if any(map(path.match, trap.files))]
    if not traps:
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "trap-ok:" in line:
            continue
        for trap in traps:
            if re.search(trap.pattern, line):
                yield number, trap


def _decorated_twice(path: Path) -> Iterator[int]:
    """The lines of functions that have the same decorator of `api` twice."""
    try:
        tree = ast.parse(path.read_text())
    except SyntaxError:  # ruff says so
        return
    for node in ast.walk(tree):
        names = [
            ast.unparse(decorator.func)
            for decorator in getattr(node, "decorator_list", ())
            if isinstance(decorator, ast.Call)
        ]
        if any(name.startswith("api.") for name in names if names.count(name) > 1):
            yield node.lineno
