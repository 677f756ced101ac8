"""What a figure is: its words, how it is counted, and where a click on it leads.

Plain values and plain arithmetic: whoever shows figures reads their values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from odoo.tools.translate import LazyGettext

# Formats whose change is told in points, not as a share of the value before.
IN_POINTS = frozenset({"percent", "score", "points"})


@dataclass(frozen=True, eq=False)
class Records:
    """The records behind a figure: of which model, by which day, and which of them."""

    model: str
    date: str
    domain: tuple = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Figure:
    """A figure that has a method of its own to be read by.

    :param name: what it is called, wherever it is shown
    :param full_name: what it is called where nothing around it says of what it is
    :param format: ``integer``, ``decimal``, ``percent``, ``score`` (0 to 100),
        ``points`` (-100 to 100) or ``money``
    :param base: code of the figure that says of how many this is the mean
    :param is_key: whether it belongs to the figures that are shown of themselves
    :param wanted: 1 where more of it is better, -1 where less is, 0 where neither
    """

    code: str
    name: LazyGettext | str
    help: LazyGettext | str
    full_name: LazyGettext | None = None
    format: str = "integer"
    base: str = ""
    records: Records | None = None
    is_key: bool = True
    wanted: int = 1

    @property
    def in_points(self) -> bool:
        """Whether a change of it is told in points."""
        return self.format in IN_POINTS

    @property
    def bases(self) -> tuple[str, ...]:
        """Codes of the figures whose sum is what this one is a mean or a share of."""
        return (self.base,) if self.base else ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Codes of what has to be read to know it."""
        return (self.code, *self.bases)

    def get_value(self, values: Mapping):
        """:return: the value, or None where there is none"""
        return values[self.code]

    def get_base(self, values: Mapping):
        """:return: of how much this is a mean or a share, or None"""
        return add(values, self.bases) if self.bases else None

    def get_change(self, now, before):
        """:return: how much it has changed: in points, or as a share of before; None
        where that cannot be said
        """
        if now is None or before is None:
            return None
        if self.in_points:
            return (now - before) * (100 if self.format == "percent" else 1)
        return now / before - 1 if before else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Counted(Figure):
    """A figure that is a measure of an analysis.

    :param model: the analysis
    :param measure: its field, which takes name and help from here
    :param date: field of the day that counts
    :param rows: the conditions of the rows that it counts
    """

    model: str
    measure: str
    aggregator: str = "sum"
    date: str = "date"
    rows: tuple = ()

    @property
    def aggregate(self) -> str:
        """The measure as the ORM reads it."""
        return f"{self.measure}:{self.aggregator}"

    @property
    def nothing(self):
        """What it is when there are no rows: a sum is zero, a mean is none."""
        return None if self.aggregator == "avg" else 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Rate(Figure):
    """A figure divided by the sum of others.

    :param part: code of what is above the line
    :param whole: codes of what is below the line
    :param measure: field of the analysis that is the same rate
    :param whole_measure: field of the analysis that is the same sum, for several codes
    """

    part: str
    whole: tuple[str, ...]
    measure: str = ""
    whole_measure: str = ""
    format: str = "percent"

    @property
    def bases(self):
        return self.whole

    @property
    def parts(self):
        return (self.part, *self.whole)

    def get_value(self, values):
        whole = add(values, self.whole)
        return (values[self.part] or 0) / whole if whole else None


def add(values: Mapping, codes: Iterable[str]):
    """:return: the sum of some figures

    >>> add({"won": 3, "lost": None}, ("won", "lost"))
    3
    """
    return sum(values[code] or 0 for code in codes)


def needed(figures: Iterable[Figure]) -> set[str]:
    """:return: codes of all that has to be read to know some figures"""
    return {code for figure in figures for code in figure.parts}


def rates_of(figures: Iterable[Figure], model: str) -> dict[str, tuple[str, str]]:
    """:return: the rates of an analysis: by its field the measures that are divided"""
    figures = {figure.code: figure for figure in figures}
    return {
        rate.measure: (
            figures[rate.part].measure,
            rate.whole_measure or figures[rate.whole[0]].measure,
        )
        for rate in figures.values()
        if isinstance(rate, Rate) and rate.measure and figures[rate.part].model == model
    }


def source(term: LazyGettext) -> str:
    """:return: the English of a term: the words of a field are translated when they are
    shown, and not when they are read
    """
    return term._source


def words_of(figure: Figure) -> dict[str, str]:
    """:return: ``string`` and ``help`` of the field that is a figure"""
    return {"string": source(figure.name), "help": source(figure.help)}
