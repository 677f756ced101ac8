"""What several viewpoints say together: the result of a round.

The one whose word counts, the leading viewpoint, decides. Where it is missing there is
no score, only what the others say; a mean must not hide what one of them sees:

>>> customer = Score(40.0, "weak")
>>> employee = Score(80.0, "strong")
>>> combine({"customer": customer, "employee": employee}, "customer")
Combined(score=40.0, level='weak', viewpoint='customer', measured=40.0)
>>> combine({"employee": employee, "manager": Score(50.0, "fair")}, "customer")
Combined(score=65.0, level='fair', viewpoint=None, measured=None)
>>> combine({"customer": Score(None, None)}, "customer")
Combined(score=None, level=None, viewpoint=None, measured=None)

What must be fulfilled and is not makes an area weak, whoever says so:

>>> failed = Score(90.0, "strong", is_failed=True)
>>> combine({"customer": Score(95.0, "strong"), "manager": failed}, "customer").level
'weak'
"""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from .assessment_scoring import (
    WEAK,
    Stage,
    find_stage,
    round_half_up,
    weakest,
    weighted_mean,
)

# What is missing when the one whose word counts does not answer.
WITHOUT_RESULT = {"customer": "silent", "reviewer": "unreviewed"}


class Score(NamedTuple):
    """What one viewpoint says of one area, from 0 to 100; None without answers."""

    score: float | None
    level: str | None
    is_failed: bool = False


class Combined(NamedTuple):
    """What all viewpoints say of one area.

    ``viewpoint`` said it, or nobody in particular when it is a mean; ``measured`` is
    the score if it is no mean.
    """

    score: float | None
    level: str | None
    viewpoint: str | None
    measured: float | None


class Gap(NamedTuple):
    """The widest difference between two viewpoints in one area."""

    points: int
    area: Hashable
    above: str
    below: str


class Form(NamedTuple):
    """What one viewpoint says in all; a recommendation is from 0 to 10."""

    viewpoint: str
    score: float | None
    level: str | None
    recommendation: float | None = None


class Total(NamedTuple):
    """What a round says in all. ``colleague_score`` is the mean of those who answered
    when the leading viewpoint did not.
    """

    score: float | None
    level: str | None
    colleague_score: float | None
    recommendation: float | None
    stage: Hashable | None


def combine(scores: Mapping[str, Score], leading: str) -> Combined:
    """What counts of what the viewpoints say of an area.

    :param scores: by viewpoint
    :param leading: the viewpoint whose word counts
    """
    known = {name: each for name, each in scores.items() if each.score is not None}
    lead = known.get(leading)
    if lead:
        score, level = lead.score, lead.level
    else:
        score = weighted_mean([(each.score, 1) for each in known.values()])
        level = weakest(each.level for each in known.values())
    if any(each.is_failed for each in scores.values()):
        level = WEAK
    return Combined(score, level, leading if lead else None, lead and lead.score)


def add_up(
    forms: list[Form], leading: str, stages: list[Stage], *, is_void: bool = False
) -> Total:
    """What a round says in all.

    The stage is what the leading viewpoint says; without it there is none.

    :param forms: those that came back
    :param leading: the viewpoint whose word counts
    :param stages: where a customer can stand, the lowest first
    :param is_void: whether it was settled that the round does not count

    >>> stages = [Stage("lost", 0, 0), Stage("fan", 80, 9)]
    >>> total = add_up([Form("customer", 85.0, "strong", 9)], "customer", stages)
    >>> total.score, total.level, total.stage
    (85.0, 'strong', 'fan')
    >>> total = add_up([Form("employee", 85.0, "strong")], "customer", stages)
    >>> total.score, total.colleague_score, total.stage
    (None, 85.0, None)
    >>> forms = [Form("customer", 85.0, "strong", 9)]
    >>> total = add_up(forms, "customer", stages, is_void=True)
    >>> total.score, total.recommendation
    (None, 9)
    """
    scored = [form for form in forms if form.score is not None]
    lead = next((form for form in scored if form.viewpoint == leading), None)
    recommendation = next(
        (each.recommendation for each in forms if each.recommendation is not None), None
    )
    stage = find_stage(stages, lead and lead.score, recommendation)
    if is_void:
        return Total(None, None, None, recommendation, stage)
    if lead:
        return Total(lead.score, lead.level, None, recommendation, stage)
    mean = weighted_mean([(form.score, 1) for form in scored])
    return Total(None, None, mean, recommendation, stage)


def find_gaps(
    areas: Mapping[Hashable, Mapping[str, float | None]], gap_from: int
) -> list[Gap]:
    """Where the viewpoints lie far apart, the widest gap first.

    :param areas: by area, the scores by viewpoint
    :param gap_from: the smallest difference that is told, in points

    >>> find_gaps({"roles": {"customer": 40, "manager": 75, "employee": None}}, 20)
    [Gap(points=35, area='roles', above='manager', below='customer')]
    >>> find_gaps({"roles": {"customer": 60, "manager": 75}}, 20)
    []
    """
    gaps = []
    for area, scores in areas.items():
        known = sorted(
            (score, name) for name, score in scores.items() if score is not None
        )
        if len(known) < 2:
            continue
        (lowest, below), (highest, above) = known[0], known[-1]
        points = round_half_up(highest - lowest)
        if points >= gap_from:
            gaps.append(Gap(points, area, above, below))
    return sorted(gaps, key=lambda gap: -gap.points)


def describe_response(asked: list[str], answered: list[str], leading: str) -> str:
    """Who answered, in one word.

    :param asked: viewpoints that were asked
    :param answered: viewpoints of the forms that came back
    :param leading: the viewpoint whose word counts: without it there is no result
    :return: ``none``, ``full``, ``partly``, or who is missing

    >>> describe_response(["customer", "manager"], ["manager"], "customer")
    'silent'
    >>> describe_response(["self", "reviewer"], ["self"], "reviewer")
    'unreviewed'
    >>> describe_response(["customer", "manager"], ["customer"], "customer")
    'partly'
    >>> describe_response(["customer"], ["customer"], "customer")
    'full'
    """
    if not answered:
        return "none"
    if leading not in answered:
        return WITHOUT_RESULT.get(leading, "partly")
    return "full" if len(answered) == len(asked) else "partly"
