import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryRect } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Candidate extends models.Model {
    _name = "candidate";

    name = fields.Char();
}

class Request extends models.Model {
    _name = "request";

    note = fields.Char();
    candidate_ids = fields.One2many({ relation: "candidate" });

    _records = [{ id: 1, note: "" }];

    _views = {
        form: /* xml */ `
            <form>
                <field name="note" />
                <field name="candidate_ids"><list><field name="name" /></list></field>
                <widget name="referral_acquaintances" />
            </form>
        `,
    };
}

defineMailModels();
defineModels([Candidate, Request]);

const MODEL = "crm.referral.acquaintance";
const BOB = {
    kind: "lead",
    id: 7,
    name: "Bob",
    detail: "Finance head · Lin Clinic",
    status: "Open lead",
    reasons: ["Same industry: Clinics", "Same city: Taipei"],
};
let found;

beforeEach(() => {
    found = {
        people: [BOB],
        positions: [{ function: "Owner", industry: "Clinics", count: "3 converted" }],
        busy: 2,
        dismissed: false,
    };
    onRpc(MODEL, "*", ({ method, args }) => {
        expect.step(`${method} ${args.join(" ")}`);
        if (method === "get_suggestions") {
            return found;
        }
        found = { people: [], positions: [], busy: 0, dismissed: true };
        return true;
    });
});

const mountRequest = (resId = 1) => mountView({ type: "form", resModel: "request", resId });

test("who it is, and each reason in words", async () => {
    await mountRequest();
    expect.verifySteps(["get_suggestions 1"]);
    expect(queryAllTexts(".o_acquaintance_who")).toEqual([
        "Bob\nOpen lead\nFinance head · Lin Clinic\nSame industry: Clinics\nSame city: Taipei",
    ]);
    expect(".o_acquaintance_position").toHaveText("Owner · Clinics · 3 converted");
    expect(".o_acquaintance_busy").toHaveText(
        "Colleagues are already working on 2 leads of people they may know. Ask your sales manager before you name others.",
    );
    expect(".o_acquaintance_restore").toHaveCount(0);
});

test("taking saves what is typed first, and looks anew", async () => {
    onRpc("request", "web_save", ({ args }) => expect.step(`save ${args[1].note}`));
    await mountRequest();
    await contains("[name='note'] input").edit("Likes tea");
    await contains(".o_acquaintance_take").click();
    const anew = "get_suggestions 1";
    await expect.waitForSteps([anew, "save Likes tea", "take 1 lead 7", anew]);
    await animationFrame();
    expect(".o_acquaintance").toHaveCount(0);
});

test("not this one, and back again", async () => {
    await mountRequest();
    await contains(".o_acquaintance_dismiss").click();
    await expect.waitForSteps(["get_suggestions 1", "dismiss 1 lead 7", "get_suggestions 1"]);
    await animationFrame();
    await contains(".o_acquaintance_restore:enabled").click();
    await expect.waitForSteps(["restore 1", "get_suggestions 1"]);
});

test("a position becomes a candidate", async () => {
    await mountRequest();
    await contains(".o_acquaintance_position").click();
    await expect.waitForSteps(["get_suggestions 1", "take_position 1 Owner", "get_suggestions 1"]);
});

test("nothing is shown where nothing is found, nor in a new request", async () => {
    found = { people: [], positions: [], busy: 0, dismissed: false };
    await mountRequest();
    expect.verifySteps(["get_suggestions 1"]);
    expect(".o_acquaintances").toHaveCount(0);
    await mountRequest(false);
    expect.verifySteps([]);
});

test.tags("mobile");
test("on a phone the buttons are large enough, and nothing is wider than it", async () => {
    found.people = [{ ...BOB, name: "B".repeat(80) }];
    await mountRequest();
    expect.verifySteps(["get_suggestions 1"]);
    expect(queryRect(".o_acquaintance_take").height).toBeGreaterThan(30);
    expect(queryRect(".o_acquaintance").right).toBeLessThan(window.innerWidth + 1);
});
