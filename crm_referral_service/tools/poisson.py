"""Did something become rarer? Two counts, and how sure we can be of their ratio.

Exact, and without any library: given their sum, the second of two Poisson counts is
binomial, so the limits of Clopper and Pearson for its share are limits for the ratio.
"""

from math import exp, inf, lgamma, log, log1p
from typing import NamedTuple

TINY = 1e-300
PRECISION = 1e-15
# Enough for counts of many millions.
MAX_STEPS = 100_000


class RateRatio(NamedTuple):
    """How many times as often it happens after as before, and from where to where."""

    ratio: float
    low: float
    high: float


def rate_ratio(
    before: int,
    after: int,
    base_before: float = 1.0,
    base_after: float = 1.0,
    confidence: float = 0.95,
) -> RateRatio:
    """Compare two rates.

    :param before: how often it happened before
    :param after: how often it happened after
    :param base_before: of how many, before; or how long was looked
    :param base_after: of how many, after
    :return: infinite where nothing happened before

    >>> found = rate_ratio(91, 56, 1000, 1000)
    >>> f"{found.ratio:.2f} ({found.low:.2f} to {found.high:.2f})"
    '0.62 (0.43 to 0.87)'
    """
    low, high = share_limits(after, before + after, confidence)
    scale = base_before / base_after
    return RateRatio(
        ratio=_odds(after, before) * scale,
        low=_odds(low, 1 - low) * scale,
        high=_odds(high, 1 - high) * scale,
    )


def share_limits(
    count: int, total: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Between which limits a share lies, of which we have seen only some cases.

    :param count: in how many cases it was so
    :param total: of how many cases

    >>> low, high = share_limits(5, 10)
    >>> round(low, 4), round(high, 4)
    (0.1871, 0.8129)
    """
    tail = (1 - confidence) / 2
    low = _quantile(tail, count, total - count + 1) if count else 0.0
    high = _quantile(1 - tail, count + 1, total - count) if count < total else 1.0
    return low, high


def beta_below(x: float, a: float, b: float) -> float:
    """How much of the beta distribution lies below a point.

    It is the chance that at least ``a`` of ``a + b - 1`` cases are so, if each is with
    the chance ``x``.

    >>> round(beta_below(0.5, 5, 6), 6)  # at least 5 of 10 coins
    0.623047
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on this side only
        return 1 - beta_below(1 - x, b, a)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(front) / a * _beta_fraction(x, a, b)


def _odds(share: float, rest: float) -> float:
    if rest <= 0:
        return inf if share else 0.0
    return share / rest


def _quantile(share: float, a: float, b: float) -> float:
    """The point below which this share of the beta distribution lies."""
    low, high = 0.0, 1.0
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, after Lentz."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    result = d
    for step in range(1, MAX_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            result *= c * d
        if abs(c * d - 1) < PRECISION:
            break
    return result


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
