"""Who referred whom: plain arithmetic over pointers from a customer to the referrer."""

from collections.abc import Iterable, Iterator, Mapping

# Of fewer introductions nobody can say how good they are.
FEWEST_INTRODUCTIONS = 5


def climb(start: int, referrers: Mapping[int, int | None]) -> Iterator[int]:
    """Who referred somebody, who referred those, and so on; each of them once.

    >>> list(climb(3, {3: 2, 2: 1, 1: None}))
    [2, 1]
    >>> list(climb(2, {2: 1, 1: 2}))
    [1, 2]
    """
    seen = set()
    here = referrers.get(start)
    while here and here not in seen:
        yield here
        seen.add(here)
        here = referrers.get(here)


def leads_to(
    start: int, targets: set[int], referrers: Mapping[int, int | None]
) -> bool:
    """Whether one of the targets has referred somebody, also through others.

    >>> leads_to(3, {1}, {3: 2, 2: 1})
    True
    >>> leads_to(1, {3}, {3: 2, 2: 1})
    False
    """
    return any(ancestor in targets for ancestor in climb(start, referrers))


def is_in_loop(ids: Iterable[int], referrers: Mapping[int, int | None]) -> bool:
    """Whether one of these is on the way to themselves, or to a loop.

    >>> is_in_loop([1], {1: 2, 2: 1})
    True
    >>> is_in_loop([1, 3], {3: 1, 1: 2, 2: None})
    False
    """
    return any(leads_to(start, {start}, referrers) for start in ids)


def add_up(
    referrers: Mapping[int, int | None], values: Mapping[int, tuple]
) -> dict[int, tuple]:
    """What everybody below somebody has brought: the sum of their values.

    Somebody's own values are not in it. Who is in a loop counts for nobody.

    :param referrers: the referrer of each one, those at the top included
    :param values: what each one has brought, as many numbers for each
    :return: the sums by id; nothing for who has nobody with a value below

    >>> add_up({1: None, 2: 1, 3: 2, 4: 1}, {1: (9,), 2: (1,), 3: (5,)})
    {2: (5,), 1: (6,)}
    """
    waiting = dict.fromkeys(referrers, 0)
    for referrer in referrers.values():
        if referrer in waiting:
            waiting[referrer] += 1
    ready = [each for each, children in waiting.items() if not children]
    below: dict[int, tuple] = {}
    while ready:
        each = ready.pop()
        referrer = referrers[each]
        if referrer not in waiting:
            continue
        brought = [found for found in (values.get(each), below.get(each)) if found]
        for found in brought:
            so_far = below.get(referrer)
            below[referrer] = (
                tuple(map(sum, zip(so_far, found, strict=True))) if so_far else found
            )
        waiting[referrer] -= 1
        if not waiting[referrer]:
            ready.append(referrer)
    return below


def in_words(env, won: int, introduced: int) -> str | bool:
    """How many introductions were won, as a rate with what it is of.

    :return: for example "3 of 8 (38 %)"; nothing for who has introduced nobody
    """
    if not introduced:
        return False
    if introduced < FEWEST_INTRODUCTIONS:
        return env._(
            "%(won)s of %(introduced)s: too few to say", won=won, introduced=introduced
        )
    return env._(
        "%(won)s of %(introduced)s (%(percent)s %%)",
        won=won,
        introduced=introduced,
        percent=round(100 * won / introduced),
    )
