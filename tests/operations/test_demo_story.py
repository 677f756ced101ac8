"""The demo story: whoever logs in finds something, and it came to be honestly."""

import json
from pathlib import Path

import pytest

REPS = ("helen", "aisha", "demo", "yichun")
STEPS = ["benefits", "profile", "value", "suggest", "introduce", "follow_through"]
# Odoo's shell says more than that: the fact is the line with the mark.
CODE = """
import json, sys
sys.path.insert(0, {folder!r})
import story_facts
print("FACT", json.dumps(story_facts.get_{name}(env)))
"""


def read(lab, database, name):
    """What a function of story_facts returns, in Odoo's shell."""
    code = CODE.format(folder=str(Path(__file__).parent), name=name)
    output = lab.shell(database, code, log=f"demo-{name}")
    [line] = [each for each in output.splitlines() if each.startswith("FACT ")]
    return json.loads(line.removeprefix("FACT "))


@pytest.fixture(scope="module")
def seen(lab, with_demo):
    return read(lab, with_demo[0], "seen")


@pytest.fixture(scope="module")
def walked(lab, with_demo):
    return read(lab, with_demo[0], "walked")


@pytest.mark.parametrize("login", ["admin", "miriam", *REPS])
def test_everybody_finds_something(seen, login):
    found = seen[login]
    assert found["open"] >= (5 if login in REPS else 20)
    assert [code for code, value in found["figures"].items() if not value] == []
    assert found["steps"] == sorted(STEPS)
    assert found["heat_map"] >= 5
    assert found["checklists"] and min(found["checklists"]) >= 5


@pytest.mark.parametrize("login", REPS)
def test_a_rep_has_a_board_of_their_own(seen, login):
    assert seen[login]["board"] >= 5
    assert seen[login]["activities"] >= 5


def test_every_step_was_finished_or_skipped_with_a_reason(walked):
    assert len(walked) >= 60
    assert [each for each in walked if each["missing"] or each["unexplained"]] == []
    assert any("skipped" in each["stays"] for each in walked)


def test_steps_follow_each_other(walked):
    for each in walked:
        assert each["steps"] == STEPS[: len(each["steps"])], each
        assert each["moments"] == sorted(each["moments"]), each
        assert each["moments"][0][:10] == each["asked_on"], each
        # Only the last stay may go on, and does unless the request has ended.
        assert "" not in each["stays"][:-1], each
        assert (each["stays"][-1] == "") == (each["outcome"] == ""), each


def test_every_outcome_occurs(walked):
    outcomes = {each["outcome"] for each in walked}
    assert outcomes == {"", "introduced", "declined", "no_candidate", "cancelled"}


def test_only_a_manager_asks_in_the_quiet_period(walked):
    until = {}
    asked_in_spite = []
    for each in walked:
        if each["asked_on"] < until.get(each["customer"], ""):
            asked_in_spite.append(each)
        until[each["customer"]] = each["next_ask_date"]
    assert len(asked_in_spite) == 1
    assert asked_in_spite[0]["override"]


def test_rounds_and_checklists(lab, with_demo):
    found = read(lab, with_demo[0], "listened")
    assert found.pop("stages") == ["at_risk", "fan", "lost", "loyal", "satisfied"]
    assert found.pop("trend") >= 3
    assert [name for name, count in found.items() if not count] == []


def test_nothing_lies_ahead_and_nothing_is_mailed(lab, with_demo):
    found = read(lab, with_demo[0], "written")
    assert found.pop("old") > 50
    assert found == {"ahead": 0, "mails": 0}


def test_no_story_without_demo_data(lab, installed):
    with lab.database(installed) as name:
        assert read(lab, name, "walked") == []
