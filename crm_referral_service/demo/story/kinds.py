"""What the tables of the demo story of customer service are made of."""

from typing import NamedTuple


class Gesture(NamedTuple):
    """What is given on top, and its state now: to_approve, refused, agreed, delivered.

    What is more than the agent may give alone is decided by who leads, with a
    ``word`` to the agent.
    """

    kind: str
    amount: int = 0
    note: str = ""
    end: str = "delivered"
    word: str = ""


class Question(NamedTuple):
    """A question to a colleague, due ``due`` days ago (in days to come: < 0).

    Without an answer it is out; with one that is not told, it waits for the agent.
    """

    colleague: str
    text: str
    answer: str = ""
    is_told: bool = True
    due: int = -1


class Ending(NamedTuple):
    """What the customer says to both questions: to the agent, or on their own page."""

    solved: str
    felt_heard: str
    via: str = "agent"
    words: str = ""


class Mail(NamedTuple):
    """A mail in the thread."""

    is_from_customer: bool
    text: str


class Complaint(NamedTuple):
    """A complaint that came ``day`` days ago, and moved last ``until`` days ago.

    An open one is in ``step``; one that ended in it is ``withdrawn`` or
    ``passed_on``, and else ends as the last of its ``endings`` says. Without a
    ``customer`` it is somebody unknown, of whom we have ``phone``; without an ``agent``
    it is nobody's yet. The answer comes ``wait`` days later; ``again`` is what we do
    when the first try was not good enough.
    """

    customer: str
    agent: str
    day: float
    until: float
    reason: str
    story: str
    step: str = ""
    feelings: str = ""
    facts: str = ""
    details: str = ""
    severity: str = ""
    remedy: str = ""
    common: str = ""
    our_part: str = ""
    gestures: tuple = ()
    questions: tuple = ()
    endings: tuple = ()
    wait: int = 0
    again: str = ""
    why: str = ""
    second: str = ""
    phone: str = ""
    mails: tuple = ()
    outcome: str = ""
    passed_on_to: str = ""
    cause: tuple = ()
    reopened: str = ""
    asked: int = 0
    is_at_night: bool = False
    is_confidential: bool = False
