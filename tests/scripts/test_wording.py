"""The faults that a native reader found once are found again."""

import re

import polib
import pytest
from devkit import translations, wording


@pytest.mark.parametrize(
    ("language", "translation", "complaint"),
    [
        ("zh_TW", "沒有對象", "轉介對象"),
        ("zh_TW", "轉介對象", None),
        ("zh_CN", "没有对象", "引荐对象"),
        ("zh_CN", "引荐对象", None),
        ("zh_TW", "贏得的商機", "成交"),
        ("zh_TW", "業務人員", "銷售人員"),
        ("zh_TW", "銷售經理", "銷售主管"),
        ("zh_TW", "預期營收", "預期收入"),
        ("zh_TW", "反對被聯絡", "拒絕聯絡"),
        ("zh_TW", "各管道", "引介方式"),
        ("zh_TW", "接受至", "維持現狀"),
        ("zh_TW", "不再接受回答", None),
        ("zh_TW", "評估框架", "Taiwan"),
        ("zh_CN", "赢得的线索", "赢单"),
        ("zh_CN", "销售经理", "销售主管"),
        ("zh_CN", "反对联系", "拒绝联系"),
        ("zh_CN", "渠道", "引荐方式"),
        ("zh_CN", "接受的期限", "维持现状"),
        ("zh_CN", "返回", "退回"),
        ("zh_CN", "新增", "添加"),
        ("zh_CN", "评估架构", "mainland"),
    ],
)
def test_wrong_word(language, translation, complaint):
    complaints = list(wording.unsaid("Text", translation, language))
    if complaint is None:
        assert not complaints
    else:
        assert len(complaints) == 1 and complaint in complaints[0]


@pytest.mark.parametrize(
    ("translation", "wrong"),
    [
        ("本人, 其單位", True),
        ("本人,其單位", True),
        ("PRIDE, 分數", True),
        ("您好.", True),
        ("多少?", True),
        ("您好!", True),
        ("期限: 明天", True),
        ("分數;人數", True),
        ("成功率(%)", True),
        ("成功率 (%)", True),
        ("、本人。「好！」（%）", False),
        ("約 1,000 份，0.5 天", False),
        ("共 %(number)s 份：12:30", False),
        ("例如：{{ object.name, x }}", False),
        ("<b style='a: b'>好</b>", False),
        ("到 www.example.com", False),
    ],
)
def test_punctuation(translation, wrong):
    assert bool(list(wording.unsaid("Text", translation, "zh_TW"))) is wrong


@pytest.mark.parametrize(
    ("text", "translation", "wrong"),
    [
        ("Six\n                short steps", "六個\n                簡短的步驟", True),
        ("Six\n                short steps", "六個簡短的步驟", False),
        ("Six\n                short steps", "您好，\n  六個步驟", True),
        ("One.\n\nTwo.", "一。\n\n二。", False),
        ("One\nTwo", "一\n二", False),
        ("<p>One</p>\n    <p>Two</p>", "<p>一</p>\n    <p>二</p>", False),
    ],
)
def test_line_that_ends_in_the_middle(text, translation, wrong):
    assert bool(list(wording.unsaid(text, translation, "zh_CN"))) is wrong


def test_every_pattern_is_one():
    for patterns in wording.WRONG.values():
        for pattern in patterns:
            re.compile(pattern)


def test_odoo_says_it_otherwise(monkeypatch):
    monkeypatch.setitem(wording.OURS, "zh_TW", {"for a reason": "Open, Next Step"})
    odoo = {"Open": {"開啟"}, "Won": {"成交", "韓圓"}, "Rate (%)": {"率(%)"}}
    said = {"Open": "進行中", "Won": "成交", "Rate (%)": "率（%）", "Ours": "我們的"}
    assert not list(wording.unlike_odoo(said, odoo, "zh_TW"))
    assert "成交 or 韓圓" in next(
        wording.unlike_odoo(said | {"Won": "贏得"}, odoo, "zh_TW")
    )
    assert "no reason" in next(
        wording.unlike_odoo(said | {"Open": "開啟"}, odoo, "zh_TW")
    )


def test_two_texts_that_are_one():
    assert not list(wording.said_twice({"Went back": "退回", "Went Back": "退回"}))
    assert not list(wording.said_twice({"Named": "提到的人", "named": "位"}))
    assert list(wording.said_twice({"Went back": "返回", "Went Back": "退回"}))


def test_a_file_is_looked_at(tmp_path):
    """A word that differs from Odoo's real one, and a wrong one, both fail."""
    addon = tmp_path / "x"
    (addon / "i18n").mkdir(parents=True)
    texts = {"Salesperson": "銷售夥伴", "Nobody there": "沒有對象"}
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for text, translation in texts.items():
        where = [(f"model:x,name:m.{len(text)}", "0")]
        catalogue.append(
            polib.POEntry(msgid=text, msgstr=translation, occurrences=where)
        )
    po = addon / "i18n/zh_TW.po"
    catalogue.save(str(po))
    assert ["對象" in each for each in translations.incomplete(po, po)] == [True]
    assert ["Salesperson" in each for each in translations.unusual(po)] == [True]
