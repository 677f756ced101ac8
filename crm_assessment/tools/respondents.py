"""Who is asked in a round, and whose word counts.

A framework chooses one of these; what follows from it is asked by property, so that a
new framework is data only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Respondents:
    """A way to ask.

    ``viewpoints`` are asked, the ``leading`` one counts when they differ. The customer
    answers by a personal link if ``asks_customer``. In a checklist an agent looks back
    at a conversation, and then a reviewer looks at the same one.
    """

    viewpoints: tuple[str, ...]
    leading: str
    asks_customer: bool = False
    is_checklist: bool = False

    @property
    def has_rounds(self) -> bool:
        """Whether more than one is asked, so that a round brings them together."""
        return len(self.viewpoints) > 1


RESPONDENTS = {
    "single": Respondents(("employee",), "employee"),
    "viewpoints": Respondents(
        ("customer", "employee", "manager"), "customer", asks_customer=True
    ),
    "review": Respondents(("self", "reviewer"), "reviewer", is_checklist=True),
}
