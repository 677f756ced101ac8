import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Customer extends models.Model {
    _name = "customer";

    name = fields.Char();

    _records = [
        { id: 1, name: "Ann" },
        { id: 2, name: "Carl" },
    ];
}

class Conversation extends models.Model {
    _name = "conversation";

    customer_id = fields.Many2one({
        relation: "customer",
        onChange(record) {
            record.obstacle = record.customer_id === 2 ? "Carl is left in peace" : false;
        },
    });
    obstacle = fields.Char();

    _records = [{ id: 1, customer_id: 1 }];

    _views = {
        form: /* xml */ `
            <form>
                <field name="customer_id" widget="conversation_start" options="{'unless': 'obstacle'}" />
                <field name="obstacle" readonly="1" />
            </form>
        `,
    };
}

defineMailModels();
defineModels([Customer, Conversation]);

beforeEach(() => {
    onRpc("conversation", "web_save", ({ args }) => expect.step(args[1].customer_id));
});

async function choose(name) {
    await contains("[name='customer_id'] input").edit(name, { confirm: false });
    await runAllTimers();
    await contains(`.o-autocomplete--dropdown-item:contains(${name}):first`).click();
    await runAllTimers();
}

test("choosing somebody starts, on a phone from a list below what is typed", async () => {
    await mountView({ type: "form", resModel: "conversation" });
    await choose("Ann");
    expect.verifySteps([1]);
    expect(".modal").toHaveCount(0);
});

test("an obstacle is shown first", async () => {
    await mountView({ type: "form", resModel: "conversation" });
    await choose("Carl");
    expect.verifySteps([]);
    expect(queryAllTexts("[name='obstacle']")).toEqual(["Carl is left in peace"]);
});

test("what has begun is not saved by another choice", async () => {
    await mountView({ type: "form", resModel: "conversation", resId: 1 });
    await choose("Carl");
    expect.verifySteps([]);
});
