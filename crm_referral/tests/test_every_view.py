import json
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import ReferralCase

OPEN = """
(async () => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const [action, viewType, resId] = %s;
    const errors = [];
    try {
        await services.action.doAction(action, {
            clearBreadcrumbs: true,
            viewType,
            props: resId ? { resId } : {},
        });
    } catch (error) {
        errors.push(String(error.data?.message || error.message || error));
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
    for (const dialog of document.querySelectorAll(".o_error_dialog")) {
        errors.push(dialog.textContent.slice(0, 300));
    }
    if (!document.querySelector(".o_action_manager .o_view_controller, .o_action")) {
        errors.push("nothing is shown");
    }
    return JSON.stringify(errors);
})()
"""


@tagged("post_install", "-at_install")
class TestEveryView(ReferralCase, HttpCase):
    """Each view of each menu opens, with nothing, with one and with many records."""

    def _get_steps(self, user):
        """:return: action, view type and record of what the menus of the user open."""
        menus = self.env["ir.ui.menu"].with_user(user)
        actions = menus.browse(menus._visible_menu_ids()).filtered(
            lambda menu: (
                menu.action
                and menu.action._name == "ir.actions.act_window"
                and menu.action.get_external_id()[menu.action.id].startswith(
                    "crm_referral."
                )
            )
        )
        steps = []
        for action in {menu.action for menu in actions}:
            Model = self.env[action.res_model].with_user(user)
            last = Model.search([], order="id desc", limit=1)
            for _view, view_type in action.sudo().views:  # sudo: as the client reads it
                if view_type != "form":
                    steps.append([action.id, view_type, False])
                elif last:
                    steps.append([action.id, view_type, last.id])
        return steps

    def _walk(self, user):
        steps = self._get_steps(user)
        self.assertGreater(len(steps), 10)
        errors = []

        def walk(browser, code, timeout, error_checker=None):
            for step in steps:
                result = browser._websocket_request(
                    "Runtime.evaluate",
                    params={
                        "expression": OPEN % json.dumps(step),
                        "awaitPromise": True,
                        "returnByValue": True,
                    },
                    timeout=30.0,
                )
                value = result["result"].get("value")
                found = json.loads(value) if value else [str(result)]
                errors.extend((step, error) for error in found)
            # What the console said meanwhile is an error, too.
            if browser._result.done():
                browser._result.result()

        with patch.object(ChromeBrowser, "_wait_code_ok", walk):
            self.browser_js("/odoo", "", ready="odoo.isReady", login=user.login)
        self.assertFalse(errors)

    def test_nothing(self):
        self._walk(self.rep)

    def test_one(self):
        candidate = self._create_introduced_candidate(self.all_documents)
        candidate._convert()
        self._walk(self.all_documents)

    def test_many(self):
        for name in ("Dora Dean", "Emil Ekman", "Fay Fox"):
            partner = self.env["res.partner"].create({"name": name})
            self._create_referral(partner_id=partner.id)
        for code in ("benefits", "value", "introduce"):
            partner = self.env["res.partner"].create({"name": f"Of {code}"})
            self._walk_to(self._create_referral(partner_id=partner.id), code)
        done = self._create_introduced_candidate()
        done._convert()
        done.referral_id.action_next_step()
        self._walk(self.manager)
