import { Component, onMounted } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Shows a customer's link, and puts it on the clipboard where the browser lets it. */
export class PersonalLinkDialog extends Component {
    static template = "crm_assessment.PersonalLinkDialog";
    static components = { CopyButton, Dialog };
    static props = {
        close: Function,
        contact: String,
        link: String,
    };

    setup() {
        this.notification = useService("notification");
        this.title = _t("The Customer's Link");
        this.copyText = _t("Copy");
        this.copiedText = _t("Copied");
        onMounted(async () => {
            try {
                await browser.navigator.clipboard.writeText(this.props.link);
                this.notification.add(_t("The link is copied."), { type: "success" });
            } catch {
                // Not allowed here: the button and the text are there for it.
            }
        });
    }
}

registry.category("actions").add("crm_assessment.personal_link", (env, { params }) => {
    env.services.dialog.add(PersonalLinkDialog, {
        contact: params.contact,
        link: params.link,
    });
    return { type: "ir.actions.act_window_close" };
});
