"""What the tables of the demo story are made of."""

from typing import NamedTuple


class Person(NamedTuple):
    """Somebody whom the customer may introduce.

    ``end`` is where this person is now: suggested, agreed, introduced, contacted,
    declined, unfit or objected, or an open, won or lost lead of ``revenue``, closed
    ``closed`` days ago. Who becomes a customer is asked in turn by the name ``key``.
    """

    name: str
    function: str
    company: str
    end: str
    said: str = ""
    revenue: int = 0
    closed: int = 0
    channel: str = "email"
    mail: str = ""
    note: str = ""
    key: str = ""
    named_by: str = "customer"


class Request(NamedTuple):
    """A conversation that began ``day`` days ago, and moved last ``until`` days ago.

    An open one is in ``step``; one that ended has the ``outcome`` introduced, none (no
    candidate), nobody (was agreed to), cancelled, or the reason of a decline.
    """

    customer: str
    rep: str
    day: int
    until: int
    step: str = ""
    outcome: str = ""
    motives: str = ""
    note: str = ""
    promise: str = ""
    kept: str = ""
    due: int = 0
    people: tuple = ()
    skipped: tuple = ()
    override: str = ""


class Words(NamedTuple):
    """What a customer tells of the time before and after."""

    benefit: str
    measure: str
    challenge: str
    improvement: str
    missed: str


class Action(NamedTuple):
    """What is decided about a weak letter, due ``due`` days ago (in days to come: < 0).

    Done ``done`` days ago, if it is.
    """

    letter: str
    owner: str
    name: str
    due: int
    cause: str
    done: int = 0
    effect: str = ""
    kind: str = "improvement"


class Round(NamedTuple):
    """A round that was sent ``day`` days ago.

    ``customer``, ``employee`` and ``manager`` are how each of them sees the five
    letters, from 1 (not at all) to 5 (wholly); empty: silent.
    """

    partner: str
    user: str
    leader: str
    day: int
    customer: str
    employee: str
    manager: str
    recommend: int = 0
    says: str = ""
    actions: tuple = ()
    is_open: bool = False


class Checklist(NamedTuple):
    """A conversation with a customer, looked back at ``day`` days ago.

    ``own`` and ``review`` are the answers to the twelve items: y(es), p(artly), n(o)
    and x, which does not apply; empty: not answered yet. ``organization`` names items
    that failed because of us all: their number, PRIDE letter and what was in the way.
    ``dispute`` is what the agent disagrees with, ``settled`` why a third person thought
    that the agent was right.
    """

    agent: str
    reviewer: str
    partner: str
    day: int
    own: str
    review: str = ""
    organization: tuple = ()
    is_noted: bool = True
    is_about_request: bool = False
    dispute: str = ""
    settled: str = ""
    coaching: tuple = ()
