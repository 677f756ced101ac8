import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { clickButton, openMenu } from "@crm_referral/../tests/tours/referral_tour_steps";

const openUrl = browser.open;
let url;

/** Read the file of which the browser was told to open the address, and judge it. */
async function download() {
    browser.open = openUrl;
    const response = await fetch(url);
    const start = new Uint8Array(await response.arrayBuffer()).slice(0, 2);
    const isPackage = String.fromCharCode(...start) === "PK";
    const name = response.headers.get("Content-Disposition") || "";
    if (!response.ok || !isPackage || !name.includes(".xlsx")) {
        throw new Error(`${url} is no workbook: ${response.status} ${name}`);
    }
}

registry.category("web_tour.tours").add("crm_referral_report", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("crm_referral.crm_referral_menu_root"),
        // The dashboard is where a manager lands.
        {
            content: "one request, and what it is",
            trigger: ".o_crm_dashboard_figure[data-figure='asks']:contains(Requests):contains(1)",
        },
        {
            content: "of another period",
            trigger: "button[data-days='30']",
            run: "click",
        },
        {
            content: "the period is chosen",
            trigger: "button[data-days='30'][aria-pressed='true']",
        },
        {
            content: "open the requests behind the figure",
            trigger: ".o_crm_dashboard_figure[data-figure='asks']",
            run: "click",
        },
        {
            content: "there it is",
            trigger: ".o_list_view .o_data_row:contains(Ann Archer)",
        },
        // A workbook of everything
        ...openMenu("crm_referral_report_menu", "crm_referral_export_menu"),
        {
            content: "the exports are there, not the requests any more",
            trigger: ".o_breadcrumb:contains(Exports)",
        },
        {
            content: "make a workbook",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "choose the period",
            trigger: ".o_field_widget[name='period'] input",
            run: "click",
        },
        {
            content: "of all dates",
            trigger: ".o_select_menu_item:contains(All dates)",
            run: "click",
        },
        {
            content: "with the figures of PRIDE",
            trigger: ".o_field_widget[name='sheet_ids']:contains(PRIDE):contains(BE SURE)",
            run() {
                browser.open = (address) => {
                    url = address;
                    return window;
                };
            },
        },
        clickButton("action_export"),
        {
            content: "it is done",
            trigger: ".o_form_view:has(button[aria-current='step']:contains(Done))",
            run: download,
        },
        {
            content: "and can be downloaded again",
            trigger: ".o_statusbar_buttons button[name='action_download']",
            run() {
                browser.open = (address) => {
                    url = address;
                    document.body.classList.add("o_opened_again");
                    return window;
                };
            },
        },
        clickButton("action_download"),
        {
            content: "the same file",
            trigger: "body.o_opened_again",
            run: download,
        },
    ],
});
