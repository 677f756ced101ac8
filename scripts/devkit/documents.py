"""What is made of other files: the picture of the addons, README.rst, app pages.

`scripts/lint` says when one is stale, `scripts/lint --fix` makes it anew.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from . import base

PICTURES = base.ROOT / "docs/images"
PICTURE = PICTURES / "architecture.svg"
PRODUCT = "crm_referral"

# The sections of an addon's README.rst, by the file in its folder readme.
SECTIONS = {
    "DESCRIPTION": "",
    "CONTEXT": "Why",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
}

WIDTH, BOX, HEIGHT, GAP, MARGIN = 960, 280, 104, 56, 20
STYLE = 'font-family="Lato, Roboto, Helvetica, Arial, sans-serif"'


def made_files(manifests: dict[str, dict]) -> Iterator[tuple[Path, bytes]]:
    """Each file that is made of others, and what has to be in it.

    :param manifests: of our addons, by name
    """
    yield PICTURE, draw(manifests).encode()
    for addon, values in manifests.items():
        folder = base.ROOT / addon / "readme"
        if folder.is_dir():
            yield folder.parent / "README.rst", readme(values["name"], folder).encode()
        page = base.ROOT / addon / "static/description/index.html"
        if page.exists():  # Odoo shows only what is beside it
            for name in re.findall(r'src="([\w-]+\.png)"', page.read_text()):
                yield page.with_name(name), (PICTURES / name).read_bytes()


def stale() -> list[Path]:
    """The files that are not what they would be if they were made now."""
    return [
        path
        for path, content in made_files(manifests())
        if not path.exists() or path.read_bytes() != content
    ]


def make() -> None:
    """Make all of them."""
    for path, content in made_files(manifests()):
        path.write_bytes(content)


def manifests() -> dict[str, dict]:
    """The manifests of our addons, by name."""
    return {addon: base.manifest(addon) for addon in base.addons()}


def readme(name: str, folder: Path) -> str:
    """An addon's README.rst, of the short texts in its folder `readme`."""
    parts = [_title(name, "=", over=True)]
    for stem, title in SECTIONS.items():
        path = folder / f"{stem}.md"
        if path.exists():
            parts += [_title(title, "=")] if title else []
            parts.append(_to_rst(path.read_text().strip()))
    return "\n\n".join(parts) + "\n"


def _title(text: str, line: str, *, over: bool = False) -> str:
    rule = line * len(text)
    return "\n".join([*([rule] if over else []), text, rule])


def _to_rst(text: str) -> str:
    """The little of Markdown that our fragments use: code, links, emphasis, lists, and
    blocks of code behind a colon.
    """
    text = text.replace(":\n\n    ", "::\n\n    ")
    text = re.sub(r"`([^`]+)`", r"``\1``", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text)


# The picture


def needs(manifests: dict[str, dict]) -> dict[str, set[str]]:
    """What each of our addons needs of ours, directly or not, as the manifests say."""
    direct = {
        addon: set(values.get("depends", [])) & set(manifests)
        for addon, values in manifests.items()
    }

    def follow(addon: str) -> set[str]:
        return direct[addon].union(*map(follow, direct[addon]))

    return {addon: follow(addon) for addon in manifests}


def edges(manifests: dict[str, dict]) -> list[tuple[str, str]]:
    """The arrows: each need that does not follow from other arrows."""
    known = needs(manifests)
    return [
        (addon, needed)
        for addon in sorted(known)
        for needed in sorted(known[addon])
        if not any(needed in known[between] for between in known[addon])
    ]


def _depth(addon: str, arrows: list[tuple[str, str]]) -> int:
    """How many rows are above an addon: all that need it are."""
    above = (start for start, end in arrows if end == addon)
    return 1 + max((_depth(start, arrows) for start in above), default=-1)


def draw(manifests: dict[str, dict]) -> str:
    """The addons as boxes, each above what it needs; dashed: not installed by itself.

    :param manifests: of our addons, by name
    :return: an SVG
    """
    arrows = edges(manifests)
    rows: dict[int, list[str]] = {}
    for addon in sorted(manifests):
        rows.setdefault(_depth(addon, arrows), []).append(addon)
    width = max(WIDTH, max(map(len, rows.values())) * (BOX + MARGIN))
    places = {
        addon: (
            width * (2 * column + 1) // (2 * len(row)) - BOX // 2,
            MARGIN + depth * (HEIGHT + GAP),
        )
        for depth, row in rows.items()
        for column, addon in enumerate(row)
    }
    height = 2 * MARGIN + len(rows) * (HEIGHT + GAP) - GAP
    by_itself = {PRODUCT} | needs(manifests).get(PRODUCT, set())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f"{STYLE}>",
        "<title>Our addons, and which needs which</title>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="#4a4458"/>'
        "</marker></defs>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(_arrow(*arrow, places) for arrow in arrows),
        *(
            line
            for addon, place in places.items()
            for line in _box(addon, manifests, place, dashed=addon not in by_itself)
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _arrow(start: str, end: str, places: dict[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = places[start], places[end]
    return (
        f'<line class="needs" data-addon="{start}" data-needs="{end}" '
        f'x1="{x1 + BOX // 2}" y1="{y1 + HEIGHT}" x2="{x2 + BOX // 2}" y2="{y2}" '
        'stroke="#4a4458" stroke-width="1.3" marker-end="url(#tip)"/>'
    )


def _box(
    addon: str, manifests: dict[str, dict], place: tuple[int, int], *, dashed: bool
) -> Iterator[str]:
    x, y = place
    values = manifests[addon]
    fill = "#ffffff" if dashed else "#e3f4ec" if addon == PRODUCT else "#ede7f6"
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    yield (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="10" fill="{fill}" '
        f'stroke="#4a4458" stroke-width="1.2"{dash}/>'
    )
    middle = x + BOX // 2
    yield (
        f'<text class="addon" x="{middle}" y="{y + 24}" font-size="15" '
        f'font-weight="600" text-anchor="middle" fill="#241f31">{addon}</text>'
    )
    of_odoo = sorted(set(values.get("depends", [])) - set(manifests))
    summary = textwrap.wrap(str(values.get("summary", "")), 44)[:2]
    for number, text in enumerate(summary):
        yield _line(middle, y + 45 + 16 * number, text, "#3d3846")
    if of_odoo:
        text = textwrap.shorten(f"Odoo: {', '.join(of_odoo)}", 44, placeholder=" …")
        yield _line(middle, y + HEIGHT - 12, text, "#6c6580")


def _line(x: int, y: int, text: str, fill: str) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="12" text-anchor="middle" '
        f'fill="{fill}">{escape(text)}</text>'
    )
