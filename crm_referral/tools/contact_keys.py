"""What recognises a person again: addresses, numbers and names in one spelling.

A number with an extension is another one than the switchboard. What cannot be read as
an address or a number still recognises the same text.
"""

import re
import unicodedata

from odoo.tools.mail import email_normalize_all

from odoo.addons.phone_validation.tools.phone_validation import phone_format

EXTENSION = re.compile(
    r"""[\s,;(\[]*
    (?:\#|;?\s*ext(?:ension|n)?[.:=]?|,|(?<=[\s\d)])x|poste|durchwahl|dw\.?
      |(?:轉|转)?接?\s*(?:分機|分机|內線|内线|内線)(?:號碼?|号码?)?|(?:轉|转)接?)
    \s*[.:：=\-]?\s*(\d{1,8})\s*[)\]]*\s*$""",
    re.VERBOSE,
)
AT = re.compile(r"\s*[(\[]\s*at\s*[)\]]\s*|\s+at\s+")
DOT = re.compile(r"\s*[(\[]\s*dot\s*[)\]]\s*|\s+dot\s+")
# Fewer digits are no number: "n/a", "ask Ann", "room 12".
FEWEST_DIGITS = 4


def _fold(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip().casefold()


def split_extension(number: str | None) -> tuple[str, str]:
    """Split a phone number from its extension.

    >>> split_extension("02-2345-6789 #101")
    ('02-2345-6789', '101')
    >>> split_extension("(02) 2345-6789 轉 101")
    ('(02) 2345-6789', '101')
    >>> split_extension("0912 345 678")
    ('0912 345 678', '')
    """
    text = _fold(number)
    match = EXTENSION.search(text)
    if not match or not match.start():
        return text, ""
    return text[: match.start()].strip(), match.group(1)


def phone_keys(number: str | None, country=None) -> list[str]:
    """The spellings under which a number is recognised, the best one first.

    :param country: res.country in which a number without a country code is
    :return: the international number if there is one, and the digits as they were
        typed; nothing for what is no number
    """
    base, extension = split_extension(number)
    if sum(char.isdigit() for char in base) < FEWEST_DIGITS:
        return []
    suffix = f";ext={extension}" if extension else ""
    keys = []
    international = phone_format(
        base,
        country.code if country else None,
        country.phone_code if country else None,
        force_format="E164",
        raise_exception=False,
    )
    if re.fullmatch(r"\+\d+", international or ""):
        keys.append(international + suffix)
    digits = re.sub(r"[\W_]+", "", base)
    if f"+{digits}" not in keys:
        keys.append(f"text:{digits}{suffix}")
    return keys


def email_keys(text: str | None) -> list[str]:
    """The addresses in a text; the text itself when none can be read.

    >>> email_keys('"Bob" <BOB@Example.com>')
    ['bob@example.com']
    >>> email_keys("bob (at) example")
    ['bob@example']
    >>> email_keys("unknown")
    []
    """
    folded = DOT.sub(".", AT.sub("@", _fold(text)))
    if addresses := email_normalize_all(folded):
        return addresses
    return [f"text:{''.join(folded.split())}"] if "@" in folded else []


def name_key(name: str | None) -> str:
    """A name in one spelling, whichever part comes first.

    >>> name_key("Builder, Bob") == name_key("bob builder")
    True
    """
    return " ".join(sorted(re.findall(r"\w+", _fold(name))))
