"""Take the names of a person out of texts that stay."""

import re
from collections.abc import Iterable

from markupsafe import escape

# Shorter ones would hit half of all words.
SHORTEST_TERM = 2
SHORTEST_NUMBER = 6
CASELESS_FROM = 4
WORD = "[0-9A-Za-zÀ-ɏ]"

# What stands in names and all over other texts: it tells nobody who it was.
SMALL_WORDS = frozenset(
    """
    a an and at by for from her his in my of on or our the their to with your
    aus bei das dem den der des die ein eine für im ihr mit und vom von zu zum zur
    au aux avec chez du et la le les un une al con da dal de del della di do dos
    el en las los para por san santa het ter ten van bin ibn
    dr prof mr mrs ms miss sir madam herr frau monsieur madame mlle mme
    señor señora signor signora
    boss brother buyer colleague contact cousin customer director doctor father
    friend head husband lady manager mother neighbour neighbor owner partner person
    sister somebody someone son uncle wife aunt
    bruder chef chefin freund freundin inhaber kollege kollegin kunde leiter
    nachbar nachbarin schwester
    ab ag aps as bv co company corp corporation gbr gmbh group gruppe holding
    inc incorporated international kg limited llc llp ltd mbh nv ohg oy oyj plc pte
    pty sa sarl sas se sl spa srl
    先生 小姐 女士 太太 夫人 老師 老师 醫師 医师 醫生 医生 經理 经理 總經理 总经理
    副總經理 副总经理 董事長 董事长 執行長 执行长 業務經理 业务经理 負責人 负责人
    老闆 老板 朋友 同事 公司 有限公司 股份有限公司 集團 集团 企業 企业
    """.split()
)
# Names that are words as well: such a word counts as a name as it is written only.
NAMES_AND_WORDS = frozenset(
    """
    art bill bush chance chase cook dean drew faith frank grace grant gray green
    hall harmony heath hill hope hunt iris jack joy king lane long major mark may
    melody miles miller norm olive page park penny price reed rich rob rose
    ruby rush short skip summer sunny will young
    """.split()
)


def _is_small(word: str) -> bool:
    """:return: whether the word may stand anywhere, also without this person."""
    return (
        len(word) <= SHORTEST_TERM
        or word.strip("'’-").casefold() in SMALL_WORDS
        or not re.search(r"[^\W\d_]", word)
    )


def name_parts(names: Iterable[str], kept: Iterable[str]) -> set[str]:
    """The single words of names, but for those that others are called, too.

    Left out is also what is no name: small words, titles, company forms, numbers, and
    what is written small in a name with capitals.

    >>> sorted(name_parts(["Bob Builder of the Bank"], ["Bob Baker"]))
    ['Bank', 'Builder']
    """
    others = {
        word.casefold() for name in kept for word in re.findall(r"\w+", name or "")
    }
    parts = set()
    for name in names:
        if not name or "@" in name:
            continue
        is_small_in = any(char.isupper() for char in name)
        parts |= {
            word
            for word in re.findall(r"[\w'’-]+", name)
            if not _is_small(word)
            and word.casefold() not in others
            and not (is_small_in and word[0].islower())
        }
    return parts


def _can_be_looked_for(term: str) -> bool:
    if len(term) < SHORTEST_TERM:
        return False
    words = term.split()
    if len(words) == 1 and words[0].casefold() in SMALL_WORDS:
        return False
    # A phone number is long; a short one may be the number of anything.
    letters = re.sub(r"[\W\d_]", "", term)
    return bool(letters) or len(re.findall(r"\d", term)) >= SHORTEST_NUMBER


def _is_known_in_any_case(term: str) -> bool:
    """:return: whether the term is a name even where it is written small."""
    words = [word.strip("'’-").casefold() for word in re.findall(r"[\w'’-]+", term)]
    return len(term) >= CASELESS_FROM and not all(
        word in SMALL_WORDS or word in NAMES_AND_WORDS for word in words
    )


def make_pattern(terms: Iterable[str]) -> re.Pattern | None:
    """A pattern that finds any of these terms, also as HTML writes them.

    Words of Latin letters are found as words only; a small word or a short number is
    not looked for.

    :return: None when there is nothing to find
    """
    spellings = set()
    for term in terms:
        term = (term or "").strip()
        if _can_be_looked_for(term):
            spellings |= {term, str(escape(term))}
    parts = []
    for spelling in sorted(spellings, key=len, reverse=True):
        before = f"(?<!{WORD})" if re.match(WORD, spelling[0]) else ""
        after = f"(?!{WORD})" if re.match(WORD, spelling[-1]) else ""
        text = r"\s+".join(re.escape(word) for word in spelling.split())
        caseless = "i" if _is_known_in_any_case(spelling) else ""
        parts.append(f"{before}(?{caseless}:{text}){after}")
    return re.compile("|".join(parts)) if parts else None


def scrub(text: str | None, pattern: re.Pattern | None, instead: str) -> str | None:
    """The text with every hit replaced; the same object when there is none.

    >>> scrub("Call Bob Builder!", make_pattern(["bob builder"]), "…")
    'Call …!'
    """
    if not text or pattern is None or not pattern.search(text):
        return text
    return pattern.sub(lambda match: instead, text)
