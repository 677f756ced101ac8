"""When a limit is the problem, and not the people who ask: plain arithmetic."""

from math import ceil

# Of so many approvals of the same kind it can be said, and from this share on.
FEWEST = 10
SHARE = 0.8


def is_too_low(decided: int, unchanged: int) -> bool:
    """:return: whether approvals only confirm what was asked for

    >>> is_too_low(10, 8), is_too_low(10, 7), is_too_low(9, 9)
    (True, False, False)
    """
    return decided >= FEWEST and unchanged >= SHARE * decided


def find_limit(amounts) -> float:
    """:param amounts: that were approved as they had been asked for; at least one
    :return: the smallest limit that would have allowed most of them

    >>> find_limit([300, 250, 900, 300, 260])
    300
    """
    return sorted(amounts)[ceil(SHARE * len(amounts)) - 1]
