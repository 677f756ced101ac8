"""Sentences one after the other, as the language of the reader has it."""

from collections.abc import Iterable

from odoo.api import Environment
from odoo.tools.misc import get_lang

# Between sentences these have no space.
WITHOUT_SPACE = frozenset({"zh", "ja", "th", "lo", "km", "my"})


def join_sentences(env: Environment, sentences: Iterable[str | bool | None]) -> str:
    """Join whole sentences, without those that are empty."""
    language = get_lang(env).code.split("_")[0]
    return ("" if language in WITHOUT_SPACE else " ").join(filter(None, sentences))
