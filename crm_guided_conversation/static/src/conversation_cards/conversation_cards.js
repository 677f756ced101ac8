import { _t } from "@web/core/l10n/translation";
import {
    ConfirmationDialog,
    deleteConfirmationMessage,
} from "@web/core/confirmation_dialog/confirmation_dialog";
import { makeContext } from "@web/core/context";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useOpenX2ManyRecord, useX2ManyCrud } from "@web/views/fields/relational_utils";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

import { useRef, useState } from "@odoo/owl";

/**
 * What a conversation collects, as cards with a line below to type the next one.
 *
 * The option `entry` names the fields of that line. Enter stands for the first `<create>`
 * control; every control takes what is typed. Without any text a control opens the form,
 * and one with `from_library` in its context asks which of the existing records to link.
 *
 * A new record is saved at once, so that its buttons work. What the server refuses stays
 * where it was typed. Text that is typed but not
 * entered yet goes along whenever the form is saved.
 */
export class ConversationCardsField extends X2ManyField {
    static template = "crm_guided_conversation.ConversationCards";
    static props = {
        ...X2ManyField.props,
        entryFields: { type: Array, optional: true },
    };

    setup() {
        super.setup();
        this.entryRef = useRef("entry");
        this.entry = useState({ values: {} });
        this.mutex = new Mutex();
        this.isAsking = false;
        this.dialog = useService("dialog");
        this.askBeforeDelete();
        this.saveWhenAdded();
        const { bus } = this.props.record.model;
        useBus(bus, "NEED_LOCAL_CHANGES", ({ detail }) => {
            if (this.isTyped && !this.isAsking) {
                detail.proms.push(this.addTyped(this.createControls[0]));
            }
        });
    }

    /** A record that is deleted is gone; one that is only linked is not. */
    askBeforeDelete() {
        if (this.isMany2Many) {
            return;
        }
        let onDelete = this.activeActions.onDelete;
        Object.defineProperty(this.activeActions, "onDelete", {
            configurable: true,
            enumerable: true,
            get: () => onDelete && ((record) => this.confirmDelete(record, onDelete)),
            set: (value) => {
                onDelete = value;
            },
        });
    }

    /** A record that comes from its form is saved when the form has closed. */
    saveWhenAdded() {
        const crud = useX2ManyCrud(() => this.list, this.isMany2Many);
        let isAdded = false;
        const openRecord = useOpenX2ManyRecord({
            resModel: this.list.resModel,
            activeField: this.activeField,
            activeActions: this.activeActions,
            getList: () => this.list,
            isMany2Many: this.isMany2Many,
            updateRecord: crud.updateRecord,
            saveRecord: async (record) => {
                await crud.saveRecord(record);
                isAdded = true;
            },
        });
        this._openRecord = (params) => {
            const { activeElement } = document;
            isAdded = false;
            openRecord({
                ...params,
                controls: this.controls,
                onClose: () => {
                    activeElement?.focus();
                    return isAdded && this.saveWithout();
                },
            });
        };
    }

    /** The form of the record closes when this resolves: with "No, keep it" it stays. */
    confirmDelete(record, onDelete) {
        return new Promise((resolve) =>
            this.dialog.add(ConfirmationDialog, {
                title: _t("Bye-bye, record!"),
                body: deleteConfirmationMessage,
                confirmLabel: _t("Delete"),
                confirm: async () => {
                    await onDelete(record);
                    resolve();
                },
                cancel: () => {},
                cancelLabel: _t("No, keep it"),
            }),
        );
    }

    get canEnter() {
        return this.canCreate && this.entryInputs.length > 0;
    }

    get createControls() {
        return this.controls.filter(
            (control) => control.type === "create" && !this.evalInvisible(control.invisible),
        );
    }

    get entryInputs() {
        const nodes = Object.values(this.archInfo.fieldNodes);
        return (this.props.entryFields || []).map((name) => {
            const { string } = this.list.fields[name];
            const node = nodes.find((fieldNode) => fieldNode.name === name);
            return { name, label: string, placeholder: node?.attrs.placeholder || string };
        });
    }

    getButtonClass(control) {
        if (this.isFromLibrary(control)) {
            return "btn-link";
        }
        return control === this.createControls[0] ? "btn-primary" : "btn-secondary";
    }

    isFromLibrary(control) {
        return Boolean(makeContext([control.context]).from_library);
    }

    get isTyped() {
        return this.entryInputs.some(({ name }) => (this.entry.values[name] || "").trim());
    }

    onInput() {
        this.props.record.model.bus.trigger("FIELD_IS_DIRTY", this.isTyped);
    }

    async onKeydown(ev) {
        // Enter also ends the input of Chinese characters.
        if (ev.key === "Enter" && !ev.isComposing) {
            ev.preventDefault();
            ev.stopPropagation();
            if (this.isTyped) {
                await this.onControl(this.createControls[0]);
            }
        }
    }

    async onControl(control) {
        if (this.isFromLibrary(control)) {
            return super.onAdd({ context: control.context });
        }
        if (!this.isTyped) {
            return this._openRecord({
                context: makeContext([this.props.context, control.context]),
                title: control.string,
            });
        }
        return this.mutex.exec(() => this.addAndSave(control));
    }

    async addAndSave(control) {
        if (!this.isTyped) {
            return; // gone along with the one before
        }
        const typed = { ...this.entry.values };
        let isSaved = false;
        let added;
        try {
            const adding = this.addTyped(control);
            this.entryRef.el?.querySelector("input")?.focus();
            added = await adding;
            isSaved = await this.saveWithout();
        } finally {
            if (!isSaved) {
                await (added && this.takeBack(added));
                if (!this.isTyped) {
                    this.setTyped(typed);
                }
            }
        }
    }

    /** Save, without the half of a word that is being typed meanwhile. */
    saveWithout() {
        this.isAsking = true;
        const saving = this.props.record.save(); // asks for changes at once
        this.isAsking = false;
        return saving;
    }

    /** In the inputs as well: somebody may be typing before the next rendering. */
    setTyped(values) {
        for (const { name } of this.entryInputs) {
            const value = values[name] || "";
            this.entry.values[name] = value;
            const input = this.entryRef.el?.querySelector(`input[name="${name}"]`);
            if (input) {
                input.value = value;
            }
        }
    }

    /** Make a record of what is typed, which is not saved yet. */
    async addTyped(control) {
        const defaults = {};
        for (const { name } of this.entryInputs) {
            const value = (this.entry.values[name] || "").trim();
            if (value) {
                defaults[`default_${name}`] = value;
            }
        }
        this.setTyped({});
        this.onInput();
        return this.list.addNewRecord({
            context: makeContext([this.props.context, control.context, defaults]),
            mode: "readonly",
            position: "bottom",
        });
    }

    takeBack(record) {
        return this.isMany2Many ? this.list.forget(record) : this.list.delete(record);
    }
}

export const conversationCardsField = {
    ...x2ManyField,
    component: ConversationCardsField,
    displayName: _t("Cards with a line to type the next one"),
    extractProps: (staticInfo, dynamicInfo) => ({
        ...x2ManyField.extractProps(staticInfo, dynamicInfo),
        entryFields: staticInfo.options.entry,
    }),
};

registry.category("fields").add("conversation_cards", conversationCardsField);
