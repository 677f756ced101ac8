import { registry } from "@web/core/registry";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { formView } from "@web/views/form/form_view";

/** Whoever closes the page has not started a conversation in which nothing is noted. */
class ConversationRecord extends RelationalModel.Record {
    async _save(options) {
        if (this.model._urgentSave && this.isNew && !this.dirty) {
            return true;
        }
        return super._save(options);
    }
}

class ConversationModel extends RelationalModel {
    static Record = ConversationRecord;
}

registry.category("views").add("conversation_form", { ...formView, Model: ConversationModel });
