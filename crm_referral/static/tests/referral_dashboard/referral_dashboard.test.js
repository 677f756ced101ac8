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
import { browser } from "@web/core/browser/browser";
import { currencies } from "@web/core/currency";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();

const action = (name) => ({ type: "ir.actions.act_window", res_model: "crm.referral", name });

function makeFigure(values) {
    return {
        code: "asks",
        name: "Requests",
        help: "Customers asked.",
        format: "integer",
        value: 6,
        previous: 4,
        base: null,
        base_format: "integer",
        trend: Array(12).fill(1),
        action: action("Requests"),
        ...values,
    };
}

function makeData(values) {
    return {
        days: 90,
        periods: [
            { days: 30, name: "30 days" },
            { days: 90, name: "90 days" },
        ],
        currency_id: 1,
        figures: [makeFigure()],
        steps: [
            { id: 1, name: "Benefits", count: 4, action: action("Benefits") },
            { id: 2, name: "Profile", count: 1, action: action("Profile") },
        ],
        todo: [{ code: "overdue", name: "Overdue", count: 2, action: action("Overdue") }],
        referrers: [],
        ...values,
    };
}

async function mountDashboard(values) {
    onRpc("crm.referral.dashboard", "get_dashboard", ({ args }) => {
        expect.step(`load ${args.join()}`);
        return makeData({ ...(args.length && { days: args[0] }), ...values });
    });
    await mountWithCleanup(WebClient);
    const actionService = getService("action");
    await actionService.doAction({ type: "ir.actions.client", tag: "crm_referral.dashboard" });
    patchWithCleanup(actionService, {
        doAction(request) {
            expect.step(`open ${request.name || request}`);
        },
    });
}

test("everything opens its records", async () => {
    await mountDashboard({
        referrers: [{ id: 7, name: "Ann", won_count: 2, won_revenue: 900, action: action("Ann") }],
    });
    await contains("[data-figure='asks']").click();
    await contains(".o_referral_dashboard_row:contains(Profile)").click();
    await contains("[data-todo='overdue']").click();
    await contains(".o_referral_dashboard_row:contains(Ann)").click();
    await contains("button:contains(See the whole analysis)").click();
    expect.verifySteps([
        "load ",
        "open Requests",
        "open Profile",
        "open Overdue",
        "open Ann",
        "open crm_referral.crm_referral_report_action",
    ]);
});

test("another period is loaded", async () => {
    await mountDashboard();
    expect("[data-days='90']").toHaveAttribute("aria-pressed", "true");
    await contains("[data-days='30']").click();
    expect("[data-days='30']").toHaveAttribute("aria-pressed", "true");
    expect("[data-days='90']").toHaveAttribute("aria-pressed", "false");
    expect.verifySteps(["load ", "load 30,false,false"]);
});

test("period, team and person are kept behind a drill-down", async () => {
    const teams = [
        { id: 3, name: "Europe" },
        { id: 4, name: "Asia" },
    ];
    const users = [{ id: 7, name: "Rita Rep" }];
    await mountDashboard({ teams, users });
    await contains("[data-days='30']").click();
    await contains("select[name='team_id']").select("4");
    await contains("select[name='user_id']").select("7");
    expect.verifySteps(["load ", "load 30,false,false", "load 30,4,false", "load 30,4,7"]);
    expect(JSON.parse(browser.sessionStorage.getItem("crm_referral.dashboard"))).toEqual({
        days: 30,
        team_id: 4,
        user_id: 7,
    });
});

test("what was chosen before is chosen again", async () => {
    const chosen = { days: 30, team_id: 4, user_id: 7 };
    browser.sessionStorage.setItem("crm_referral.dashboard", JSON.stringify(chosen));
    await mountDashboard();
    expect("[data-days='30']").toHaveAttribute("aria-pressed", "true");
    expect.verifySteps(["load 30,4,7"]);
});

test("the list says of which period it is", async () => {
    const period = {
        description: "Closed: 1 to 2",
        domain: [["date_closed", ">=", "2026-01-01"]],
        other_domain: [["referrer_id", "!=", false]],
    };
    await mountDashboard({
        figures: [makeFigure({ action: { ...action("Won"), domain: [], period } })],
    });
    patchWithCleanup(getService("action"), {
        doAction(request, options) {
            expect(request.domain).toEqual(period.other_domain);
            expect(options.props.dynamicFilters).toEqual([
                { description: period.description, domain: period.domain },
            ]);
            expect.step("open");
        },
    });
    await contains("[data-figure='asks']").click();
    expect.verifySteps(["load ", "open"]);
});

test("a workbook, for who may make one", async () => {
    await mountDashboard({ can_export: true });
    await contains("button[name='export']").click();
    expect.verifySteps(["load ", "open crm_referral.crm_referral_export_action_new"]);
});

test("figures in their format, with their n, and the change in words", async () => {
    patchWithCleanup(currencies, { 1: { symbol: "$", position: "before", digits: [69, 2] } });
    await mountDashboard({
        figures: [
            makeFigure(),
            makeFigure({ code: "rate", format: "percentage", value: 0.5, previous: 0.6, base: 8 }),
            makeFigure({ code: "money", format: "monetary", value: 1500, previous: 1500 }),
            makeFigure({ code: "new", value: 3, previous: 0 }),
            makeFigure({ code: "one", format: "percentage", value: 0.51, previous: 0.5, base: 9 }),
            makeFigure({ code: "nps", format: "points", value: -20, previous: 0, base: 5 }),
            makeFigure({ code: "score", format: "score", value: 71.25, previous: null, base: 3 }),
            makeFigure({
                code: "none",
                format: "percentage",
                value: null,
                previous: null,
                base: 0,
            }),
        ],
    });
    expect.verifySteps(["load "]);
    expect("[data-figure='asks']").toHaveText(/6\n50 % more than before/);
    expect("[data-figure='rate']").toHaveText(/50%\s*of 8\n10 points less than before/);
    expect("[data-figure='money']").toHaveText(/\$\s*1,500\nas before/);
    expect("[data-figure='new']").toHaveText(/No figure before to compare with/);
    expect("[data-figure='one']").toHaveText(/1 point more than before/);
    expect("[data-figure='nps']").toHaveText(/-20\s*of 5\n20 points less than before/);
    expect("[data-figure='score']").toHaveText(/71.3\s*of 3\nNo figure before/);
    expect("[data-figure='none'] .o_referral_dashboard_value").toHaveText("–");
});

test("bars are in proportion, and the trend stays in its box", async () => {
    await mountDashboard({
        figures: [makeFigure({ trend: [0, 5, null, 10] }), makeFigure({ code: "none", trend: [] })],
    });
    expect.verifySteps(["load "]);
    const [first, second] = document.querySelectorAll(".o_referral_dashboard_bar > span");
    expect(first.style.width).toBe("100%");
    expect(second.style.width).toBe("25%");
    // A month without a figure is a gap; one alone is a dash.
    const lines = [...document.querySelectorAll("polyline")];
    expect(lines.map((line) => line.getAttribute("points"))).toEqual([
        "0.0,30.0 40.0,16.0",
        "114.0,2.0 120.0,2.0",
    ]);
});

test("with nothing to show it says what will be here", async () => {
    await mountDashboard({
        figures: [makeFigure({ value: 0, previous: 0, trend: [0, 0] })],
        steps: [{ id: 1, name: "Benefits", count: 0, action: action("Benefits") }],
    });
    expect.verifySteps(["load "]);
    expect(".alert[role='status']").toHaveText(/Nothing to show yet/);
    expect(queryAllTexts("section p")).toEqual(["Nothing was won from referral in this period."]);
});
