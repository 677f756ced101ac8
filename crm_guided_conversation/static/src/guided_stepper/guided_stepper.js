import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, useEffect, useRef } from "@odoo/owl";

const FIRST_FIELD = ":is(input, textarea):not([disabled], [readonly])";

/**
 * Where a guided conversation stands: its steps in their order, as buttons.
 *
 * The states come from the field `step_progress` of the record. The server decides
 * whether a step may be entered; when it refuses, the record keeps its step and all that
 * was noted. The keyboard reaches it as one stop. In a new step a person begins at its top,
 * with the cursor in its first field.
 */
export class GuidedStepper extends Component {
    static template = "crm_guided_conversation.GuidedStepper";
    static props = { ...standardFieldProps };

    setup() {
        this.listRef = useRef("list");
        this.isMoving = false;
        useEffect(
            () => this.showStep(),
            () => [this.currentStep?.id],
        );
    }

    /** On a phone the words to say come first, and not the keyboard before them. */
    showStep() {
        const nav = this.listRef.el?.closest("nav");
        if (this.env.isSmall) {
            nav?.scrollIntoView({ block: "start" });
        } else if (this.currentStep?.state === "current") {
            const step = nav?.closest(".o_form_view")?.querySelector(".o_conversation_note");
            const fields = [...(step?.querySelectorAll(FIRST_FIELD) || [])];
            fields.find((field) => field.offsetParent)?.focus({ preventScroll: true });
        }
    }

    get steps() {
        const display = {
            done: { label: _t("done"), icon: "fa-check" },
            skipped: { label: _t("skipped"), icon: "fa-forward" },
            current: { label: _t("current step") },
            ended: { label: _t("ended here"), icon: "fa-flag" },
            todo: { label: _t("to do") },
        };
        return (this.props.record.data.step_progress || []).map((step, index) => ({
            ...step,
            ...display[step.state],
            number: index + 1,
            isCurrent: ["current", "ended"].includes(step.state),
        }));
    }

    get currentStep() {
        return this.steps.find((step) => step.isCurrent);
    }

    /** A conversation that has ended has no current step any more. */
    get isDisabled() {
        return this.props.readonly || this.currentStep?.state !== "current";
    }

    get position() {
        return _t("Step %(number)s of %(count)s", {
            number: this.currentStep?.number || 0,
            count: this.steps.length,
        });
    }

    async moveTo(step) {
        if (this.isMoving || step.isCurrent) {
            return;
        }
        this.isMoving = true;
        const { name, record } = this.props;
        const previous = record.data[name];
        const hasNotes = await record.isDirty();
        let isSaved = false;
        try {
            const value = { id: step.id, display_name: step.name };
            isSaved = await record.update({ [name]: value }, { save: true });
        } finally {
            if (!isSaved) {
                await (hasNotes ? record.update({ [name]: previous }) : record.discard());
            }
            this.isMoving = false;
        }
    }

    /** Arrow keys, Home and End go through the steps, as Tab does. */
    onKeydown(ev) {
        const buttons = [...this.listRef.el.querySelectorAll("button")];
        const index = buttons.indexOf(ev.target.closest("button"));
        const target = {
            ArrowLeft: index - 1,
            ArrowRight: index + 1,
            Home: 0,
            End: buttons.length - 1,
        }[ev.key];
        if (target in buttons) {
            ev.preventDefault();
            buttons[target].focus();
        }
    }
}

export const guidedStepper = {
    component: GuidedStepper,
    displayName: _t("Guided Stepper"),
    supportedTypes: ["many2one"],
    fieldDependencies: [{ name: "step_progress", type: "json", readonly: true }],
};

registry.category("fields").add("guided_stepper", guidedStepper);
