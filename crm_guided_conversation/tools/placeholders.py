"""Placeholders in texts that managers write: found, checked and filled in as text.

A placeholder is one of a list of names, in double braces, and may bring the words to
use while there is nothing to fill in: ``{{ name ||| other words }}``. Nothing in it is
ever evaluated: what is not a listed name is refused, and what is filled in is not
looked at again.
"""

import re

BARS = "|||"
# Only plain spaces around a name: a line break or another blank is no placeholder.
PATTERN = r"\{\{ *([A-Za-z_][A-Za-z0-9_.]*) *(?:\|\|\|([^{}|]*))?\}\}"
PLACEHOLDER = re.compile(PATTERN, re.ASCII)
# Those of a Chinese keyboard look the same and would be read out.
BRACES = re.compile(r"[{}\uff5b\uff5d]")
PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
ENDS = ".!?\u3002\uff01\uff1f"


def get_list_separator(lang):
    """:return: what stands between the things of a list in that language."""
    return "、" if (lang or "").startswith(("zh", "ja")) else ", "


def find_faults(text, names):
    """Find what looks like a placeholder and is none.

    :param str text: what a manager has written
    :param names: names that may be used
    :return: the pieces of the text that are at fault
    :rtype: list[str]
    """
    faults = []

    def check(match):
        if match[1] not in names:
            faults.append(match[0])
        return "\0"

    rest = PLACEHOLDER.sub(check, text or "")
    for line in rest.splitlines():
        if BRACES.search(line) or BARS in line:
            faults.append(line.replace("\0", "…").strip())
    return faults


def get_check_sql(column, names):
    """The same as a condition of the database, for translations written past the ORM.

    :param str column: a translated column: a flat JSON object of texts
    :param names: names that may be used
    :rtype: str
    """
    alternatives = "|".join(re.escape(name) for name in sorted(names))
    # The words end with their text: it has no quotation mark that is not escaped.
    words = r'([^{}|"\\]|\\.)*'
    placeholder = rf"\{{\{{ *({alternatives}) *(\|\|\|{words})?\}}\}}"
    rest = f"regexp_replace({column}::text, '{placeholder}', '', 'g')"
    return f"{rest} ~ '^\\{{[^{{}}\uff5b\uff5d]*\\}}$' AND {rest} !~ '\\|\\|\\|'"


def fill_in(text, values):
    """Fill in the placeholders.

    A paragraph that has nothing to fill in and no other words is left out: nobody
    should have to read out half a sentence.

    :param str text: a text without faults
    :param dict values: text by name
    :return: what to say, and the names for which there is no value, in their order
    :rtype: tuple[str, list[str]]
    """
    text = text or ""
    names = dict.fromkeys(match[1] for match in PLACEHOLDER.finditer(text))
    missing = [name for name in names if not (values.get(name) or "").strip()]
    paragraphs = [
        filled
        for paragraph in PARAGRAPH.split(text)
        if (filled := _fill_in_paragraph(paragraph, values)) is not None
    ]
    return "\n\n".join(paragraphs), missing


def _fill_in_paragraph(paragraph, values):
    """:return: the paragraph, or None when something in it cannot be said."""
    pieces = []
    position = 0
    for match in PLACEHOLDER.finditer(paragraph):
        value = (values.get(match[1]) or "").strip() or (match[2] or "").strip()
        if not value:
            return None
        pieces += [paragraph[position : match.start()], value]
        position = match.end()
        # A promise may end with a full stop of its own.
        if value[-1] in ENDS and paragraph[position : position + 1] in (".", "\u3002"):
            position += 1
    return "".join([*pieces, paragraph[position:]])
