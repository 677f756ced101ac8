import { expect, test } from "@odoo/hoot";
import { waitFor } from "@odoo/hoot-dom";
import { startBusService, waitForChannels } from "@bus/../tests/bus_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Export extends models.Model {
    _name = "export";

    state = fields.Char();
    progress = fields.Float();

    _records = [{ id: 1, state: "running", progress: 12.4 }];
}

const CHANNEL = "exports";

defineMailModels();
defineModels([Export]);

async function mountExport() {
    onRpc("web_read", ({ model }) => {
        if (model === "export") {
            expect.step("read");
        }
    });
    await mountView({
        type: "form",
        resModel: "export",
        resId: 1,
        arch: `
            <form>
                <field name="state" />
                <field name="progress" widget="xlsx_export_progress" invisible="state != 'running'" />
            </form>`,
    });
    expect.verifySteps(["read"]);
    startBusService();
    getService("bus_service").addChannel(CHANNEL);
    await waitForChannels([CHANNEL]);
}

/** What the server tells the user over the bus. */
async function tell(message, expected) {
    MockServer.env["bus.bus"]._sendone(CHANNEL, "xlsx_stream.export", message);
    await waitFor(expected);
}

test("it goes on as the server tells, without reading the record", async () => {
    await mountExport();
    expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "12");
    await tell(
        { model: "export", id: 1, state: "running", progress: 55.6 },
        "[aria-valuenow='56']",
    );
    expect(".progress-bar").toHaveText("56%");
    expect.verifySteps([]);
});

test("of other exports it says nothing", async () => {
    await mountExport();
    for (const other of [
        { model: "export", id: 2 },
        { model: "other.export", id: 1 },
    ]) {
        MockServer.env["bus.bus"]._sendone(CHANNEL, "xlsx_stream.export", {
            ...other,
            state: "done",
            progress: 100,
        });
    }
    await tell({ model: "export", id: 1, state: "running", progress: 13 }, "[aria-valuenow='13']");
    expect.verifySteps([]);
});

test("when the export has ended the form shows its end", async () => {
    await mountExport();
    MockServer.env["export"].write([1], { state: "done" });
    await tell(
        { model: "export", id: 1, state: "done", progress: 100 },
        ".o_form_view:not(:has([role='progressbar']))",
    );
    expect.verifySteps(["read"]);
});
