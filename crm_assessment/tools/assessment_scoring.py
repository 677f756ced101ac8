"""How an assessment is scored: plain Python that knows nothing of the ORM.

Every answer is a value from 0 (worst) to 1 (best). A section's score is the weighted
mean of its answers, the overall score the weighted mean of the sections' scores, both
from 0 to 100:

>>> form = Form(
...     sections=[Section("process"), Section("roles")],
...     items=[
...         Item("on time", "process", weight=3),
...         Item("has to ask twice", "process", is_reversed=True),
...         Item("knows whom to call", "roles"),
...     ],
... )

"On time" got 0.75 with a weight of 3; "has to ask twice" got 0.25, which turned round
is 0.75 as well: (3 × 0.75 + 1 × 0.75) / 4 = 0.75. Roles got 0.5; overall (75 + 50) / 2:

>>> result = score_answers(
...     form, {"on time": 0.75, "has to ask twice": 0.25, "knows whom to call": 0.5}
... )
>>> result.sections["process"].score, result.sections["roles"].score, result.score
(75.0, 50.0, 62.5)
>>> result.level
'fair'

"Not applicable" (None) and no answer at all do not count, neither for nor against:

>>> result = score_answers(form, {"on time": 1, "has to ask twice": None})
>>> result.sections["process"].score, result.sections["process"].answered
(100.0, 1)

Without enough answers there is no score, which is something else than a score of 0:

>>> print(result.sections["roles"].score)
None
>>> strict = Form(form.sections, form.items, minimum_answers=2, minimum_sections=2)
>>> result = score_answers(strict, {"on time": 1, "knows whom to call": 1})
>>> print(result.sections["process"].score, result.sections["roles"].score)
None 100.0
>>> print(result.score, result.level)
None None

A section that asks fewer items than the minimum needs all of them; "roles" has one.

An item that must pass makes its section weak when it fails, whatever the score:

>>> form = Form(
...     sections=[Section("process")],
...     items=[
...         Item("safe", "process", must_pass=True),
...         Item("quick", "process", weight=9),
...     ],
... )
>>> result = score_answers(form, {"safe": 0, "quick": 1})
>>> result.sections["process"].score, result.sections["process"].level
(90.0, 'weak')
>>> result.sections["process"].failed, result.level
(('safe',), 'weak')
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, fsum
from typing import NamedTuple

WEAK, FAIR, STRONG = LEVELS = ("weak", "fair", "strong")
# From here on, of 10, somebody recommends; below, they are at best content.
RECOMMENDS_FROM = 7


@dataclass(frozen=True)
class Section:
    """A group of items that is scored together: a letter."""

    key: Hashable
    weight: float = 1.0


@dataclass(frozen=True)
class Item:
    """A question or statement that is answered by a value from 0 to 1."""

    key: Hashable
    section: Hashable
    weight: float = 1.0
    is_reversed: bool = False
    must_pass: bool = False


@dataclass(frozen=True)
class Form:
    """What was asked, and the rules by which it is scored."""

    sections: Sequence[Section]
    items: Sequence[Item]
    minimum_answers: int = 1  # answers that a section needs for a score
    minimum_sections: int = 1  # scored sections that the overall score needs
    fair_from: float = 50.0
    strong_from: float = 75.0
    pass_from: float = 0.5  # an item that must pass fails below this value

    @cached_property
    def items_by_section(self) -> dict[Hashable, list[Item]]:
        items = defaultdict(list)
        for item in self.items:
            items[item.section].append(item)
        return {
            section.key: items[section.key]
            for section in self.sections
            if section.key in items
        }

    def level(self, score: float | None) -> str | None:
        """Weak, fair or strong; nothing without a score.

        >>> form = Form([], [], fair_from=40, strong_from=70)
        >>> form.level(39.99), form.level(40), form.level(70), form.level(None)
        ('weak', 'fair', 'strong', None)
        """
        if score is None:
            return None
        if score >= self.strong_from:
            return STRONG
        return FAIR if score >= self.fair_from else WEAK


class SectionResult(NamedTuple):
    """What came out of a section."""

    score: float | None
    level: str | None
    answered: int
    asked: int
    failed: tuple = ()


class Result(NamedTuple):
    """What came out of an assessment."""

    score: float | None
    level: str | None
    answered: int
    asked: int
    sections: Mapping[Hashable, SectionResult]


def weighted_mean(pairs: Iterable[tuple[float, float]]) -> float | None:
    """The mean of (value, weight) pairs, whatever their order; None of nothing.

    >>> weighted_mean([(1, 3), (0, 1)])
    0.75
    >>> print(weighted_mean([]))
    None
    """
    pairs = list(pairs)
    if not pairs:
        return None
    return fsum([value * weight for value, weight in pairs]) / fsum(
        [weight for _value, weight in pairs]
    )


def _percent(value: float | None) -> float | None:
    return None if value is None else round(min(max(value, 0.0), 1.0) * 100, 2)


def _score_section(
    form: Form, items: Sequence[Item], answers: Mapping[Hashable, float | None]
) -> SectionResult:
    pairs = []
    failed = []
    for item in items:
        value = answers.get(item.key)
        if value is None:
            continue
        if item.is_reversed:
            value = 1 - value
        pairs.append((value, item.weight))
        if item.must_pass and value < form.pass_from:
            failed.append(item.key)
    enough = pairs and len(pairs) >= min(form.minimum_answers, len(items))
    score = _percent(weighted_mean(pairs)) if enough else None
    return SectionResult(
        score=score,
        level=WEAK if failed else form.level(score),
        answered=len(pairs),
        asked=len(items),
        failed=tuple(failed),
    )


def score_answers(form: Form, answers: Mapping[Hashable, float | None]) -> Result:
    """Score the answers to a form.

    :param answers: a value from 0 to 1 for each item that was answered, None for "not
        applicable"; items may be left out
    """
    sections = {
        key: _score_section(form, items, answers)
        for key, items in form.items_by_section.items()
    }
    pairs = [
        (sections[section.key].score, section.weight)
        for section in form.sections
        if section.key in sections and sections[section.key].score is not None
    ]
    enough = pairs and len(pairs) >= min(form.minimum_sections, len(sections))
    mean = weighted_mean(pairs) if enough else None
    score = None if mean is None else _percent(mean / 100)
    failed = any(section.failed for section in sections.values())
    return Result(
        score=score,
        level=WEAK if failed else form.level(score),
        answered=sum(section.answered for section in sections.values()),
        asked=sum(section.asked for section in sections.values()),
        sections=sections,
    )


def round_half_up(value: float) -> int:
    """Round as people do, and as the screen does; Python rounds halves to even.

    >>> round_half_up(12.5), round_half_up(12.49), round_half_up(13.5)
    (13, 12, 14)
    """
    return floor(value + 0.5)


@dataclass(frozen=True)
class Stage:
    """A loyalty stage, and what it takes to be there."""

    key: Hashable
    minimum_score: float = 0.0
    minimum_recommendation: float = 0.0


def find_stage(
    stages: Sequence[Stage], score: float | None, recommendation: float | None
) -> Hashable | None:
    """The last stage of which both minimums are reached; None without a score.

    Who did not say how likely they are to recommend us is judged by the score, but is
    not called somebody who recommends us (:data:`RECOMMENDS_FROM`).

    >>> stages = [Stage("lost"), Stage("satisfied", 50, 5), Stage("fan", 85, 9)]
    >>> find_stage(stages, 90, 9), find_stage(stages, 90, 8), find_stage(stages, 90, 2)
    ('fan', 'satisfied', 'lost')
    >>> find_stage(stages, 90, None), find_stage(stages, 10, None)
    ('satisfied', 'lost')
    >>> print(find_stage(stages, None, 10))
    None
    """
    if score is None:
        return None
    found = None
    for stage in stages:
        if recommendation is None:
            is_recommended = stage.minimum_recommendation < RECOMMENDS_FROM
        else:
            is_recommended = recommendation >= stage.minimum_recommendation
        if score >= stage.minimum_score and is_recommended:
            found = stage.key
    return found


def weakest(levels: Iterable[str | None]) -> str | None:
    """The lowest of the levels; where one sees a weakness, the mean must not hide it.

    >>> weakest(["strong", "weak", None]), weakest(["strong", "fair"])
    ('weak', 'fair')
    >>> print(weakest([None]))
    None
    """
    known = [level for level in levels if level]
    return min(known, key=LEVELS.index) if known else None
