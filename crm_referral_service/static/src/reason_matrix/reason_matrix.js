import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const SMALLEST = 44;
const BIGGEST = 120;

const QUADRANTS = [
    { customer: "irritating", company: "valuable", title: _t("Streamline") },
    { customer: "valuable", company: "valuable", title: _t("Leverage") },
    { customer: "irritating", company: "irritating", title: _t("Eliminate") },
    { customer: "valuable", company: "irritating", title: _t("Self-serve") },
];

/**
 * Two by two: what contacts of a reason are to customers (left to right), and to us
 * (below to above). The bigger the bubble, the more contacts; a click shows them.
 */
export class ReasonMatrix extends Component {
    static template = "crm_referral_service.ReasonMatrix";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        onWillStart(() => this.load(90));
    }

    async load(days) {
        const call = this.orm.call("crm.service.reason", "get_matrix", [], { days });
        this.state.data = await this.keepLast.add(call);
    }

    get quadrants() {
        return QUADRANTS.map((quadrant) => ({
            ...quadrant,
            reasons: this.state.data.reasons.filter(
                ({ customer, company }) =>
                    customer === quadrant.customer && company === quadrant.company,
            ),
        }));
    }

    /** Nobody has said yet what they are to one of the sides. */
    get unjudged() {
        return this.state.data.reasons.filter(({ customer, company }) => !customer || !company);
    }

    getTotal(reasons) {
        return reasons.reduce((total, { count }) => total + count, 0);
    }

    /** The area of the bubble, not its width, is the number of contacts. */
    getSize({ count }) {
        const most = Math.max(1, ...this.state.data.reasons.map((reason) => reason.count));
        return Math.round(Math.max(SMALLEST, BIGGEST * Math.sqrt(count / most)));
    }

    getTitle({ long_name, count, strategy, owner }) {
        const words = [
            _t("%(reason)s: %(count)s contacts", { reason: long_name, count }),
            strategy,
            owner || _t("nobody owns it"),
        ];
        return words.filter(Boolean).join(" · ");
    }

    openContacts({ id, long_name }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: long_name,
            res_model: "crm.service.contact",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [...this.state.data.domain, ["reason_id", "=", id]],
        });
    }

    openReason({ id }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.service.reason",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("crm_service_reason_matrix", ReasonMatrix);
