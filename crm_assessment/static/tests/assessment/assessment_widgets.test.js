import { expect, test } from "@odoo/hoot";
import { click, edit, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    getService,
    models,
    mockService,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { getViewpointStyle } from "@crm_assessment/assessment_styles/assessment_styles";
import { toCsv } from "@crm_foundation/table_download/table_download";

class Option extends models.Model {
    _name = "option";

    name = fields.Char();

    _records = [
        { id: 1, name: "Yes" },
        { id: 2, name: "No" },
    ];
}

class Section extends models.Model {
    _name = "section";

    name = fields.Char();

    _records = [
        { id: 1, name: "B · Broad Knowledge" },
        { id: 7, name: "P · Process" },
    ];
}

class Line extends models.Model {
    _name = "line";

    parent_id = fields.Many2one({ relation: "form" });
    name = fields.Char();
    hint = fields.Char();
    kind = fields.Char();
    asks_control = fields.Boolean();
    is_reversed = fields.Boolean();
    section_id = fields.Many2one({ relation: "section" });
    option_id = fields.Many2one({ relation: "option" });
    rating = fields.Char();
    note = fields.Text();
    control = fields.Char();
    cause = fields.Char();
    cause_section_id = fields.Many2one({ relation: "section" });
    answer = fields.Char();

    _records = [
        { id: 1, parent_id: 1, name: "Limits were told.", kind: "scale", section_id: 1 },
        { id: 2, parent_id: 1, name: "Recommend?", kind: "rating" },
        { id: 3, parent_id: 1, name: "Anything else?", kind: "text", note: "<b>x</b>" },
        { id: 4, parent_id: 1, name: "Enough time.", kind: "scale", asks_control: true },
    ];
}

const LETTERS = ["Process", "Roles", "Interpersonal"].map((name, index) => ({
    id: index + 1,
    letter: name[0],
    name,
    description: "",
    score: [44, 75, false][index],
    level: ["weak", "strong", false][index],
    level_name: ["Weak", "Strong", ""][index],
    is_undecided: index === 0,
    scores: [
        { score: [44, 75, false][index], answered: 4 - index },
        { score: 94, answered: 4 },
    ],
}));

class FormModel extends models.Model {
    _name = "form";

    line_ids = fields.One2many({ relation: "line", relation_field: "parent_id" });
    checklist = fields.Json();
    result = fields.Json();

    _records = [
        {
            id: 1,
            line_ids: [1, 2, 3, 4],
            checklist: {
                options: [
                    { id: 1, name: "Yes", value: 1 },
                    { id: 2, name: "No", value: 0 },
                ],
                asks_cause: true,
                letters: [{ id: 7, name: "P · Process" }],
            },
            result: {
                viewpoints: [
                    { code: "customer", name: "The customer", is_missing: false },
                    { code: "manager", name: "The manager", is_missing: false },
                ],
                letters: LETTERS,
                gaps: ["The manager sees Process 50 points better than the customer."],
                trend: [
                    { id: 1, date: "Jan 1", score: 30, letters: { 1: 70, 2: 75 } },
                    { id: 2, date: "Feb 1", score: false, letters: { 1: 60 } },
                    { id: 3, date: "Mar 1", score: 60, letters: { 1: 44, 2: 75, 3: 10 } },
                ],
            },
        },
    ];
}

defineMailModels();
defineModels([Option, Section, Line, FormModel]);

const LINES = /* xml */ `
    <list>
        <field name="section_id"/><field name="name"/><field name="hint"/><field name="kind"/>
        <field name="asks_control"/><field name="is_reversed"/><field name="option_id"/><field name="rating"/>
        <field name="note"/><field name="control"/><field name="cause"/>
        <field name="cause_section_id"/><field name="answer"/>
    </list>`;

const mountChecklist = (attributes = "") =>
    mountView({
        type: "form",
        resModel: "form",
        resId: 1,
        arch: `
            <form>
                <field name="checklist" invisible="1"/>
                <field name="line_ids" widget="assessment_checklist" ${attributes}>${LINES}</field>
            </form>`,
    });

test("checklist: one tap an answer, a no asks for its cause", async () => {
    onRpc("form", "web_save", ({ args }) => expect.step(args[1].line_ids));
    await mountChecklist();
    expect(".o_assessment_row").toHaveCount(4);
    expect(".o_assessment_checklist p").toHaveText("0 of 3 answered");
    expect(".o_assessment_letter").toHaveText("B");
    expect(".o_assessment_cause").toHaveCount(0);

    await contains(".o_assessment_row:eq(0) .btn:contains(No)").click();
    expect(".o_assessment_row:eq(0) .btn.active").toHaveText("No");
    expect(".o_assessment_row:eq(0) .btn.active").toHaveAttribute("aria-pressed", "true");
    expect(".o_assessment_checklist p").toHaveText("1 of 3 answered");
    expect(".o_assessment_cause select").toHaveCount(0);
    await contains(".o_assessment_cause .btn:contains(Organization)").click();
    await contains(".o_assessment_cause select").select("7");
    await contains(".o_assessment_row:eq(1) .btn:contains(7)").click();
    await contains(".o_assessment_row:eq(3) .btn:contains(Outside)").click();
    await clickSave();
    expect.verifySteps([
        [
            [1, 1, { option_id: 2, cause: "organization", cause_section_id: 7 }],
            [1, 2, { rating: "7" }],
            [1, 4, { control: "outside" }],
        ],
    ]);
});

test("checklist: a better answer takes the cause back", async () => {
    await mountChecklist();
    await contains(".o_assessment_row:eq(0) .btn:contains(No)").click();
    await contains(".o_assessment_cause .btn:contains(Agent)").click();
    await contains(".o_assessment_row:eq(0) .btn:contains(Yes)").click();
    expect(".o_assessment_cause").toHaveCount(0);
    await contains(".o_assessment_row:eq(0) .btn:contains(No)").click();
    expect(".o_assessment_cause .btn.active").toHaveCount(0);
});

test("checklist: a second tap takes an answer back", async () => {
    await mountChecklist();
    for (const button of [
        ".o_assessment_row:eq(0) .btn:contains(No)",
        ".o_assessment_row:eq(1) .btn:contains(7)",
        ".o_assessment_row:eq(3) .btn:contains(Outside)",
    ]) {
        await contains(button).click();
        expect(button).toHaveAttribute("aria-pressed", "true");
        await contains(button).click();
        expect(button).toHaveAttribute("aria-pressed", "false");
    }
    expect(".o_assessment_cause").toHaveCount(0);
    expect(".o_assessment_checklist p").toHaveText("0 of 3 answered");
});

test("checklist: read only, and nothing that was written is markup", async () => {
    await mountChecklist('readonly="1"');
    expect(".o_assessment_row .o_assessment_buttons .btn").toHaveCount(0);
    expect(".o_assessment_note").toHaveText("<b>x</b>");
    expect(".o_assessment_note b").toHaveCount(0);
});

test("checklist: read only, the cause is in words", async () => {
    Object.assign(Line._records[0], { option_id: 2, cause: "organization", cause_section_id: 7 });
    await mountChecklist('readonly="1"');
    expect(".o_assessment_cause").toHaveText(/way\?\s*Organization · P · Process$/);
    expect(".o_assessment_cause .btn").toHaveCount(0);
});

test("result: figures with n, levels, gaps, decision", async () => {
    mockService("action", {
        doAction(action) {
            expect.step([action.res_model, action.context]);
        },
    });
    await mountView({
        type: "form",
        resModel: "form",
        resId: 1,
        arch: `<form><field name="result" widget="assessment_result"/></form>`,
    });
    await animationFrame();
    expect(".o_assessment_letter").toHaveCount(3);
    const cells = queryAllTexts(".o_assessment_letter:eq(0) td");
    expect(cells.map((text) => text.replace(/\s/g, ""))).toEqual([
        "44n=4",
        "94n=4",
        "44",
        "WeakDecide",
    ]);
    expect(".o_assessment_letter:eq(2) td:last").toHaveText("Not enough answers");
    expect(".o_assessment_gaps li").toHaveCount(1);
    expect(".o_assessment_radar").toHaveCount(0, { message: "two scores make no radar" });
    // one measured value makes no line
    const trend = ".o_assessment_trend_line";
    expect(queryAllTexts(trend).map((text) => text.split(/\s+/))).toEqual([
        ["Overall", "60", "+30"],
        ["Process", "44", "−16"],
        ["Roles", "75", "±0"],
    ]);
    expect(`${trend}:eq(0) svg`).toHaveAttribute(
        "aria-label",
        "Overall over the rounds: Jan 1: 30 and Mar 1: 60",
    );
    expect(`${trend}:eq(0) circle`).toHaveCount(2);
    expect(`${trend}:eq(1) polyline`).toHaveAttribute("points", "5.0,18.8 80.0,23.4 155.0,30.8");
    await contains(".btn:contains(Decide)").click();
    expect.verifySteps([["crm.assessment.action", { default_round_id: 1, default_section_id: 1 }]]);
});

test("heat map: a cell opens what is behind it", async () => {
    onRpc("crm.assessment.heat.map", "get_heat_map_choices", () => ({
        team: [{ id: 3, name: "North" }],
        user: [
            { id: 6, name: "Ann" },
            { id: 7, name: "Bob" },
        ],
        stage: [],
    }));
    onRpc("crm.assessment.heat.map", "get_heat_map", ({ kwargs }) => {
        expect.step([kwargs.rows, kwargs.viewpoint, kwargs.months, kwargs.user, kwargs.is_latest]);
        return {
            letters: [
                { id: 1, letter: "P", name: "Process" },
                { id: 2, letter: "R", name: "Roles" },
            ],
            rows: [
                {
                    id: 5,
                    name: "Clinic",
                    cells: { 1: { score: 33.4, level: "weak", n: 3 } },
                    overall: { score: 61.2, level: "fair", n: 3 },
                    change: -8.6,
                },
            ],
            silent: [{ id: 8, name: "Bakery" }],
            response: { asked: 4, answered: 3, rate: 75 },
            total: 9,
            domain: [["viewpoint", "=", "customer"]],
        };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_assessment.assessment_heat_map",
    });
    // On a phone the two stand below each other.
    expect(".o_heat_cell:eq(0)").toHaveText(/^33\s+n=3$/);
    expect(".o_heat_cell:eq(0)").toHaveAttribute("aria-label", "Clinic, Process: 33 of 100, n=3");
    expect(".o_heat_cell:eq(1)").not.toBeEnabled();
    expect(".o_heat_overall").toHaveText(/^61\s+n=3$/);
    expect(".o_heat_change").toHaveText("▼ −9");
    expect(".o_heat_silent").toHaveText(/^Bakery\s+Did not answer the last time$/);
    expect(".o_heat_response").toHaveText("3 of 4 customers who were asked have answered: 75 %");
    expect(".o_heat_legend span").toHaveCount(4);
    expect("input[name=is_latest]").toBeChecked();
    expect(".o_assessment_heat_map p:last").toHaveText("The 1 weakest of 9 are shown.");
    await contains("select[name=rows]").select("team_id");
    expect("select[name=team]").toHaveCount(0, { message: "one choice is none" });
    await contains("select[name=user]").select("7");
    await contains("select[name=user]").select("");
    await contains("input[name=is_latest]").click();
    expect.verifySteps([
        ["partner_id", "customer", 12, false, true],
        ["team_id", "customer", 12, false, true],
        ["team_id", "customer", 12, 7, true],
        ["team_id", "customer", 12, false, true],
        ["team_id", "customer", 12, false, false],
    ]);
});

const EMPTY_MAP = { letters: [], silent: [], response: { asked: 0, answered: 0, rate: false } };

test("heat map: the answer to the last choice counts, whichever comes first", async () => {
    const slow = new Deferred();
    onRpc("crm.assessment.heat.map", "get_heat_map_choices", () => ({
        team: [],
        user: [],
        stage: [],
    }));
    onRpc("crm.assessment.heat.map", "get_heat_map", async ({ kwargs }) => {
        if (kwargs.months === 3) {
            await slow;
        }
        return {
            ...EMPTY_MAP,
            rows: [
                {
                    id: 1,
                    name: `${kwargs.months} months`,
                    cells: {},
                    overall: false,
                    change: false,
                },
            ],
            total: 1,
            domain: [],
        };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_assessment.assessment_heat_map",
    });
    await contains("select[name=months]").select("3");
    await contains("select[name=months]").select("36");
    await animationFrame();
    expect(".o_assessment_heat_map tbody th").toHaveText("36 months");
    slow.resolve();
    await animationFrame();
    expect(".o_assessment_heat_map tbody th").toHaveText("36 months");
});

test("a table for the spreadsheet: nothing runs, nothing missing is 0", () => {
    expect(
        toCsv([
            ["Name", "Score"],
            ["=1+1", 12.5],
            ['The "Inn"', false],
            ["李美華", 0],
        ]),
    ).toBe('\ufeff"Name","Score"\r\n"\'=1+1",12.5\r\n"The ""Inn""",\r\n"李美華",0\r\n');
});

test("a viewpoint keeps its style, whoever else has answered", () => {
    const styles = ["customer", "employee", "manager", "self", "reviewer"].map(getViewpointStyle);
    expect(new Set(styles.map(({ color }) => color)).size).toBe(5);
    expect(new Set(styles.map(({ pointStyle }) => pointStyle)).size).toBe(5);
});

test("result: who is missing has a column and no line, and a mean is called so", async () => {
    const { result } = FormModel._records[0];
    FormModel._records[0].result = {
        ...result,
        viewpoints: [
            { code: "customer", name: "The customer", is_missing: true },
            { code: "manager", name: "The manager", is_missing: false },
        ],
        letters: [0, 1, 2].map((index) => ({
            ...LETTERS[0],
            id: index + 1,
            is_mean: true,
            scores: [
                { score: false, answered: 0 },
                { score: 94, answered: 4 },
            ],
        })),
    };
    const form = await mountView({
        type: "form",
        resModel: "form",
        resId: 1,
        arch: `<form><field name="result" widget="assessment_result"/></form>`,
    });
    expect(form).not.toBe(undefined);
    expect(".o_assessment_viewpoint:eq(0)").toHaveText(/The customer\s*No answer$/);
    expect(".o_assessment_letter:eq(0) td:eq(0)").toHaveText("–");
    expect(".o_assessment_letter:eq(0) .o_assessment_mean").toHaveText("mean of the others");
    const canvas = queryFirst(".o_assessment_radar canvas");
    const chart = Chart.getChart(canvas);
    expect(chart.data.datasets.map(({ label }) => label)).toEqual(["The manager"]);
    expect(chart.data.datasets[0].borderColor).toBe(getViewpointStyle("manager").color);
});

test("checklist: a remark on an item", async () => {
    onRpc("form", "web_save", ({ args }) => expect.step(args[1].line_ids));
    await mountChecklist();
    expect(".o_assessment_remark").toHaveCount(0);
    await contains(".o_assessment_row:eq(0) .o_assessment_add_remark").click();
    await contains(".o_assessment_row:eq(0) textarea").edit("He took his time.");
    await clickSave();
    expect.verifySteps([[[1, 1, { note: "He took his time." }]]]);
});

test("checklist: what is typed stays when an answer comes in between", async () => {
    onRpc("form", "web_save", ({ args }) => expect.step(args[1].line_ids));
    await mountChecklist();
    await contains(".o_assessment_row:eq(0) .o_assessment_add_remark").click();
    await click(".o_assessment_row:eq(0) textarea");
    await edit("He took his time.");
    // As an answer that was given before, and is worked out only now: the cursor stays.
    queryFirst(".o_assessment_row:eq(1) .btn:contains(7)").click();
    await animationFrame();
    expect(".o_assessment_row:eq(1) .btn.active").toHaveText("7");
    expect(".o_assessment_row:eq(0) textarea").toHaveValue("He took his time.");
    await clickSave();
    expect.verifySteps([
        [
            [1, 2, { rating: "7" }],
            [1, 1, { note: "He took his time." }],
        ],
    ]);
});

test("scorecard: who has too few checklists is not ranked", async () => {
    const agent = (id, name, isRanked) => ({
        id,
        name,
        score: 70,
        n: isRanked ? 6 : 1,
        is_ranked: isRanked,
        rank: isRanked && 3,
        letters: { 1: { score: 70, level: "fair", n: 6, gap: 12, gap_n: 5 } },
        months: Object.fromEntries(
            (isRanked ? ["2026-01", "2026-02"] : ["2026-01"]).map((month) => [
                month,
                { 1: { score: 70, n: 3 } },
            ]),
        ),
        coaching: 0,
    });
    onRpc("crm.assessment.scorecard", "get_scorecards", () => ({
        letters: [{ id: 1, letter: "B", name: "Broad Knowledge" }],
        minimum: 5,
        ranked: 7,
        teams: [],
        agents: [agent(1, "Ann", true), agent(2, "Bob", false)],
    }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_assessment.assessment_scorecard",
    });
    const rows = ".o_assessment_scorecard tbody tr";
    expect(`${rows}:eq(0) td:first`).toHaveText("3.", { message: "the place among all" });
    expect(`${rows}:eq(0) td:first`).toHaveAttribute("title", "3 of 7");
    expect("thead th:eq(2)").toHaveText(/^B\s+Broad Knowledge$/);
    expect(`${rows}:eq(1) td:first`).toHaveText("");
    expect(`${rows}:eq(1)`).toHaveText(/too few to compare/);
    expect(".o_assessment_agent").toHaveCount(0);
    await contains(`${rows}:eq(0) th .btn`).click();
    expect(".o_assessment_agent tr:last td").toHaveText(/^\+12\s+n=5$/);
    expect(".o_assessment_agent tbody tr:eq(0) th").toHaveText("Jan 2026");
    expect(".o_assessment_agent tbody tr:eq(0) td").toHaveText(/^70\s+n=3$/);
    expect(".o_assessment_months canvas").toHaveCount(1);
    await contains(`${rows}:eq(0) th .btn`).click();
    expect(".o_assessment_agent").toHaveCount(0);
    await contains(`${rows}:eq(1) th .btn`).click();
    expect(".o_assessment_agent").toHaveCount(1);
    expect(".o_assessment_months").toHaveCount(0, { message: "one month is no line" });
});
