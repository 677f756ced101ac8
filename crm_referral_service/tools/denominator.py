"""Of how many? What contacts are compared with, and how it is counted."""

from typing import NamedTuple


class Denominator(NamedTuple):
    """Something of which there is more when business goes well.

    The label is a plural, as in “contacts per 100 orders”. The date is a field of the
    model, a day or a moment, that says when each counts; the model has a company.
    """

    label: str
    model: str
    domain: list
    date: str
