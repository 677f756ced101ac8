"""What asks for a closer look at who was named by whom."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL


@dataclass(frozen=True)
class RiskRule:
    """One reason to look closer: whom it concerns, and how it is said.

    The query alone decides. Form, filter and workbook read it, so that they agree.
    """

    # What a list says of such a record.
    label: str
    # How much it weighs where rewards are given, from 0 to 100.
    points: int
    # Takes a select of the records at hand, see ``_get_risk_subjects``; gives one with
    # their ``id`` and a ``detail``.
    find: Callable[[SQL], SQL]
    # Takes a detail; gives a sentence that says why.
    explain: Callable[[str], str]
