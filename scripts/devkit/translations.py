"""Is a .pot fresh, are the Chinese .po files complete?

Runs in the virtual environment: `python -m devkit.translations ADDON EXPORTED_POT`.
Prints a line beginning with "ok " for each file that is right, and each complaint on a
line of its own.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from . import base

# What a translation must take over: placeholders, and the tags of a text with markup.
PLACEHOLDER = re.compile(
    r"%\(\w+\)[a-z]|%[sdif]|%(?=%)|\{\w*\}|\$\{[^}]*\}|</?[a-zA-Z][\w-]*"
)
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
# A character that only the other script has cannot be written in these.
SCRIPTS = {"zh_TW": "cp950", "zh_CN": "gb2312"}


def keys(catalogue: polib.POFile) -> dict[str, set[str]]:
    """The texts of a catalogue, and the records each is on (Odoo reads those)."""
    return {
        entry.msgid: {where for where, _line in entry.occurrences if ":" in where}
        for entry in catalogue
        if not entry.obsolete
    }


def stale(pot: Path, exported: Path) -> Iterator[str]:
    """What the .pot of the repository lacks, or has too much."""
    if not pot.exists():
        yield "the file is missing"
        return
    ours, fresh = keys(polib.pofile(str(pot))), keys(polib.pofile(str(exported)))
    if not fresh:
        yield "Odoo exported no text at all"
    for text in fresh.keys() - ours.keys():
        yield f"lacks {text!r}"
    for text in ours.keys() - fresh.keys():
        yield f"has {text!r}, which is no longer used"
    for text in ours.keys() & fresh.keys():
        for where in fresh[text] - ours[text]:
            yield f"lacks the place {where} of {text!r}"


def incomplete(po: Path, pot: Path) -> Iterator[str]:
    """What is wrong with a translation of all the texts in `pot`."""
    if not po.exists():
        yield "the file is missing"
        return
    entries = {entry.msgid: entry for entry in polib.pofile(str(po))}
    for text in keys(polib.pofile(str(pot))):
        entry = entries.get(text)
        if not entry or entry.obsolete or not entry.translated():
            how = "is fuzzy" if entry and entry.fuzzy else "is not translated"
            yield f"{text!r} {how}"
        else:
            yield from wrong(text, entry.msgstr, po.stem)


def wrong(text: str, translation: str, language: str) -> Iterator[str]:
    """What is wrong with the translation of one text."""
    theirs = sorted(set(PLACEHOLDER.findall(translation)))
    ours = sorted(set(PLACEHOLDER.findall(text)))
    if ours != theirs:
        yield f"{text!r} has the placeholders {ours}, its translation {theirs}"
    if text == translation and re.search(r"[a-z]{3,} [a-z]{3,}", text):
        yield f"{text!r} is still English"
    if text.endswith("\n") is not translation.endswith("\n"):
        yield f"{text!r} and its translation do not both end a line"
    for character in sorted(set(IDEOGRAPH.findall(translation))):
        if not _writes(SCRIPTS.get(language, "utf-8"), character):
            yield f"{text!r}: {character} is not a character of {language}"


def _writes(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def main(addon: Path, exported: Path) -> int:
    pot = addon / f"i18n/{addon.name}.pot"
    files = {pot: stale(pot, exported)}
    for language in base.LANGUAGES:
        po = addon / f"i18n/{language}.po"
        files[po] = incomplete(po, exported)
    status = 0
    for file, complaints in files.items():
        name = file.relative_to(addon.parent)
        found = [f"{name}: {complaint}" for complaint in complaints]
        print("\n".join(found) if found else f"ok {name}")
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
