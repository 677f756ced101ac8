"""The demo story of customer service: every screen is alive, and it came honestly."""

import pytest
from test_demo_story import read

STEPS = [
    *("greet", "listen", "question", "empathise", "address", "test"),
    "follow_through",
]
OUTCOMES = {
    *("", "resolved", "calmed", "fixed", "unresolved", "withdrawn", "passed_on"),
}


@pytest.fixture(scope="module")
def complaints(lab, with_demo):
    return read(lab, with_demo[0], "complaints")


def of_open(complaints):
    return [each for each in complaints if not each["outcome"]]


def test_a_complaint_is_in_each_step(complaints):
    assert {each["step"] for each in of_open(complaints)} == set(STEPS)
    assert {each["outcome"] for each in complaints} == OUTCOMES


def test_every_step_was_walked(complaints):
    assert [each for each in complaints if each["missing"]] == []
    for each in complaints:
        assert each["moments"] == sorted(each["moments"]), each


def test_something_waits_for_everybody(complaints, lab, with_demo):
    waiting = of_open(complaints)
    gestures = [gesture for each in waiting for gesture in each["gestures"]]
    assert "to_approve" in [state for state, _amount, _limit in gestures]
    questions = [state for each in waiting for state in each["questions"]]
    assert sorted(questions) == ["answered", "asked"]
    late = [each for each in waiting if each["is_late"]]
    assert late and all(each["escalation"] for each in late)
    assert [each["reopened"] for each in waiting if each["reopened"]] == [1]
    assert [each for each in waiting if not each["is_known"]]
    for login, found in read(lab, with_demo[0], "served").items():
        assert found["open"] >= 1 and found["activities"] >= 3, login


def test_who_is_asked_sees_the_question_only(lab, with_demo):
    found = read(lab, with_demo[0], "asked")
    assert ["gurgles" in question for question in found["questions"]] == [True]
    assert found["activities"] == 1
    assert found["complaints"] is False


def test_more_than_the_limit_was_approved_by_somebody_else(complaints):
    [clinic] = [
        each for each in complaints if ["delivered", 300.0, 200.0] in each["gestures"]
    ]
    assert clinic["deciders"] == ["helen"]
    assert clinic["outcome"] == "resolved" and clinic["tested_via"] == "page"
    # Partly solved at first: it was tested twice.
    assert len(clinic["moments"]) > 1 + len(STEPS)
    assert clinic["asked"] == ["profile"]


def test_one_thread_is_chinese(complaints):
    threads = [each for each in complaints if each["mails"]]
    assert [each["lang"] for each in threads] == ["zh_TW"]


def test_four_hours_of_sundays_are_nobodys(lab, with_demo):
    found = read(lab, with_demo[0], "duty")
    assert found == [["Sun 02:00", "Sun 06:00"]] * 2
    found = read(lab, with_demo[0], "fallen_into_a_gap")
    assert found == ["Sun 03:10"]


def test_no_complaint_without_demo_data(lab, installed):
    with lab.database(installed) as name:
        assert read(lab, name, "complaints") == []
