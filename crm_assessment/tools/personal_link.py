"""Personal links are secrets: they stand in no text that is kept."""

import re

PATH = "/assessment/feedback"
# Stands for the link in mail templates and in the mails that are kept.
LINK_MARKER = "#personal-link"

_LINK = re.compile(re.escape(PATH) + r"/[A-Za-z0-9_=%-]{16,}")


def redact_links(text):
    """Take the secret out of personal links, for example in a quoted mail.

    >>> redact_links("see https://x.com/assessment/feedback/0123456789abcdefghijkl !")
    'see https://x.com/assessment/feedback/… !'
    >>> redact_links("nothing here")
    'nothing here'
    """
    if not text or PATH not in text:
        return text
    return type(text)(_LINK.sub(f"{PATH}/…", text))
