"""Who calls, as an agent types it in one go: name, number, mail, or all of them."""

import re

MAIL = re.compile(r"[^\s<>,;]+@[^\s<>,;]+\.[^\s<>,;]+")
# Six digits or more, and what people write between them.
NUMBER = re.compile(r"\+?\(?\d(?:[ \-/().]{0,2}\d){5,}")
AROUND = " \t,;:<>()·-"


def read_caller(words: str | None) -> dict[str, str]:
    """Tell name, number and mail apart.

    :param words: as typed
    :return: ``caller_name``, ``phone`` and ``email``, those that there are

    >>> read_caller("Chen 0912-345-678")
    {'phone': '0912-345-678', 'caller_name': 'Chen'}
    >>> read_caller("+32 2 290 34 90")
    {'phone': '+32 2 290 34 90'}
    >>> read_caller("Ann Lee <ann@example.com>")
    {'email': 'ann@example.com', 'caller_name': 'Ann Lee'}
    >>> read_caller("Room 12")
    {'caller_name': 'Room 12'}
    >>> read_caller("  ")
    {}
    """
    rest, found = (words or "").strip(), {}
    for name, pattern in (("email", MAIL), ("phone", NUMBER)):
        if match := pattern.search(rest):
            found[name] = match.group().strip()
            rest = rest[: match.start()] + rest[match.end() :]
    rest = " ".join(rest.split()).strip(AROUND)
    return {**found, **({"caller_name": rest} if rest else {})}
