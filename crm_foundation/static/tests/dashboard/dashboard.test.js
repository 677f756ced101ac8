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

const action = (name) => ({ type: "ir.actions.act_window", res_model: "res.partner", name });

function makeFigure(values) {
    return {
        code: "asks",
        name: "Requests",
        help: "Customers asked.",
        format: "integer",
        value: 6,
        previous: 4,
        change: 0.5,
        in_points: false,
        base: null,
        base_format: "integer",
        trend: Array(12).fill(1),
        action: action("Requests"),
        ...values,
    };
}

function makeRow(code, name, value, values) {
    return { code, name, value, format: "integer", note: "", action: action(name), ...values };
}

function makeSection(code, kind, rows, values) {
    return { code, kind, rows, title: code, empty: "", ...values };
}

function makeData(values) {
    return {
        days: 90,
        periods: [
            { days: 30, name: "30 days" },
            { days: 90, name: "90 days" },
        ],
        choices: [],
        currency_id: 1,
        figures: [makeFigure()],
        sections: [
            makeSection("steps", "bars", [
                makeRow("first", "Benefits", 4),
                makeRow("second", "Profile", 1),
            ]),
        ],
        buttons: [],
        links: [],
        empty: false,
        ...values,
    };
}

async function mountDashboard(values, model = "some.dashboard") {
    onRpc(model, "get_dashboard", ({ args, kwargs }) => {
        const { days, filters } = kwargs;
        expect(args).toEqual([]);
        expect.step(`load ${days || ""} ${JSON.stringify(filters || {})}`);
        return makeData({ ...(days && { days }), ...values });
    });
    await mountWithCleanup(WebClient);
    const actionService = getService("action");
    await actionService.doAction({
        type: "ir.actions.client",
        tag: "crm_dashboard",
        params: { model },
    });
    patchWithCleanup(actionService, {
        doAction(request) {
            expect.step(`open ${request.name || request}`);
        },
    });
}

test("everything opens its records", async () => {
    await mountDashboard({
        sections: [
            makeSection("steps", "bars", [makeRow("profile", "Profile", 1)]),
            makeSection("todo", "alerts", [makeRow("overdue", "Overdue", 2)]),
            makeSection("best", "list", [makeRow(7, "Ann", 900, { format: "money" })]),
        ],
        links: [{ name: "analysis", label: "See the whole analysis", action: "some.analysis" }],
    });
    await contains("[data-figure='asks']").click();
    await contains("[data-row='profile']").click();
    await contains("[data-row='overdue']").click();
    await contains("[data-row='7']").click();
    await contains("button[name='analysis']").click();
    expect.verifySteps([
        "load  {}",
        "open Requests",
        "open Profile",
        "open Overdue",
        "open Ann",
        "open some.analysis",
    ]);
});

test("a second dashboard is the same screen of another model", async () => {
    browser.sessionStorage.setItem("crm_dashboard.some.dashboard", '{"days": 30}');
    await mountDashboard({ figures: [makeFigure({ name: "Complaints" })] }, "other.dashboard");
    expect("[data-figure='asks']").toHaveText(/Complaints/);
    // What was chosen on the other one says nothing here.
    expect.verifySteps(["load  {}"]);
});

test("another period is loaded", async () => {
    await mountDashboard();
    expect("[data-days='90']").toHaveAttribute("aria-pressed", "true");
    await contains("[data-days='30']").click();
    expect("[data-days='30']").toHaveAttribute("aria-pressed", "true");
    expect("[data-days='90']").toHaveAttribute("aria-pressed", "false");
    expect.verifySteps(["load  {}", "load 30 {}"]);
});

test("period, team and person are kept behind a drill-down", async () => {
    const makeChoice = (name, all, options) => ({ name, label: name, all, options, value: false });
    await mountDashboard({
        choices: [
            makeChoice("team_id", "All teams", [
                { id: 3, name: "Europe" },
                { id: 4, name: "Asia" },
            ]),
            makeChoice("user_id", "Everybody", [{ id: 7, name: "Rita Rep" }]),
        ],
    });
    await contains("[data-days='30']").click();
    await contains("select[name='team_id']").select("4");
    await contains("select[name='user_id']").select("7");
    expect.verifySteps([
        "load  {}",
        "load 30 {}",
        'load 30 {"team_id":4}',
        'load 30 {"team_id":4,"user_id":7}',
    ]);
    expect(JSON.parse(browser.sessionStorage.getItem("crm_dashboard.some.dashboard"))).toEqual({
        days: 30,
        team_id: 4,
        user_id: 7,
    });
});

test("what was chosen before is chosen again", async () => {
    const chosen = { days: 30, team_id: 4, user_id: 7 };
    browser.sessionStorage.setItem("crm_dashboard.some.dashboard", JSON.stringify(chosen));
    await mountDashboard();
    expect("[data-days='30']").toHaveAttribute("aria-pressed", "true");
    expect.verifySteps(['load 30 {"team_id":4,"user_id":7}']);
});

test("the list says of which period it is", async () => {
    const period = {
        description: "Closed: 1 to 2",
        domain: [["date_closed", ">=", "2026-01-01"]],
        other_domain: [["partner_id", "!=", false]],
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
    expect.verifySteps(["load  {}", "open"]);
});

test("a button, for who may press it", async () => {
    const button = { name: "export", label: "Make a Workbook", action: "some.export" };
    await mountDashboard({ buttons: [button] });
    await contains("button[name='export']").click();
    expect.verifySteps(["load  {}", "open some.export"]);
});

test("figures below the headings of their groups", async () => {
    await mountDashboard({
        figures: [
            makeFigure({ code: "a", group: "First" }),
            makeFigure({ code: "b", group: "First" }),
            makeFigure({ code: "c", group: "Second" }),
        ],
        sections: [],
    });
    expect(queryAllTexts("h2")).toEqual(["First", "Second"]);
    expect(".o_crm_dashboard_figures").toHaveCount(2);
    expect(".o_crm_dashboard_figures:eq(0) [data-figure]").toHaveCount(2);
    expect(".o_crm_dashboard_figures:eq(1) [data-figure='c']").toHaveCount(1);
    expect.verifySteps(["load  {}"]);
});

test("figures in their format, with their n, and the change in words", async () => {
    patchWithCleanup(currencies, { 1: { symbol: "$", position: "before", digits: [69, 2] } });
    const inPoints = { in_points: true };
    await mountDashboard({
        figures: [
            makeFigure(),
            makeFigure({
                ...inPoints,
                code: "rate",
                format: "percent",
                value: 0.5,
                change: -10,
                base: 8,
            }),
            makeFigure({ code: "money", format: "money", value: 1500, change: 0 }),
            makeFigure({ code: "new", value: 3, change: null }),
            makeFigure({
                ...inPoints,
                code: "one",
                format: "percent",
                value: 0.51,
                change: 1,
                base: 9,
            }),
            makeFigure({
                ...inPoints,
                code: "nps",
                format: "points",
                value: -20,
                change: -20,
                base: 5,
            }),
            makeFigure({ code: "score", format: "score", value: 71.25, change: null, base: 3 }),
            makeFigure({ code: "none", format: "percent", value: null, change: null, base: 0 }),
        ],
    });
    expect.verifySteps(["load  {}"]);
    expect("[data-figure='asks']").toHaveText(/6\n50 % more than before/);
    expect("[data-figure='rate']").toHaveText(/50%\s*of 8\n10 points less than before/);
    expect("[data-figure='money']").toHaveText(/\$\s*1,500\nas before/);
    expect("[data-figure='new']").toHaveText(/No figure before to compare with/);
    expect("[data-figure='one']").toHaveText(/1 point more than before/);
    expect("[data-figure='nps']").toHaveText(/-20\s*of 5\n20 points less than before/);
    expect("[data-figure='score']").toHaveText(/71.3\s*of 3\nNo figure before/);
    expect("[data-figure='none'] .o_crm_dashboard_value").toHaveText("–");
});

test("more is not always better", async () => {
    await mountDashboard({
        figures: [
            makeFigure({ code: "more", change: 0.5, wanted: 1 }),
            makeFigure({ code: "less", change: 0.5, wanted: -1 }),
            makeFigure({ code: "fewer", change: -0.5, wanted: -1 }),
            makeFigure({ code: "neither", change: 0.5, wanted: 0 }),
            makeFigure({ code: "same", change: 0, wanted: -1 }),
        ],
    });
    expect.verifySteps(["load  {}"]);
    const levels = { more: "success", less: "danger", fewer: "success", neither: "muted" };
    for (const [code, level] of Object.entries({ ...levels, same: "muted" })) {
        expect(`[data-figure='${code}'] small:last-child`).toHaveClass(`text-${level}`);
    }
});

test("long words are not cut, and all bars are as long as the list is wide", async () => {
    const name = "The answer was not understood or not accepted by whoever had asked";
    await mountDashboard({
        sections: [
            makeSection("steps", "bars", [
                makeRow("long", name, 4, { note: "80 % together" }),
                makeRow("short", "Other", 1, { note: "100 % together" }),
            ]),
        ],
    });
    expect.verifySteps(["load  {}"]);
    const label = document.querySelector("[data-row='long'] .o_crm_dashboard_name");
    expect(label.scrollWidth).toBeLessThan(label.clientWidth + 1);
    const bars = [...document.querySelectorAll(".o_crm_dashboard_bar")];
    expect(new Set(bars.map((bar) => bar.getBoundingClientRect().left)).size).toBe(1);
    expect(new Set(bars.map((bar) => bar.getBoundingClientRect().width)).size).toBe(1);
});

test("bars are in proportion, and the trend stays in its box", async () => {
    await mountDashboard({
        figures: [makeFigure({ trend: [0, 5, null, 10] }), makeFigure({ code: "none", trend: [] })],
    });
    expect.verifySteps(["load  {}"]);
    const [first, second] = document.querySelectorAll(".o_crm_dashboard_bar > span");
    expect(first.style.width).toBe("100%");
    expect(second.style.width).toBe("25%");
    // A month without a figure is a gap; one alone is a dash.
    const lines = [...document.querySelectorAll("polyline")];
    expect(lines.map((line) => line.getAttribute("points"))).toEqual([
        "0.0,30.0 40.0,16.0",
        "114.0,2.0 120.0,2.0",
    ]);
});

test("what should be zero is red, and notes stand before the value", async () => {
    patchWithCleanup(currencies, { 1: { symbol: "$", position: "before", digits: [69, 2] } });
    await mountDashboard({
        sections: [
            makeSection("todo", "alerts", [
                makeRow("overdue", "Overdue", 2),
                makeRow("promises", "Promises", 0),
            ]),
            makeSection("best", "list", [
                makeRow(7, "Ann", 900, { format: "money", note: "3 won" }),
                makeRow(8, "Elsewhere", 100, { format: "money", action: false }),
            ]),
        ],
    });
    expect.verifySteps(["load  {}"]);
    expect("[data-row='overdue'] strong").toHaveClass("text-danger");
    expect("[data-row='promises'] strong").toHaveClass("text-muted");
    expect("[data-row='7']").toHaveText(/Ann\s*3 won\s*\$\s*900/);
    expect("[data-row='7'] strong").not.toHaveClass("text-danger");
    expect("[data-row='8']").toHaveAttribute("disabled");
});

test("how to read it stands above, and a hint below its row", async () => {
    await mountDashboard({
        explanation: "Nobody is ranked.",
        sections: [
            makeSection("ann", "list", [
                makeRow("solved", "Solved", 0.5, { format: "percent", hint: "As expected" }),
                makeRow("repeats", "Repeats", null),
                makeRow("revenue", "Revenue", 12.4, { format: "money", text: "$ 12.40" }),
            ]),
        ],
    });
    expect.verifySteps(["load  {}"]);
    expect(".o_crm_dashboard_explanation").toHaveText("Nobody is ranked.");
    expect("[data-row='revenue'] strong").toHaveText("$ 12.40");
    expect("[data-row='solved'] small").toHaveText("As expected");
    expect("[data-row='repeats'] small").toHaveCount(0);
    expect("[data-row='repeats']").toHaveText(/Repeats\s*–/);
});

test("with nothing to show it says what will be here", async () => {
    await mountDashboard({
        empty: "Nothing to show yet.",
        sections: [makeSection("best", "list", [], { empty: "Nothing was won." })],
    });
    expect.verifySteps(["load  {}"]);
    expect(".alert[role='status']").toHaveText("Nothing to show yet.");
    expect(queryAllTexts("section p")).toEqual(["Nothing was won."]);
});

test("a table counts two answers at once, and each cell opens its records", async () => {
    const makeCell = (code, value, level) => ({ code, value, level, action: action(code) });
    const rows = [
        {
            code: "yes",
            name: "Solved",
            cells: [makeCell("yes_yes", 8, "success"), makeCell("yes_no", 0, "warning")],
        },
        {
            code: "no",
            name: "Not solved",
            cells: [makeCell("no_yes", 2), makeCell("no_no", 1, "danger")],
        },
    ];
    await mountDashboard({
        sections: [
            makeSection("endings", "table", rows, { columns: ["Heard", "Not heard"] }),
            makeSection("none", "table", [], { columns: ["Heard"], empty: "Nothing ended." }),
        ],
    });
    expect(queryAllTexts("[data-section='endings'] th")).toEqual([
        "Heard",
        "Not heard",
        "Solved",
        "Not solved",
    ]);
    expect("[data-cell='no_no']").toHaveAttribute("aria-label", "Not solved, Not heard: 1");
    expect("td:has([data-cell='yes_yes'])").toHaveClass("table-success");
    expect("td:has([data-cell='yes_no'])").not.toHaveClass("table-warning");
    expect("[data-cell='yes_no']").toHaveAttribute("disabled");
    expect("[data-section='none'] table").toHaveCount(0);
    expect("[data-section='none']").toHaveText(/Nothing ended/);
    await contains("[data-cell='no_yes']").click();
    expect.verifySteps(["load  {}", "open no_yes"]);
});
