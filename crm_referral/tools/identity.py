"""Who somebody is, as far as names and addresses tell."""

import re
import unicodedata
from dataclasses import dataclass

from .contact_keys import email_keys

# Chinese names are written without spaces: each sign is a word.
WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


def name_words(name: str | None) -> frozenset[str]:
    """The words of a name, in one spelling.

    >>> sorted(name_words("Builder, Bob"))
    ['bob', 'builder']
    >>> name_words("林美華") == frozenset("林美華")
    True
    """
    return frozenset(WORD.findall(unicodedata.normalize("NFKC", name or "").casefold()))


@dataclass(frozen=True)
class Identity:
    """What is noted of somebody: addresses, number and name, in one spelling each."""

    emails: frozenset[str]
    phone: str
    words: frozenset[str]

    @classmethod
    def of(cls, name, email, phone_key):
        """:param phone_key: the number in one spelling, with its extension"""
        return cls(frozenset(email_keys(email)), phone_key or "", name_words(name))

    def is_noted(self) -> bool:
        """Whether anything is noted at all."""
        return bool(self.emails or self.phone or self.words)

    def is_same(self, other: "Identity") -> bool:
        """Whether two are one person: the same address, or the same number and no
        other name.

        >>> bob = Identity.of("Bob Builder", "bob@example.com", "+1555")
        >>> bob.is_same(Identity.of("B. B.", "BOB@example.com", ""))
        True
        >>> bob.is_same(Identity.of("Bob", "", "+1555"))
        True
        >>> bob.is_same(Identity.of("Wendy Builder", "", "+1555"))
        False
        """
        if self.emails & other.emails:
            return True
        same_name = self.words <= other.words or other.words <= self.words
        return bool(self.phone) and self.phone == other.phone and same_name

    def is_somebody_else(self, other: "Identity") -> bool:
        """Whether nothing that is noted of one is noted of the other.

        >>> bob = Identity.of("Bob", "", "")
        >>> bob.is_somebody_else(Identity.of("Bob Builder", "bob@example.com", ""))
        False
        >>> bob.is_somebody_else(Identity.of("Wendy", "", ""))
        True
        """
        return (
            self.is_noted()
            and other.is_noted()
            and not self.emails & other.emails
            and not (self.phone and self.phone == other.phone)
            and not self.words & other.words
        )
