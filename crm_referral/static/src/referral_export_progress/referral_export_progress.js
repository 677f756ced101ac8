import { Component, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * How far an export is, live: the server tells it over the bus. When the export has ended
 * the record is read again, so that the form shows its end.
 */
export class ReferralExportProgress extends Component {
    static template = "crm_referral.ReferralExportProgress";
    static props = { ...standardFieldProps };

    setup() {
        this.bus = useService("bus_service");
        this.state = useState({ progress: null });
        this.onProgress = this.onProgress.bind(this);
        this.bus.subscribe("crm_referral.export", this.onProgress);
        onWillUnmount(() => this.bus.unsubscribe("crm_referral.export", this.onProgress));
    }

    get progress() {
        return Math.round(this.state.progress ?? this.props.record.data[this.props.name] ?? 0);
    }

    onProgress({ id, state, progress }) {
        const { record } = this.props;
        if (id !== record.resId) {
            return;
        }
        this.state.progress = progress;
        if (state !== record.data.state) {
            record.load();
        }
    }
}

export const referralExportProgress = {
    component: ReferralExportProgress,
    supportedTypes: ["float"],
};

registry.category("fields").add("referral_export_progress", referralExportProgress);
