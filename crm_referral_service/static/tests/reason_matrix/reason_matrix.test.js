import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
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

function makeReason(id, customer, company, count) {
    const name = `Reason ${id}`;
    return {
        id,
        name,
        long_name: `Group / ${name}`,
        customer,
        company,
        strategy: "",
        owner: "",
        count,
    };
}

async function mountMatrix() {
    onRpc("crm.service.reason", "get_matrix", ({ kwargs }) => {
        expect.step(`look back ${kwargs.days}`);
        return {
            days: kwargs.days,
            periods: [
                { days: 30, name: "30 days" },
                { days: 90, name: "90 days" },
            ],
            size_hint: "",
            domain: [["direction", "=", "in"]],
            reasons: [
                makeReason(1, "irritating", "irritating", 100),
                makeReason(2, "irritating", "irritating", 25),
                makeReason(3, "valuable", "valuable", 0),
                makeReason(4, "valuable", false, 7),
            ],
        };
    });
    await mountWithCleanup(WebClient);
    const action = getService("action");
    await action.doAction({ type: "ir.actions.client", tag: "crm_service_reason_matrix" });
    patchWithCleanup(action, {
        doAction({ res_model, res_id, domain }) {
            expect.step(`${res_model} ${res_id || JSON.stringify(domain)}`);
        },
    });
}

test("each reason stands where both sides say, as big as it is", async () => {
    await mountMatrix();
    const inQuadrant = (name) => queryAllTexts(`[data-quadrant='${name}'] .btn small`);
    expect(inQuadrant("irritating_irritating")).toEqual(["Reason 1", "Reason 2"]);
    expect(inQuadrant("valuable_valuable")).toEqual(["Reason 3"]);
    expect(inQuadrant("valuable_irritating")).toEqual([]);
    // A quarter of the contacts is a quarter of the area: half the width.
    expect(queryFirst("[data-reason='1'] span").style.width).toBe("120px");
    expect(queryFirst("[data-reason='2'] span").style.width).toBe("60px");
    // What has none can still be hit.
    expect(queryFirst("[data-reason='3'] span").style.width).toBe("44px");
    expect.verifySteps(["look back 90"]);
});

test("everything opens its records", async () => {
    await mountMatrix();
    await contains("[data-reason='1']").click();
    await contains("[data-reason='4']").click();
    await contains("[data-days='30']").click();
    expect.verifySteps([
        "look back 90",
        'crm.service.contact [["direction","=","in"],["reason_id","=",1]]',
        "crm.service.reason 4",
        "look back 30",
    ]);
});
