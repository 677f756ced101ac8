"""The scores of any form with any answers."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_assessment.tools import assessment_scoring as scoring

# derandomize: the same examples in every run, so that a red test is red for everybody.
ANY = settings(deadline=None, database=None, derandomize=True)
VALUES = st.sampled_from([0, 0.25, 0.5, 0.75, 1])


@st.composite
def forms_and_answers(draw):
    """A form of up to five sections, and answers to some of its items."""
    sections = [
        scoring.Section(number, draw(st.floats(0.1, 10)))
        for number in range(draw(st.integers(1, 5)))
    ]
    items = [
        scoring.Item(
            number,
            draw(st.integers(0, len(sections) - 1)),
            draw(st.floats(0.1, 10)),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 20)))
    ]
    form = scoring.Form(
        sections, items, draw(st.integers(1, 4)), draw(st.integers(1, 4)), 40, 70
    )
    answers = draw(st.dictionaries(st.integers(0, len(items) - 1), st.none() | VALUES))
    return form, answers


def below(lower, upper):
    """Whether a score, or none, is not above the other, up to rounding."""
    return lower is None or upper is None or lower <= upper + 0.011


@tagged("post_install", "-at_install")
class TestAnyAnswers(BaseCase):
    @settings(ANY, max_examples=100)
    @given(forms_and_answers())
    def test_bounds(self, form_and_answers):
        form, answers = form_and_answers
        result = scoring.score_answers(form, answers)
        for part in [result, *result.sections.values()]:
            self.assertTrue(part.score is None or 0 <= part.score <= 100)
            self.assertLessEqual(0, part.answered)
            self.assertLessEqual(part.answered, part.asked)
        for section in result.sections.values():
            needed = min(form.minimum_answers, section.asked)
            self.assertEqual(section.score is not None, section.answered >= needed)
        scored = [s for s in result.sections.values() if s.score is not None]
        needed = min(form.minimum_sections, len(result.sections))
        self.assertEqual(result.score is not None, len(scored) >= needed)
        if result.score is not None:
            lowest = min(section.score for section in scored)
            highest = max(section.score for section in scored)
            self.assertTrue(
                below(lowest, result.score) and below(result.score, highest)
            )

    @settings(ANY, max_examples=100)
    @given(forms_and_answers(), st.data())
    def test_monotonic(self, form_and_answers, data):
        """A better answer never makes a score or a level worse."""
        form, answers = form_and_answers
        item = data.draw(st.sampled_from(form.items))
        if answers.get(item.key) is None:
            return
        better = data.draw(VALUES.filter(lambda value: value >= answers[item.key]))
        if item.is_reversed:
            better = answers[item.key] - (better - answers[item.key])
            better = max(better, 0)
        before = scoring.score_answers(form, answers)
        after = scoring.score_answers(form, {**answers, item.key: better})
        pairs = [(before, after)]
        pairs += [(before.sections[key], after.sections[key]) for key in after.sections]
        for old, new in pairs:
            self.assertTrue(below(old.score, new.score))
            if old.level and new.level:
                self.assertLessEqual(
                    scoring.LEVELS.index(old.level), scoring.LEVELS.index(new.level)
                )

    @settings(ANY, max_examples=60)
    @given(forms_and_answers(), st.integers())
    def test_order_does_not_matter(self, form_and_answers, seed):
        form, answers = form_and_answers
        shuffle = random.Random(seed).shuffle
        sections, items = list(form.sections), list(form.items)
        shuffle(sections)
        shuffle(items)
        keys = list(answers)
        shuffle(keys)
        shuffled = scoring.Form(
            sections, items, form.minimum_answers, form.minimum_sections, 40, 70
        )
        first = scoring.score_answers(form, answers)
        second = scoring.score_answers(shuffled, {key: answers[key] for key in keys})
        self.assertEqual((first.score, first.level), (second.score, second.level))
        for key, section in first.sections.items():
            self.assertEqual(section.score, second.sections[key].score)
            self.assertEqual(set(section.failed), set(second.sections[key].failed))

    @settings(ANY, max_examples=60)
    @given(forms_and_answers())
    def test_not_applicable_is_ignored(self, form_and_answers):
        """To say "not applicable" is the same as to say nothing."""
        form, answers = form_and_answers
        said = {key: value for key, value in answers.items() if value is not None}
        everything = {item.key: answers.get(item.key) for item in form.items}
        result = scoring.score_answers(form, said)
        self.assertEqual(scoring.score_answers(form, answers), result)
        self.assertEqual(scoring.score_answers(form, everything), result)
