import { Component, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * How far an export is, live: the server tells it over the bus. When the export has ended
 * the record is read again, so that the form shows its end.
 */
export class ExportProgress extends Component {
    static template = "xlsx_stream.ExportProgress";
    static props = { ...standardFieldProps };

    setup() {
        this.bus = useService("bus_service");
        this.state = useState({ progress: null });
        this.onProgress = this.onProgress.bind(this);
        this.bus.subscribe("xlsx_stream.export", this.onProgress);
        onWillUnmount(() => this.bus.unsubscribe("xlsx_stream.export", this.onProgress));
    }

    get progress() {
        return Math.round(this.state.progress ?? this.props.record.data[this.props.name] ?? 0);
    }

    onProgress({ model, id, state, progress }) {
        const { record } = this.props;
        if (model !== record.resModel || id !== record.resId) {
            return;
        }
        this.state.progress = progress;
        if (state !== record.data.state) {
            record.load();
        }
    }
}

export const exportProgress = {
    component: ExportProgress,
    supportedTypes: ["float"],
};

registry.category("fields").add("xlsx_export_progress", exportProgress);
