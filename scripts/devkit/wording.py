"""Is it said as people say it in Taiwan and on the mainland, one word for one thing?

What a native reader found once is looked for in every translation. A text that Odoo has
too says what Odoo says, unless OURS gives the reason why not.
"""

import re
from collections.abc import Iterator

HAN = r"[\u3400-\u9fff]"
FULL = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"

# A pattern that is wrong in a language, and what to write instead.
WRONG = {
    "zh_TW": {
        r"(?<!轉介)對象": "轉介對象 or 人選: alone it is a boy- or girlfriend",
        r"贏": "成交",
        r"業務(人員|主管|經理)|銷售(員|經理)": "銷售人員, 銷售主管",
        r"預期營收": "預期收入",
        r"反對(被)?聯絡": "拒絕聯絡",
        r"管道": "引介方式",
        r"(?<!共事過的)(?<!朋友或)同事": "同仁: colleagues of ours",
        r"接受(的期限|期限|至)": "維持現狀",
        r"帶上|信息|默認|軟件|網絡|服務器|用戶|郵箱|鏈接|打印|屏幕|激活|框架": (
            "the word of Taiwan"
        ),
    },
    "zh_CN": {
        r"(?<!引荐)对象": "引荐对象 or 人选: alone it is a boy- or girlfriend",
        r"赢得": "赢单",
        r"销售(员|经理)|业务(人员|主管|经理)": "销售人员, 销售主管",
        r"反对(被)?联系": "拒绝联系",
        r"渠道": "引荐方式",
        r"接受(的期限|期限|至)": "维持现状",
        r"返回": "退回",
        r"新增": "添加",
        r"对话(?!框)": "沟通",
        r"架构|警讯|讯息|资讯|软体|网路|使用者|预设|档案|联络人|伺服器|列印|透过": (
            "the word of the mainland"
        ),
    },
}
# What is wrong in both.
HALF_WIDTH = re.compile(
    rf"{FULL}[,;:?!]|{FULL}\.(?![\w./])|{FULL} ?\(|(?<=[\w\s]),(?= ?{HAN})"
)
BROKEN_LINE = re.compile(rf"{FULL}[ \t]*\n[ \t]*{FULL}")
SOURCE_LINE = re.compile(r"\n {2,}\S")

# Why a text is not translated as Odoo does it, and which texts.
OURS = {
    "zh_TW": {
        "Odoo means something else by these words": (
            "Actions, Address, Assigned To, Back, Before, Call, Channel, Code, "
            "Commercial Entity, Copied, Days to Close, Decided, Delivered, "
            "Expected, Failed, From, Late, Level, Link to, Minutes, Month, "
            "Next, Next Meeting, Normal, Objects, Open, Owner, Pending, Person, "
            "Referrals, Roles, Running, Schedule, Selection, Self, Sent, "
            "Sequence, Sign, Step, Suggest, Test, The, To, Value, won"
        ),
        "Odoo's word is not one of Taiwan, or a slip": (
            "Currency, Email, Exports, File, File Format, Format, Industry, Message, "
            "Recipients, Subject"
        ),
        "成交 is what Taiwan says of a deal": "Opportunity won",
        "已損失 is money that is gone; 未成交 is the opposite of 成交": (
            "Lost, Lost Reason"
        ),
        "who refers is 轉介人, everywhere": "Referred By",
        "no English in brackets": "Access Token",
        "12 月 is December": "months",
    },
    "zh_CN": {
        "Odoo means something else by these words": (
            "Actions, Address, Assigned To, Back, Call, Channel, Commercial "
            "Entity, Days to Close, Decided, Delivered, Expected, Late, Level, "
            "Link to, Medium, Minutes, Month, Next, Normal, Objects, Open, "
            "Order, Owner, Pending, Person, Referrals, Roles, Running, "
            "Schedule, Scope, Selection, Self, Sequence, Sign, Step, Suggest, "
            "Test, The, Value, won"
        ),
        "Odoo's word is not one of the mainland, or a slip": (
            "Currency, Email Templates, Late Activities"
        ),
        "丢单 is what salespeople say, and the opposite of 赢单": (
            "Lost, Lost Reason, Opportunity won, Won"
        ),
        "who refers is 介绍人, everywhere": "Referred By",
        "Odoo's own has a slash": "Lead or Opportunity",
        "12 月 is December": "months",
        "沟通 is a guided conversation; in a live chat it is 会话": "Conversation",
    },
}


def ours(language: str) -> set[str]:
    """The texts that are not translated as Odoo does it."""
    return set(", ".join(OURS.get(language, {}).values()).split(", "))


def unsaid(text: str, translation: str, language: str) -> Iterator[str]:
    """What nobody would say or print like that."""
    for pattern, right in WRONG.get(language, {}).items():
        if found := re.search(pattern, translation):
            yield f"{text!r}: not {found[0]}, but {right}"
    if language in WRONG:
        if found := HALF_WIDTH.search(_without_code(translation)):
            yield f"{text!r}: {found[0]!r} has the punctuation of English"
        if SOURCE_LINE.search(text) and BROKEN_LINE.search(translation):
            yield f"{text!r}: a line that ends in its middle shows as a gap"


def unlike_odoo(
    translations: dict[str, str], odoo: dict[str, set[str]], language: str
) -> Iterator[str]:
    """Which texts are said in another way on the form next door, without a reason."""
    allowed = ours(language)
    for text, translation in translations.items():
        theirs = {_plain(each) for each in odoo.get(text, ())}
        if not theirs:
            continue
        same = _plain(translation) in theirs
        if same and text in allowed:
            yield f"{text!r} is as in Odoo: no reason is needed in wording.OURS"
        elif not same and text not in allowed:
            said = " or ".join(sorted(odoo[text]))
            yield f"{text!r} is {translation}, in Odoo {said}: say why in wording.OURS"


def said_twice(translations: dict[str, str]) -> Iterator[str]:
    """Which texts differ in capitals only, and yet are two in translation.

    What begins with a small letter is a part of a sentence: that may differ.
    """
    seen: dict[str, str] = {}
    for text in translations:
        if not text[:1].isupper():
            continue
        first = seen.setdefault(text.casefold(), text)
        if translations[first] != translations[text]:
            yield f"{first!r} and {text!r} are not the same"


def _plain(text: str) -> str:
    """Without what does not matter: the width of brackets, spaces, the last stop."""
    text = re.sub(r"\s+", "", text).translate(str.maketrans("（），：。", "(),:."))
    return text.rstrip(".")


def _without_code(text: str) -> str:
    """Without tags and placeholders: their signs are not punctuation."""
    return re.sub(r"<[^>]*>|\{\{.*?\}\}|%\(\w+\)[a-z]", "X", text)
