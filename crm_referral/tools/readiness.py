"""Why a customer may not be asked for a referral."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.fields import Domain


@dataclass(frozen=True)
class ReadinessRule:
    """One reason not to ask: whom it concerns, and how it is said.

    The domain alone decides. Lists, searches and the click on "Ask" read it, so a
    customer who is listed as one who may be asked is never refused.
    """

    # What a list says of such a customer.
    label: str
    # The customers, as res.partner records, whoever looks.
    domain: Domain
    # Takes the names by which customers are called, by customer; gives a sentence that
    # says why, by customer.
    explain: Callable[[dict], dict]
