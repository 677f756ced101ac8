"""Is a .pot fresh, are the Chinese .po files complete?

Runs in the virtual environment: `python -m devkit.translations check ADDON POT`, where
POT is what Odoo has just exported. Prints a line that begins with "ok " for each file
that is right, and each complaint on a line of its own. `update` in place of `check`
writes the .pot file of the addon, and puts the new texts into the .po files, with
Odoo's own translation where Odoo has the very same text.
"""

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from . import base, odoo, wording

# What a translation must take over: placeholders, and the tags of a text with markup.
PLACEHOLDER = re.compile(
    r"%\(\w+\)[a-z]|%[sdif]|%(?=%)|\{\w*\}|\$\{[^}]*\}|</?[a-zA-Z][\w-]*"
)
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
# A character that only the other script has cannot be written in these.
SCRIPTS = {"zh_TW": "cp950", "zh_CN": "gb2312"}
# What ours build on; the last one's word counts most.
ODOO_ADDONS = (
    *("base", "web", "phone_validation", "digest", "calendar"),
    *("mail", "portal", "sales_team", "crm"),
)


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
    yield from wording.unsaid(text, translation, language)


def unusual(po: Path) -> Iterator[str]:
    """What is said in another way elsewhere: in Odoo, or in the same file."""
    if not po.exists():
        return
    entries = polib.pofile(str(po)).translated_entries()
    translated = {entry.msgid: entry.msgstr for entry in entries}
    yield from wording.unlike_odoo(translated, all_of_odoo(po.stem), po.stem)
    yield from wording.said_twice(translated)


def _writes(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def check(addon: Path, exported: Path) -> int:
    pot = addon / f"i18n/{addon.name}.pot"
    files = {pot: stale(pot, exported)}
    for language in base.LANGUAGES:
        po = addon / f"i18n/{language}.po"
        files[po] = itertools.chain(incomplete(po, exported), unusual(po))
    status = 0
    for file, complaints in files.items():
        name = file.relative_to(addon.parent)
        found = [f"{name}: {complaint}" for complaint in complaints]
        print("\n".join(found) if found else f"ok {name}")
        status |= bool(found)
    return status


def _catalogues_of_odoo(language: str) -> Iterator[dict[str, str]]:
    """Odoo's own translations of the addons that ours build on, crm last."""
    source = odoo.find()
    for addon in ODOO_ADDONS:
        path = source.addon(addon) / f"i18n/{language}.po"
        if path.exists():
            translated = polib.pofile(str(path)).translated_entries()
            yield {entry.msgid: entry.msgstr for entry in translated}


def of_odoo(language: str) -> dict[str, str]:
    """Odoo's own translations, those of crm before those of mail and base."""
    found: dict[str, str] = {}
    for catalogue in _catalogues_of_odoo(language):
        found |= catalogue
    return found


def of_ours(root: Path, language: str) -> dict[str, str]:
    """What our other addons say: a text that moves keeps its translation."""
    found: dict[str, str] = {}
    for path in sorted(root.glob(f"*/i18n/{language}.po")):
        translated = polib.pofile(str(path)).translated_entries()
        found |= {entry.msgid: entry.msgstr for entry in translated}
    return found


def all_of_odoo(language: str) -> dict[str, set[str]]:
    """All the translations that Odoo has for a text."""
    found: dict[str, set[str]] = {}
    for catalogue in _catalogues_of_odoo(language):
        for text, translation in catalogue.items():
            found.setdefault(text, set()).add(translation)
    return found


def update(addon: Path, exported: Path) -> int:
    fresh = polib.pofile(str(exported))
    for header in ("POT-Creation-Date", "PO-Revision-Date"):
        fresh.metadata.pop(header, None)  # no difference where there is none
    folder = addon / "i18n"
    folder.mkdir(exist_ok=True)
    fresh.save(str(folder / f"{addon.name}.pot"))
    for language in base.LANGUAGES:
        path = folder / f"{language}.po"
        po = polib.pofile(str(path)) if path.exists() else polib.POFile()
        po.metadata = {**fresh.metadata, "Language": language}
        po.header = f"Translation of Odoo Server.\n\t* {addon.name}"
        po.merge(fresh)
        for entry in po.obsolete_entries():
            po.remove(entry)
        known = of_odoo(language) | of_ours(addon.parent, language)
        for entry in po.untranslated_entries():
            entry.msgstr = known.get(entry.msgid, "")
        po.save(str(path))
        open_texts = len(po.untranslated_entries()) + len(po.fuzzy_entries())
        print(f"{path.relative_to(addon.parent)}: {open_texts} texts to translate")
    return 0


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    sys.exit({"check": check, "update": update}[command](*map(Path, paths)))
