import { beforeEach, expect, test } from "@odoo/hoot";
import { animationFrame, edit, press, queryAllTexts, queryFirst, queryValue } from "@odoo/hoot-dom";
import { advanceTime, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    makeServerError,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();

const MODEL = "crm.service.contact";
const WHO = "#quick_contact_who";
const REASON = "#quick_contact_reason";
const NOTE = "#quick_contact_note";
const OPTION = ".o-autocomplete--dropdown-item";

const CHOICES = {
    channels: [
        ["phone", "Phone"],
        ["mail", "E-mail"],
    ],
    reasons: [
        { id: 1, name: "Delivery / Late" },
        { id: 2, name: "Product / Does not work" },
    ],
    misses: [{ id: 5, name: "The answer was not understood" }],
};
const KNOWN = {
    contacts: [
        {
            id: 7,
            when: "yesterday",
            reason: "Delivery / Late",
            note: "Where is it?",
            user: "Aisha",
            state: "Done",
        },
    ],
    complaints: [{ id: 3, name: "C0003", step: "Listen", user: "Helen" }],
    handovers: [],
    again: 7,
    phone: "+32 2",
    zone: "Asia/Taipei",
};

let answer;

beforeEach(() => {
    browser.sessionStorage.removeItem("crm_service_quick_contact");
    answer = () => ({ id: 40, name: "Ann" });
});

async function mountQuickContact({ caller } = {}) {
    onRpc(MODEL, "get_quick_choices", () => CHOICES);
    onRpc(MODEL, "find_callers", ({ args: [words] }) =>
        [
            { id: 9, name: "Clinic", hint: "Ghent" },
            { id: 10, name: "Dentist", hint: "Ghent" },
        ].filter(({ name }) => name.startsWith(words)),
    );
    onRpc(MODEL, "get_caller", ({ kwargs }) => {
        expect.step(`who ${kwargs.partner_id || kwargs.words}`);
        const known = typeof caller === "function" ? caller(kwargs) : caller;
        return known || { ...KNOWN, contacts: [], complaints: [], again: false };
    });
    onRpc(MODEL, "log_contact", ({ args: [draft] }) => {
        const { partner_id, words, channel, reason_id, note, solved, miss_id } = draft;
        expect.step({ partner_id, words, channel, reason_id, note, solved, miss_id });
        return answer(draft);
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_service_quick_contact",
    });
}

/** Type where the focus is, and wait for what is proposed. */
async function type(words) {
    await edit(words);
    await advanceTime(300);
    await animationFrame();
}

async function hit(keys) {
    await press(keys);
    await runAllTimers();
    await animationFrame();
}

test("a contact by keyboard only, and the next one", async () => {
    await mountQuickContact();
    expect(WHO).toBeFocused();
    await type("Cli");
    expect(queryAllTexts(OPTION)).toEqual(["Clinic\nGhent", "Nobody we know: Cli"]);
    await hit("Enter");
    expect(WHO).toHaveValue("Clinic");
    expect(REASON).toBeFocused();
    await type("work");
    await hit("Enter");
    expect(REASON).toHaveValue("Product / Does not work");
    expect(NOTE).toBeFocused();
    await edit("It gurgles");
    await hit("Enter");
    expect.verifySteps([
        "who 9",
        "who 9",
        {
            partner_id: 9,
            words: "Clinic",
            channel: "phone",
            reason_id: 2,
            note: "It gurgles",
            solved: false,
            miss_id: false,
        },
    ]);
    expect(".o_notification").toHaveText(/Noted: Ann/);
    expect(WHO).toBeFocused();
    expect([queryValue(WHO), queryValue(REASON), queryValue(NOTE)]).toEqual(["", "", ""]);
});

test("somebody unknown is welcome", async () => {
    await mountQuickContact();
    await type("0912 345 678");
    await hit("Enter");
    expect(WHO).toHaveValue("0912 345 678");
    await contains("label[for='quick_contact_mail']").click();
    await contains(NOTE).edit("Asks for the price", { confirm: false });
    await contains("button[type='submit']").click();
    expect.verifySteps([
        "who 0912 345 678",
        {
            partner_id: false,
            words: "0912 345 678",
            channel: "mail",
            reason_id: false,
            note: "Asks for the price",
            solved: false,
            miss_id: false,
        },
    ]);
    // How they come stays: the next one mostly comes the same way.
    expect("#quick_contact_mail").toBeChecked();
});

test("nothing is lost when it cannot be saved", async () => {
    answer = () => {
        throw makeServerError({ message: "The reason for the contact." });
    };
    await mountQuickContact();
    await contains(NOTE).edit("It gurgles", { confirm: false });
    await hit("Enter");
    expect("[role='alert']").toHaveText("The reason for the contact.");
    expect(NOTE).toHaveValue("It gurgles");
    expect(JSON.parse(browser.sessionStorage.getItem("crm_service_quick_contact")).note).toBe(
        "It gurgles",
    );
    answer = () => ({ id: 41, name: "Ann" });
    await contains("button[type='submit']").click();
    expect(".o_quick_contact [role='alert']").toHaveCount(0);
    expect(NOTE).toHaveValue("");
    const typed = {
        partner_id: false,
        words: "",
        channel: "phone",
        reason_id: false,
        note: "It gurgles",
        solved: false,
        miss_id: false,
    };
    expect.verifySteps([typed, typed]);
});

test("what is missing is said where it is", async () => {
    await mountQuickContact();
    await hit("Enter");
    expect(REASON).toBeFocused();
    await contains("button[type='submit']").click();
    await runAllTimers();
    expect("[role='alert']").toHaveText("Write who it is, or what it is about.");
    expect(WHO).toBeFocused();
    await contains("label[for='quick_contact_solved']").click();
    await contains(NOTE).edit("Done", { confirm: false });
    await hit("Enter");
    expect("[role='alert']").toHaveText("Choose the reason; then it is done.");
    expect(REASON).toBeFocused();
});

test("shift and Enter is a new line, and Enter ends what is composed", async () => {
    await mountQuickContact();
    await contains(NOTE).edit("One", { confirm: false });
    await press("shift+Enter");
    const ends = { key: "Enter", isComposing: true, bubbles: true };
    queryFirst(NOTE).dispatchEvent(new KeyboardEvent("keydown", ends));
    await animationFrame();
    expect.verifySteps([]);
});

test("again about the same asks why not the first time", async () => {
    await mountQuickContact({ caller: KNOWN });
    await type("Cli");
    await hit("Enter");
    expect(".o_quick_contact_asked").toHaveCount(1);
    expect("aside").toHaveText(/C0003/);
    await contains("button[name='again']").click();
    expect(".o_quick_contact_asked").toHaveCount(0);
    await contains(REASON).click();
    await contains(`${OPTION}:first a`).click();
    await contains("label[for='quick_contact_solved']").click();
    await contains("button[type='submit']").click();
    expect("[role='alert']").toHaveText("Say why it was not solved the first time.");
    await contains("#quick_contact_miss").select("5");
    await contains("button[type='submit']").click();
    expect.verifySteps([
        "who 9",
        "who 9",
        {
            partner_id: 9,
            words: "Clinic",
            channel: "phone",
            reason_id: 1,
            note: "",
            solved: true,
            miss_id: 5,
        },
    ]);
});

test("what was typed is there when the screen opens again", async () => {
    browser.sessionStorage.setItem(
        "crm_service_quick_contact",
        JSON.stringify({ words: "Ann", label: "Ann", note: "Half a senten" }),
    );
    await mountQuickContact();
    expect(WHO).toHaveValue("Ann");
    expect(NOTE).toHaveValue("Half a senten");
    expect.verifySteps(["who Ann"]);
});

test("the hours at which a customer likes to be called are proposed", async () => {
    const window = { callback_from: "2026-11-24T09:00", callback_to: "2026-11-24T11:30" };
    await mountQuickContact({ caller: { ...KNOWN, again: false, ...window } });
    await type("Cli");
    await hit("Enter");
    await contains("label[for='quick_contact_callback']").click();
    // What hoot reads of such an input is a date, and it has none.
    expect(queryFirst("#quick_contact_from").value).toBe("2026-11-24T09:00");
    expect(queryFirst("#quick_contact_to").value).toBe("2026-11-24T11:30");
    await contains(WHO).click();
    await type("Ann");
    expect(queryFirst("#quick_contact_from").value).toBe("");
    expect.verifySteps(["who 9"]);
});

const NINE = { callback_from: "2026-11-24T09:00", callback_to: "2026-11-24T11:30" };
const TWO = { callback_from: "2026-11-24T14:00", callback_to: "2026-11-24T16:00" };

test("who is corrected is called at the hours of the right customer", async () => {
    const hours = { 9: NINE, 10: TWO };
    await mountQuickContact({
        caller: ({ partner_id }) => ({ ...KNOWN, again: false, ...hours[partner_id] }),
    });
    await type("Cli");
    await hit("Enter");
    await contains("label[for='quick_contact_callback']").click();
    expect(queryFirst("#quick_contact_from").value).toBe(NINE.callback_from);
    await contains(WHO).click();
    await type("Den");
    await hit("Enter");
    expect(queryFirst("#quick_contact_from").value).toBe(TWO.callback_from);
    expect(queryFirst("#quick_contact_to").value).toBe(TWO.callback_to);
    expect.verifySteps(["who 9", "who 10"]);
});

test("hours that were agreed on stay when the customer is corrected", async () => {
    const hours = { 9: NINE, 10: TWO };
    await mountQuickContact({
        caller: ({ partner_id }) => ({ ...KNOWN, again: false, ...hours[partner_id] }),
    });
    await type("Cli");
    await hit("Enter");
    await contains("label[for='quick_contact_callback']").click();
    const until = queryFirst("#quick_contact_to");
    until.value = "2026-11-24T10:00";
    until.dispatchEvent(new Event("change", { bubbles: true }));
    await contains(WHO).click();
    await type("Den");
    await hit("Enter");
    expect(queryFirst("#quick_contact_from").value).toBe(NINE.callback_from);
    expect(queryFirst("#quick_contact_to").value).toBe("2026-11-24T10:00");
    expect.verifySteps(["who 9", "who 10"]);
});

test("nothing of the customer before is proposed while the right one is looked up", async () => {
    const slow = Promise.withResolvers();
    await mountQuickContact({
        caller: ({ partner_id }) =>
            partner_id === 10 ? slow.promise : { ...KNOWN, complaints: [], ...NINE },
    });
    await type("Cli");
    await hit("Enter");
    expect(".o_quick_contact_asked").toHaveCount(1);
    await contains(WHO).click();
    await type("Den");
    await hit("Enter");
    expect(".o_quick_contact_asked").toHaveCount(0);
    await contains("label[for='quick_contact_callback']").click();
    expect(queryFirst("#quick_contact_from").value).toBe("");
    slow.resolve({ ...KNOWN, again: false, ...TWO });
    await animationFrame();
    expect(queryFirst("#quick_contact_from").value).toBe(TWO.callback_from);
    expect.verifySteps(["who 9", "who 10"]);
});
