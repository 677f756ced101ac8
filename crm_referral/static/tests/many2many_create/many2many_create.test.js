import { expect, test } from "@odoo/hoot";
import { queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

class Benefit extends models.Model {
    _name = "benefit";

    name = fields.Char();

    _records = [
        { id: 1, name: "Fast" },
        { id: 2, name: "Cheap" },
    ];

    _views = {
        form: `<form><field name="name" /></form>`,
        kanban: `
            <kanban><templates><t t-name="card"><field name="name" /></t></templates></kanban>
        `,
        list: `<list><field name="name" /></list>`,
        search: `<search />`,
    };
}

class Conversation extends models.Model {
    _name = "conversation";

    benefit_ids = fields.Many2many({ relation: "benefit" });

    _records = [{ id: 1, benefit_ids: [1] }];
}

defineMailModels();
defineModels([Benefit, Conversation]);

const control = /* xml */ `
    <control>
        <create string="Add" />
        <create string="From the library" context="{'from_library': True}" />
    </control>
`;

const mountBenefits = (subview) =>
    mountView({
        type: "form",
        resModel: "conversation",
        resId: 1,
        arch: `<form><field name="benefit_ids" widget="many2many_create">${subview}</field></form>`,
    });

const mountList = () =>
    mountBenefits(`<list editable="bottom">${control}<field name="name" /></list>`);

const mountCards = () =>
    mountBenefits(`
        <kanban>
            ${control}
            <templates><t t-name="card"><field name="name" /></t></templates>
        </kanban>
    `);

test.tags("desktop");
test("in a list a new record is written in a new row", async () => {
    await mountList();
    await contains(".o_field_x2many_list_row_add a:contains(Add)").click();
    expect(".modal").toHaveCount(0);
    await contains(".o_selected_row [name='name'] input").edit("Quiet", { confirm: false });
    await clickSave();
    await waitFor(".o_data_row [name='name']:contains(Quiet)");
    expect(queryAllTexts(".o_data_row [name='name']")).toEqual(["Fast", "Quiet"]);
});

test.tags("desktop");
test("from the library an existing record is linked", async () => {
    await mountList();
    await contains(".o_field_x2many_list_row_add a:contains(From the library)").click();
    expect(queryAllTexts(".modal .o_data_row [name='name']")).toEqual(["Cheap"]);
    await contains(".modal .o_data_row [name='name']").click();
    expect(queryAllTexts(".o_data_row [name='name']")).toEqual(["Fast", "Cheap"]);
});

test("among cards a new record is written in a dialog", async () => {
    await mountCards();
    await contains(".o_field_widget[name='benefit_ids'] button:contains(Add)").click();
    await contains(".modal [name='name'] input").edit("Quiet");
    await contains(".modal .o_form_button_save").click();
    expect(queryAllTexts(".o_kanban_record:not(.o_kanban_ghost)")).toEqual(["Fast", "Quiet"]);
});
