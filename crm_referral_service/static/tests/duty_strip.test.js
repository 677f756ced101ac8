import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();

function makeDay(number, values) {
    return {
        date: `2026-12-0${number}`,
        name: `Day ${number}`,
        start: `2026-12-0${number} 00:00:00`,
        stop: `2026-12-0${number + 1} 00:00:00`,
        promised: [[0, 1]],
        gaps: [],
        promised_hours: 24,
        gap_hours: 0,
        ...values,
    };
}

const TEAM = {
    id: 7,
    name: "Customer Care",
    days: [
        makeDay(5),
        makeDay(6, { gaps: [[0.25, 0.5]], gap_hours: 6 }),
        makeDay(7, { promised: [], promised_hours: 0 }),
    ],
};

async function mountStrip(teams) {
    onRpc("crm.service.duty.gap", "get_strip", () => ({ teams }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_referral_service.duty_strip",
    });
}

test("a day says how much of it is promised, and where nobody is there", async () => {
    await mountStrip([TEAM]);
    expect(queryAllTexts(".o_duty_text")).toEqual([
        "Somebody is there",
        "06:00 of 24:00 hours: nobody is there",
        "Nothing promised",
    ]);
    expect(".o_duty_day_gap").toHaveCount(1);
    expect(".o_duty_day[data-date='2026-12-06'] .o_duty_gap").toHaveAttribute(
        "style",
        "left: 25.00%; width: 25.00%",
    );
    expect(".o_duty_day[data-date='2026-12-07'] .o_duty_part").toHaveCount(0);
});

test("a day opens its shifts, and a button a new one", async () => {
    await mountStrip([TEAM]);
    patchWithCleanup(getService("action"), {
        loadAction: async (name) => ({ xml_id: name, type: "ir.actions.act_window" }),
        doAction: async (action, options) => {
            expect.step([action.xml_id || action, action.domain, options.additionalContext]);
        },
    });
    await contains(".o_duty_day[data-date='2026-12-06']").click();
    await contains(".o_duty_new").click();
    const forTeam = { default_service_team_id: 7 };
    expect.verifySteps([
        [
            "crm_referral_service.crm_service_shift_action",
            [
                ["service_team_id", "=", 7],
                ["start", "<", "2026-12-07 00:00:00"],
                ["stop", ">", "2026-12-06 00:00:00"],
            ],
            forTeam,
        ],
        ["crm_referral_service.crm_service_shift_action_new", undefined, forTeam],
    ]);
});

test("without a team it says what to do", async () => {
    await mountStrip([]);
    expect(".o_view_nocontent_smiling_face").toHaveText("No service team yet");
    expect(".o_duty_legend").toHaveCount(0);
});
