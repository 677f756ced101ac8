import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, useState } from "@odoo/owl";

/**
 * The answers of an assessment, one tap each. A failed item asks for its cause.
 */
export class AssessmentChecklist extends Component {
    static template = "crm_assessment.AssessmentChecklist";
    static props = { ...standardFieldProps };

    setup() {
        // Remarks that the user has opened, by the id of the line in the screen.
        this.remarks = useState({});
        // What is being typed: an answer that is saved meanwhile would wipe it out.
        this.typed = {};
    }

    get checklist() {
        return this.props.record.data.checklist || { options: [], letters: [] };
    }

    get lines() {
        return this.props.record.data[this.props.name].records;
    }

    get ratings() {
        return [...Array(11).keys()].map(String);
    }

    get controls() {
        return [
            { id: "ours", name: _t("In our control") },
            { id: "outside", name: _t("Outside our control") },
        ];
    }

    get causes() {
        return [
            { id: "agent", name: _t("Agent") },
            { id: "organization", name: _t("Organization") },
        ];
    }

    get progress() {
        const asked = this.lines.filter((line) => line.data.kind !== "text");
        const answered = asked.filter((line) => line.data.option_id || line.data.rating);
        return _t("%(answered)s of %(asked)s answered", {
            answered: answered.length,
            asked: asked.length,
        });
    }

    hasRemark(line) {
        return line.data.kind !== "text" && Boolean(this.remarks[line.id] || line.data.note);
    }

    onRemark(line) {
        this.remarks[line.id] = !this.remarks[line.id];
    }

    note(line) {
        return this.typed[line.id] ?? (line.data.note || "");
    }

    onNoteInput(line, note) {
        this.typed[line.id] = note;
    }

    async onNote(line, note) {
        await this.onValue(line, "note", note);
        delete this.typed[line.id];
    }

    letter(line) {
        return line.data.section_id.display_name.split(" ")[0];
    }

    asksCause(line) {
        const option = this.checklist.options.find(({ id }) => id === line.data.option_id?.id);
        return this.checklist.asks_cause && option && option.value === 0;
    }

    causeInWords(line) {
        const cause = this.causes.find(({ id }) => id === line.data.cause);
        return (
            [cause?.name, line.data.cause_section_id?.display_name].filter(Boolean).join(" · ") ||
            "–"
        );
    }

    /** One tap answers, a second one takes the answer back. */
    async onOption(line, option) {
        const isBack = line.data.option_id?.id === option.id;
        const changes = {
            option_id: isBack ? false : { id: option.id, display_name: option.name },
        };
        if (this.checklist.asks_cause && (isBack || option.value !== 0)) {
            Object.assign(changes, { cause: false, cause_section_id: false });
        }
        await line.update(changes);
    }

    onValue(line, name, value) {
        return line.update({ [name]: value });
    }

    onToggle(line, name, value) {
        return this.onValue(line, name, line.data[name] === value ? false : value);
    }

    async onCause(line, cause) {
        const changes = { cause };
        if (cause === "agent") {
            changes.cause_section_id = false;
        }
        await line.update(changes);
    }

    onLetter(line, value) {
        const letter = this.checklist.letters.find(({ id }) => id === parseInt(value));
        return line.update({
            cause_section_id: letter ? { id: letter.id, display_name: letter.name } : false,
        });
    }
}

export const assessmentChecklist = {
    component: AssessmentChecklist,
    displayName: _t("Checklist"),
    supportedTypes: ["one2many"],
    useSubView: true,
};

registry.category("fields").add("assessment_checklist", assessmentChecklist);
