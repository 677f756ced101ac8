"""Personal links are secrets: they stand in no text that is kept."""

import re

# Stands for the link in mail templates and in the mails that are kept.
LINK_MARKER = "#personal-link"
PATH = "/assessment/feedback"


def redact_links(text, paths):
    """Take the secret out of personal links, for example in a quoted mail.

    :param paths: what the addresses of personal links begin with

    >>> paths = ["/assessment/feedback"]
    >>> redact_links(
    ...     "see https://x.com/assessment/feedback/0123456789abcdefghijkl !", paths
    ... )
    'see https://x.com/assessment/feedback/… !'
    >>> redact_links("nothing here", paths)
    'nothing here'
    """
    if not text:
        return text
    found = [path for path in paths if path in text]
    for path in found:
        link = re.escape(path) + r"/[A-Za-z0-9_=%-]{16,}"
        text = type(text)(re.sub(link, f"{path}/…", text))
    return text
