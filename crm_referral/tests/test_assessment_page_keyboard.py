from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

from .feedback_common import FeedbackCase


class TestFeedbackKeyboard(FeedbackCase):
    """Real keys: those of a tour are made by a script, and do not move the focus."""

    KEYS = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowRight": 39}

    def _press(self, browser, key):
        params = {"key": key, "code": key, "windowsVirtualKeyCode": self.KEYS[key]}
        if key == "Enter":
            params["text"] = "\r"
        for kind in ("keyDown", "keyUp"):
            browser._websocket_request(
                "Input.dispatchKeyEvent", params={"type": kind, **params}
            )

    def _tab_to(self, browser, selector):
        """Press Tab until this has the focus, as many times as a person would."""
        for _number in range(8):
            self._press(browser, "Tab")
            if self._evaluate(browser, f"document.activeElement.matches('{selector}')"):
                return
        self.fail(f"{selector} is not reached by the keyboard")

    def _evaluate(self, browser, expression):
        result = browser._websocket_request(
            "Runtime.evaluate", params={"expression": expression, "returnByValue": True}
        )
        return result["result"].get("value")

    def _wait_for(self, browser, selector, text=""):
        expression = (
            f"document.querySelector('{selector}')?.textContent.includes('{text}')"
        )
        self.assertTrue(browser._wait_ready(f"Boolean({expression})", timeout=20))

    def _answer_by_keys(self, browser, *_args, **_kwargs):
        for _question in self.assessment.line_ids.filtered(
            lambda line: line.kind == "scale"
        ):
            self._tab_to(browser, ".o_feedback_question input[type=radio]")
            self._press(browser, "ArrowRight")
        self._wait_for(browser, ".o_feedback_answered", "4")
        # An answer is taken back: the last choice, which is next to the first one.
        self._tab_to(browser, ".o_feedback_rating input[type=radio]")
        self._press(browser, "ArrowRight")
        self._wait_for(browser, ".o_feedback_answered", "5")
        self._press(browser, "ArrowLeft")
        self._press(browser, "ArrowLeft")
        self._wait_for(browser, ".o_feedback_answered", "4")
        self._wait_for(browser, ".o_feedback_choice_none:has(:focus)", "No answer")
        self._tab_to(browser, "textarea")
        browser._websocket_request("Input.insertText", params={"text": "Typed"})
        self._tab_to(browser, ".o_feedback_send")
        self._press(browser, "Enter")
        # What is to be read next has the focus.
        self._wait_for(browser, ".o_feedback_notice:focus", "still open")
        self._tab_to(browser, ".o_feedback_notice a")
        self._tab_to(browser, ".o_feedback_notice button")
        self._press(browser, "Enter")
        self._wait_for(browser, ".o_feedback_closed", "Thank you!")

    def test_customer_answers_by_keyboard(self):
        with patch.object(
            ChromeBrowser,
            "_wait_code_ok",
            autospec=True,
            side_effect=self._answer_by_keys,
        ):
            self.browser_js(
                self._path(),
                "",
                ready="Boolean(document.querySelector('.o_feedback_save.d-none'))",
            )
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")
        self.assertEqual(self._answered(self._line("scale")), self.maybe)
        self.assertFalse(self._answered(self._line("rating")))
        self.assertEqual(self._answered(self._line("text")), "Typed")

    def test_too_long_is_said_at_once(self):
        self.start_tour(self._path(), "crm_referral_feedback_too_long")
        self.assertEqual(self._answered(self._line("text")), "Typed")
