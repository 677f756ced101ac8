import { RottingKanbanHeader } from "@mail/js/rotting_mixin/rotting_kanban_header";
import { RottingKanbanRenderer } from "@mail/js/rotting_mixin/rotting_kanban_renderer";
import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** A conversation begins in the first column; a column without a value has a title. */
export class ConversationKanbanHeader extends RottingKanbanHeader {
    setup() {
        super.setup();
        // Odoo names the records without a value in every kind of column but this.
        const { group } = this.props;
        group.displayName ||= group.groupByField.falsy_value_label || _t("None");
    }

    canQuickCreate() {
        return super.canQuickCreate() && this.props.list.groups[0] === this.props.group;
    }
}

export class ConversationKanbanRenderer extends RottingKanbanRenderer {
    static components = {
        ...RottingKanbanRenderer.components,
        KanbanHeader: ConversationKanbanHeader,
    };
}

registry.category("views").add("conversation_kanban", {
    ...rottingKanbanView,
    Renderer: ConversationKanbanRenderer,
});
