"""What the classes of a model say together."""

from collections.abc import Iterable


def add_up(classes: Iterable[type], attribute: str) -> frozenset | None:
    """What all these classes name in a set of this name; None if none names any.

    Python takes the first class that has the attribute, so that an addon would take
    away what another one has named.

    >>> mine = type("Mine", (), {"_guarded": frozenset({"a"})})
    >>> silent = type("Silent", (), {"_guarded": None})
    >>> yours = type("Yours", (), {"_guarded": frozenset({"b"})})
    >>> sorted(add_up([mine, silent, yours], "_guarded"))
    ['a', 'b']
    """
    named = [vars(each).get(attribute) for each in classes]
    named = [names for names in named if names is not None]
    return frozenset().union(*named) if named else None
