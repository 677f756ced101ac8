import { expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    findComponent,
    getService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { GraphRenderer } from "@web/views/graph/graph_renderer";

defineMailModels();

class Analysis extends models.Model {
    date = fields.Date();
    letter = fields.Selection({
        selection: [
            ["p", "Process"],
            ["r", "Roles"],
        ],
    });
    count = fields.Integer({ string: "Won" });
    rate = fields.Float({ string: "Win Rate", aggregator: "avg" });

    _records = [
        { id: 1, date: "2026-01-10", letter: "p", count: 1, rate: 0.5 },
        { id: 2, date: "2026-01-10", letter: "r", count: 0, rate: 1 },
        { id: 3, date: "2026-03-10", letter: "p", count: 2, rate: 0.25 },
    ];
}

defineModels([Analysis]);

const month = (number, name) => [`2026-0${number}-01`, `${name} 2026`];

/** What the server says of two lines over three months, of which one has no rows. */
function answer(measure, values) {
    onRpc("analysis", "formatted_read_group", () =>
        values.map(([date, letter, value]) => ({
            "date:month": date,
            ...(letter !== undefined && { letter }),
            [measure]: value,
            __count: letter === false || value === false ? 0 : 1,
            __extra_domain: [["date", "=", date[0]]],
        })),
    );
}

async function mountGraph(attributes, measure, groups = `<field name="letter"/>`) {
    const view = await mountView({
        type: "graph",
        resModel: "analysis",
        arch: `<graph js_class="analysis_graph" ${attributes}>
            <field name="date" interval="month"/>${groups}
            <field name="${measure}" type="measure"/>
        </graph>`,
    });
    const { model } = findComponent(view, (component) => component instanceof GraphRenderer);
    return {
        labels: model.data.labels,
        lines: model.data.datasets.map(({ label, data }) => [label, data]),
        model,
    };
}

const MEANS = [
    [month(1, "January"), "p", 0.5],
    [month(1, "January"), "r", 1],
    [month(2, "February"), false, false],
    [month(3, "March"), "p", 0.25],
];

test("a month without rows is a gap, and no line of its own", async () => {
    answer("rate:avg", MEANS);
    const { labels, lines } = await mountGraph(`type="line"`, "rate");
    expect(labels).toEqual(["January 2026", "February 2026", "March 2026"]);
    expect(lines).toEqual([
        ["Process", [0.5, null, 0.25]],
        ["Roles", [1, null, null]],
    ]);
});

test("bars have all months too, and means no sum", async () => {
    answer("rate:avg", MEANS);
    const { labels, lines, model } = await mountGraph(`type="bar" stacked="1"`, "rate");
    expect(labels).toEqual(["January 2026", "February 2026", "March 2026"]);
    expect(lines.map(([label]) => label)).toEqual(["Process", "Roles"]);
    expect(model.lineOverlayDataset).toBe(null);
});

test("a sum of nothing is zero, in whole numbers", async () => {
    answer("count:sum", [
        [month(1, "January"), undefined, 1],
        [month(2, "February"), undefined, false],
        [month(3, "March"), undefined, 2],
    ]);
    const { lines, model } = await mountGraph(`type="bar"`, "count", "");
    expect(lines).toEqual([["Won", [1, 0, 2]]]);
    expect(model.metaData.allIntegers).toBe(true);
});

test("a rate of nothing is blank, and a click shows what is counted", async () => {
    onRpc("analysis", "formatted_read_grouping_sets", () => [
        [{ "rate:avg": false, "count:sum": 3, __count: 3, __extra_domain: [] }],
        [
            {
                letter: "p",
                "rate:avg": 0.25,
                "count:sum": 3,
                __count: 2,
                __extra_domain: [["letter", "=", "p"]],
            },
            {
                letter: "r",
                "rate:avg": false,
                "count:sum": 0,
                __count: 1,
                __extra_domain: [["letter", "=", "r"]],
            },
        ],
    ]);
    Analysis._fields.rate.counted_domain = [["count", "!=", 0]];
    await mountView({
        type: "pivot",
        resModel: "analysis",
        arch: `<pivot js_class="analysis_pivot" string="Wins">
            <field name="letter" type="row"/>
            <field name="rate" type="measure" widget="blank_percentage"/>
        </pivot>`,
    });
    expect("tbody tr:contains(Process) .o_pivot_cell_value").toHaveText("25.00%");
    expect("tbody tr:contains(Roles) .o_pivot_cell_value").toHaveText("");
    patchWithCleanup(getService("action"), {
        doAction({ domain, name }) {
            expect.step(`${name} ${JSON.stringify(domain)}`);
        },
    });
    await contains("tbody tr:contains(Process) .o_pivot_cell_value").click();
    expect.verifySteps([`Wins ["&",["letter","=","p"],["count","!=",0]]`]);
});
