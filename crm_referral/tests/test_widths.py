import json
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import ReferralCase

WIDTHS = (360, 390, 768, 1024, 1280, 1366, 1440, 1536, 1680, 1920, 2560)

# What of the buttons a person cannot see: out of the window, or cut off on the way.
CLIPPED = """
(async () => {
    const find = () => [...document.querySelectorAll(%(selector)r)]
        .filter((el) => el.checkVisibility());
    let buttons = [];
    for (let i = 0; i < 100; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const before = buttons.length;
        buttons = find();
        if (buttons.length && buttons.length === before && i > 5) {
            break;
        }
    }
    const clipped = buttons.flatMap((button) => {
        const { left, right } = button.getBoundingClientRect();
        let [from, to] = [0, window.innerWidth];
        for (let el = button.parentElement; el; el = el.parentElement) {
            if (getComputedStyle(el).overflowX !== "visible") {
                const box = el.getBoundingClientRect();
                from = Math.max(from, box.left);
                to = Math.min(to, box.right);
            }
        }
        return left < from - 1 || right > to + 1
            ? [`${button.textContent.trim()} ${left}-${right} of ${from}-${to}`]
            : [];
    });
    return JSON.stringify([buttons.length, clipped]);
})()
"""


@tagged("post_install", "-at_install")
class TestWidths(ReferralCase, HttpCase):
    """What decides is in sight, from a small telephone to a large screen."""

    def _measure(self, path, selector, login, widths=WIDTHS):
        """:return: by width how many buttons there are, and which are cut off."""
        found = {}

        def measure(browser, code, timeout, error_checker=None):
            for width in widths:
                browser._websocket_request(
                    "Emulation.setDeviceMetricsOverride",
                    params={
                        "width": width,
                        "height": 900,
                        "deviceScaleFactor": 1,
                        "mobile": False,
                    },
                )
                result = browser._websocket_request(
                    "Runtime.evaluate",
                    params={
                        "expression": CLIPPED % {"selector": selector},
                        "awaitPromise": True,
                        "returnByValue": True,
                    },
                    timeout=30.0,
                )
                found[width] = json.loads(result["result"]["value"])

        with patch.object(ChromeBrowser, "_wait_code_ok", measure):
            self.browser_js(path, "", ready="odoo.isReady", login=login)
        return found

    def _assert_in_sight(self, path, selector, count, login=None, widths=WIDTHS):
        for width, (buttons, clipped) in self._measure(
            path, selector, login or self.rep.login, widths
        ).items():
            with self.subTest(path=path, width=width):
                self.assertGreaterEqual(buttons, count)
                self.assertFalse(clipped)

    def _create_in_every_state(self):
        referral = self._create_referral()
        self._create_candidate(referral, name="Asked Now", partner_name="A Long Name")
        self._walk_to(referral, "introduce")
        for name in ("Agreed", "Introduced", "Contacted", "Unfit", "Converted"):
            candidate = self._create_candidate(
                referral,
                name=f"{name} of the Family with the Longest Name",
                introduction_channel="conference_call",
            )
            candidate.action_agree()
            if name == "Agreed":
                continue
            candidate.action_introduce()
            if name != "Introduced":
                candidate.action_contact()
            if name == "Unfit":
                candidate.action_unfit()
            elif name == "Converted":
                candidate._convert()
        return referral

    def test_cards_of_a_request(self):
        """Every button of every state of a candidate."""
        referral = self._create_in_every_state()
        self._assert_in_sight(
            f"/odoo/my-referrals/{referral.id}",
            ".o_conversation_cards button, .o_conversation_cards select",
            count=14,
        )

    def test_list_of_exports(self):
        """Download is in sight beside everything else a row tells."""
        self.env["crm.referral.export"].create(
            {"state": "done", "user_id": self.manager.id}
        )
        action = self.env.ref("crm_referral.crm_referral_export_action")
        self._assert_in_sight(
            f"/odoo/action-{action.id}?view_type=list",
            ".o_list_view .o_data_row button[name='action_download']",
            count=1,
            login=self.manager.login,
            widths=WIDTHS[3:],
        )
