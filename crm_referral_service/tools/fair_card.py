"""What could be expected of somebody with the same mix of reasons: plain arithmetic.

Who takes the hard calls has a lower rate than who takes the easy ones. So each figure
stands beside the one that all together have with the same mix.
"""

from collections import defaultdict
from math import sqrt
from typing import NamedTuple

# How many standard errors are no chance any more: 95 of 100 times.
SURE = 1.96


class Card(NamedTuple):
    """One figure of one person.

    :param count: of how many contacts it is the mean
    :param rate: what it was
    :param expected: what all together have with the same mix of reasons
    :param error: by how much it strays from that by chance alone (standard error)
    """

    count: int
    rate: float
    expected: float
    error: float

    @property
    def verdict(self) -> str:
        """Above or below what was expected, or as usual: by no more than chance.

        >>> Card(100, 0.7, 0.5, 0.05).verdict, Card(100, 0.3, 0.5, 0.05).verdict
        ('above', 'below')
        >>> Card(100, 0.55, 0.5, 0.05).verdict
        'usual'
        """
        # Of numbers that only differ in how they were rounded nothing is said.
        if abs(self.rate - self.expected) <= max(SURE * self.error, 1e-9):
            return "usual"
        return "above" if self.rate > self.expected else "below"


def make_cards(rows) -> dict:
    """Compare each person with all, reason by reason.

    :param rows: person, reason, number of contacts, the sum of what each is worth, and
        the sum of the squares of that; the same where a contact is worth 0 or 1
    :return: a card by person

    >>> rows = [("easy", "a", 9, 9), ("easy", "b", 1, 0), ("hard", "b", 10, 5)]
    >>> cards = make_cards((*row, row[-1]) for row in rows)
    >>> cards["easy"].rate, round(cards["easy"].expected, 3)
    (0.9, 0.945)
    >>> cards["hard"].rate, round(cards["hard"].expected, 3)
    (0.5, 0.455)
    >>> round(cards["hard"].error, 3)  # the root of 5/11 × 6/11 ÷ 10 × 1/11
    0.047
    """
    rows = [row for row in rows if row[2]]
    totals = defaultdict(lambda: [0, 0, 0])
    for _person, reason, *numbers in rows:
        totals[reason] = [
            total + each for total, each in zip(totals[reason], numbers, strict=True)
        ]
    sums = defaultdict(lambda: [0, 0, 0.0, 0.0])
    for person, reason, count, part, _squares in rows:
        whole, total, squares = totals[reason]
        mean = total / whole
        of = sums[person]
        of[0] += count
        of[1] += part
        of[2] += count * mean
        # All hold the person's own as well, and stray along with them.
        of[3] += count * max(squares / whole - mean * mean, 0) * (1 - count / whole)
    return {
        person: Card(count, part / count, expected / count, sqrt(spread) / count)
        for person, (count, part, expected, spread) in sums.items()
    }
