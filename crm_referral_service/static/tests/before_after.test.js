import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Notice extends models.Model {
    _name = "crm.service.notice";
    comparison = fields.Json();
    _records = [
        {
            id: 1,
            comparison: {
                denominator: "orders",
                verdict: "fewer",
                bars: [
                    {
                        code: "before",
                        label: "Before",
                        value: 9.1,
                        rate: "9.1",
                        count: 91,
                        base: 1000,
                    },
                    {
                        code: "after",
                        label: "After",
                        value: 5.6,
                        rate: "5.6",
                        count: 56,
                        base: 1000,
                    },
                ],
            },
        },
        { id: 2, comparison: {} },
        {
            id: 3,
            comparison: {
                denominator: "",
                verdict: "too_few",
                bars: [
                    { code: "before", label: "Before", value: 0, rate: "0", count: 0, base: 0 },
                    { code: "after", label: "After", value: 0, rate: "0", count: 0, base: 0 },
                ],
            },
        },
    ];
}

defineMailModels();
defineModels([Notice]);

function mountNotice(resId) {
    return mountView({
        type: "form",
        resModel: "crm.service.notice",
        resId,
        arch: `<form><field name="comparison" widget="service_before_after" /></form>`,
    });
}

test("two bars of one scale, with their figures", async () => {
    await mountNotice(1);
    expect(".o_before_after figcaption").toHaveText("Contacts per 100 orders");
    expect(queryAllTexts(".o_before_after_rate")).toEqual(["9.1", "5.6"]);
    expect(queryAllTexts(".o_before_after_count")).toEqual([
        "91 contacts, 1000 orders",
        "56 contacts, 1000 orders",
    ]);
    expect(".o_before_after_before").toHaveAttribute("style", "width: 100.0%");
    expect(".o_before_after_after").toHaveAttribute("style", "width: 61.5%");
});

test("a bar opens its contacts", async () => {
    onRpc("crm.service.notice", "action_open_contacts", ({ args }) => {
        expect.step(args);
        return { type: "ir.actions.act_window" };
    });
    mockService("action", { doAction: (action) => expect.step(action.type) });
    await mountNotice(1);
    await contains(".o_before_after_row[data-period='after']").click();
    expect.verifySteps([[[1], "after"], "ir.actions.act_window"]);
});

test("nothing is drawn before anything is known", async () => {
    await mountNotice(2);
    expect(".o_before_after").toHaveCount(0);
});

test("two times nothing", async () => {
    await mountNotice(3);
    expect(".o_before_after figcaption").toHaveText("Contacts in as many days");
    expect(".o_before_after_before").toHaveAttribute("style", "width: 0%");
    expect(queryAllTexts(".o_before_after_count")).toEqual(["0 contacts", "0 contacts"]);
});
