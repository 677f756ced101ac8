"""Whom a customer may know: what speaks for it, how much, and in which order.

The weights are here and nowhere else. A reason says what two records have in common, in
values that a user may see; who may see them is decided before.
"""

from dataclasses import dataclass, field

from .contact_keys import email_keys, name_key

# What speaks for knowing each other, and how much; reasons are shown in this order.
WEIGHTS = {
    "group": 50,  # a company of the same group
    "former": 45,  # the company where the customer was before
    "domain": 40,  # the same domain of e-mail, which is no free one
    "industry": 20,
    "tags": 15,
    "city": 10,
}
# How many of one organization are proposed: the customer may know others, too.
PER_ORGANIZATION = 2


def text_key(text: str | None) -> str:
    """A short text in one spelling, as the database compares it.

    >>> text_key(" Taipei ")
    'taipei'
    """
    return (text or "").strip().lower()


@dataclass
class Surroundings:
    """What we know of a customer that others may have in common with them.

    Each attribute is a dictionary: what is compared, and what is said of it.
    """

    group: dict[int | str, str] = field(default_factory=dict)
    former: dict[int | str, str] = field(default_factory=dict)
    domain: dict[str, str] = field(default_factory=dict)
    industry: dict[int, str] = field(default_factory=dict)
    tags: dict[tuple[str, int], str] = field(default_factory=dict)
    city: dict[str, str] = field(default_factory=dict)

    def get_reasons(self, person: "Person") -> dict[str, list[str]]:
        """What this person has in common with the customer.

        >>> ann = Surroundings(city={"taipei": "Taipei"}, industry={7: "Health"})
        >>> ann.get_reasons(Person(traits={"city": {"taipei"}, "industry": {8}}))
        {'city': ['Taipei']}
        """
        reasons = {}
        for code in WEIGHTS:
            known = getattr(self, code)
            shared = [known[key] for key in known if key in person.traits.get(code, ())]
            if shared:
                reasons[code] = list(dict.fromkeys(shared))
        return reasons


@dataclass
class Person:
    """Somebody whom we know from a lead, as a contact, or both."""

    kind: str = "lead"
    id: int = 0
    lead_id: int | None = None
    partner_id: int | None = None
    name: str = ""
    function: str = ""
    organization: str = ""
    email: str = ""
    phone: str = ""
    is_company: bool = False
    # Whose contact it is, under any of our contacts: ids of commercial entities.
    companies: set[int] = field(default_factory=set)
    # What is compared with the surroundings, by code.
    traits: dict = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    # What is said of the record: an open lead, for example.
    status: str = ""

    @property
    def score(self) -> int:
        return sum(WEIGHTS[code] for code in self.reasons)

    @property
    def keys(self) -> set[tuple]:
        """What recognises the same person in two records."""
        keys = {("email", key) for key in email_keys(self.email)}
        if self.partner_id:
            keys.add(("partner", self.partner_id))
        if self.name:
            organization = name_key(self.organization) or text_key(self.phone)
            if organization:
                keys.add(("name", name_key(self.name), organization))
        return keys


def rank(people: list[Person], limit: int | None = None) -> list[Person]:
    """Each person once, those first for whom most speaks; the newest of equals.

    Only a few of one organization are among them, and a company only when we know
    nobody there.

    >>> ann = Person(id=1, name="Ann", reasons={"city": ["Taipei"]})
    >>> bob = Person(id=2, name="Bob", reasons={"group": ["Holding"]})
    >>> [person.name for person in rank([ann, bob])]
    ['Bob', 'Ann']
    """
    seen, ranked, per_organization = set(), [], {}
    ordered = sorted(
        people, key=lambda p: (p.is_company, -p.score, p.kind != "lead", -p.id)
    )
    for person in ordered:
        if person.keys & seen:
            continue
        organization = name_key(person.organization)
        count = per_organization.get(organization, 0) if organization else 0
        if count >= (1 if person.is_company else PER_ORGANIZATION):
            continue
        seen |= person.keys
        per_organization[organization] = count + 1
        ranked.append(person)
    ranked.sort(key=lambda p: -p.score)
    return ranked[:limit]
