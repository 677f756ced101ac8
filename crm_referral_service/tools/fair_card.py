"""What could be expected of somebody with the same mix of reasons: plain arithmetic.

Who takes the hard calls has a lower rate than who takes the easy ones. So each rate
stands beside the one that all together have with the same mix.
"""

from collections import defaultdict
from typing import NamedTuple


class Card(NamedTuple):
    """One rate of one person.

    :param count: of how many contacts the rate is
    :param rate: what it was, from 0 to 1
    :param expected: what all together have with the same mix of reasons
    """

    count: int
    rate: float
    expected: float


def make_cards(rows) -> dict:
    """Compare each person with all, reason by reason.

    :param rows: person, reason, number of contacts, and how many of them count
    :return: a card by person

    >>> rows = [("easy", "a", 9, 9), ("easy", "b", 1, 0), ("hard", "b", 10, 5)]
    >>> cards = make_cards(rows)
    >>> cards["easy"].rate, round(cards["easy"].expected, 3)
    (0.9, 0.945)
    >>> cards["hard"].rate, round(cards["hard"].expected, 3)
    (0.5, 0.455)
    """
    rows = [row for row in rows if row[2]]
    totals = defaultdict(lambda: [0, 0])
    for _person, reason, count, part in rows:
        totals[reason][0] += count
        totals[reason][1] += part
    sums = defaultdict(lambda: [0, 0, 0.0])
    for person, reason, count, part in rows:
        whole, counted = totals[reason]
        each = sums[person]
        each[0] += count
        each[1] += part
        each[2] += count * counted / whole
    return {
        person: Card(count, part / count, expected / count)
        for person, (count, part, expected) in sums.items()
    }
