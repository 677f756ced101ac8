"""Whether to ask a customer for a referral: what stops us, and what speaks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from odoo.fields import Domain
from odoo.tools import SQL

# The class of domains that Odoo's own maker gives, which has no public name.
DomainCustom = type(Domain.custom(to_sql=lambda *_where: SQL("TRUE")))


class DomainExists(DomainCustom):
    """Records for which a query finds a row. See :func:`exists`.

    Its opposite is ``NOT EXISTS``, which PostgreSQL plans as a join.
    """

    __slots__ = ("_opposite",)

    def __invert__(self):
        return self._opposite


def exists(rows):
    """Where there are few records at hand, each is looked up by an index; a subquery of
    ``in`` would be read as a whole even for one record.

    :param rows: takes model, alias and query of the records; gives a query with
        parentheses around it
    :return: the domain of the records for which it finds a row
    """
    found = DomainExists(lambda *at: SQL("EXISTS %s", rows(*at)))
    rest = DomainExists(lambda *at: SQL("NOT EXISTS %s", rows(*at)))
    object.__setattr__(found, "_opposite", rest)
    object.__setattr__(rest, "_opposite", found)
    return found


@dataclass(frozen=True)
class ReadinessRule:
    """One reason not to ask: whom it concerns, until when, and how it is said.

    The domain alone decides. Lists, searches and the click on "Ask" read it, so a
    customer who is listed as one who may be asked is never refused.
    """

    # What a list says of such a customer.
    label: str
    # The customers, as res.partner records, whoever looks.
    domain: Domain
    # Takes the names by which customers are called, by customer (and what ``until``
    # gives, if there is that); gives a sentence that says why, by customer.
    explain: Callable[..., dict]
    # Takes customers; gives the day from which they may be asked, by customer. None, or
    # no day: nobody knows.
    until: Callable | None = None

    def tell(self, names):
        """:param dict names: how the customers are called, by customer
        :return: for each customer why not, and the day from which they may be asked
        """
        if self.until is None:
            days, sentences = {}, self.explain(names)
        else:
            days = self.until(next(iter(names)).union(*names))
            sentences = self.explain(names, days)
        return {
            partner: (sentences.get(partner, self.label), days.get(partner, False))
            for partner in names
        }


@dataclass(frozen=True)
class ReadinessSignal:
    """Something we know of customers that speaks for asking them, or against it.

    A manager weighs it: what is here is only where they start.
    """

    # What the list of rules calls it.
    label: str
    # For one of it; negative: it speaks against asking.
    points: int
    # Takes a function that gives the condition for the customers at hand, for a column
    # with their id. Gives ``SELECT partner_id, company_id, amount, since, detail``: how
    # much there is of it, as a number; the day of the last; as JSON what is needed to
    # say it. Customer and company are in it once.
    facts: Callable[[Callable[[SQL], SQL]], SQL]
    # Takes the amount, the day or None, and the detail; gives a few words. None: the
    # label and the amount.
    explain: Callable[..., str] | None = None
    # How much of it counts at most.
    maximum: int = 1
    # Days after which it counts only half; zero: it never fades.
    half_life: int = 0

    def tell(self, points, amount, since, detail):
        """:param str since: the day of the last, or None
        :return: it in a few words, with its points
        """
        if self.explain is None:
            words = f"{self.label}: {round(amount)}"
        else:
            words = self.explain(amount, since and date.fromisoformat(since), detail)
        return f"{words} ({points:+d})"
