import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const TYPING_DELAY = 1000;
const RETRY_DELAYS = [3000, 10000, 30000, 60000];
// The page is over: nothing more can be saved.
const CLOSED = ["answered", "expired", "revoked", "unknown"];

/**
 * Saves the answers of the feedback page while the customer goes on. Without it the page
 * works as a plain form.
 */
export class FeedbackForm extends Interaction {
    static selector = ".o_feedback_form";

    dynamicContent = {
        "input[type=radio]": { "t-on-change": this.onAnswer },
        textarea: { "t-on-input": this.onType, "t-on-change": this.onAnswer },
        _root: { "t-on-submit": this.onSubmit },
        _window: { "t-on-online": this.save, "t-on-pageshow": this.onPageShow },
        _document: { "t-on-visibilitychange": this.save },
        // It saves by itself.
        ".o_feedback_save": { "t-att-class": () => ({ "d-none": true }) },
        ".o_feedback_status": {
            "t-out": () => this.status,
            "t-att-class": () => ({ o_feedback_status_unsaved: this.isUnsaved }),
        },
        ".o_feedback_progress progress": { "t-att-value": () => this.answered },
        ".o_feedback_answered": { "t-out": () => `${this.answered}` },
    };

    setup() {
        this.pending = new Map();
        this.status = "";
        this.isUnsaved = false;
        this.isSaving = false;
        this.isClosed = false;
        this.isSubmitted = false;
        this.failures = 0;
        this.saveSoon = this.debounced(this.save, TYPING_DELAY);
    }

    get answered() {
        const questions = this.el.querySelectorAll(
            ".o_feedback_question:not([data-kind=text]) > .o_feedback_choices",
        );
        // The empty choice takes an answer back.
        return [...questions].filter((question) =>
            question.querySelector(":checked:not([value=''])"),
        ).length;
    }

    isTooLong(textarea) {
        const text = textarea.value.trimEnd();
        // Counted as the server does: an emoji is one character.
        return [...text].length > parseInt(this.el.dataset.maxLength);
    }

    /** Say below an answer that it is too long, or no longer. */
    checkLength(textarea) {
        const isTooLong = this.isTooLong(textarea);
        const error = this.el.querySelector(`#${textarea.id.replace("answer", "error")}`);
        const message = isTooLong ? this.el.dataset.tooLong : "";
        if (error.textContent !== message) {
            error.textContent = message;
        }
        textarea.toggleAttribute("aria-invalid", isTooLong);
        if (isTooLong) {
            textarea.setAttribute("aria-invalid", "true");
        }
        return !isTooLong;
    }

    onType(ev) {
        this.keep(ev.target);
        this.saveSoon();
    }

    onAnswer(ev) {
        this.keep(ev.target);
        this.save();
    }

    /** Remember an answer until it is saved. */
    keep(input) {
        if (input.tagName === "TEXTAREA" && !this.checkLength(input)) {
            this.pending.delete(input.name);
            this.isUnsaved = true;
            this.status = "";
            return;
        }
        this.pending.set(input.name, input.value);
    }

    /** Send what is not saved yet: one request at a time, so that the last answer counts. */
    async save() {
        if (this.isSaving || this.isClosed || this.isSubmitted || !this.pending.size) {
            return;
        }
        clearTimeout(this.retryTimeout);
        this.isSaving = true;
        this.isUnsaved = false;
        this.status = this.el.dataset.saving;
        this.updateContent();
        const sent = new Map(this.pending);
        let result;
        try {
            result = await this.waitFor(
                rpc(
                    this.el.dataset.saveUrl,
                    {
                        answers: Object.fromEntries(sent),
                        csrf_token: this.el.elements.csrf_token.value,
                        lang: this.el.dataset.lang,
                    },
                    { silent: true },
                ),
            );
        } catch {
            result = { status: "unreachable", message: this.el.dataset.unsaved };
        }
        this.isSaving = false;
        this.protectSyncAfterAsync(() => this.onSaved(sent, result))();
    }

    onSaved(sent, { status, message }) {
        this.isUnsaved = status !== "saved";
        this.status = message || this.el.dataset.saved;
        this.isClosed = CLOSED.includes(status);
        if (status === "unreachable" || status === "busy") {
            const delay = RETRY_DELAYS[Math.min(this.failures, RETRY_DELAYS.length - 1)];
            this.failures += 1;
            this.retryTimeout = this.waitForTimeout(this.save, delay);
        } else {
            this.failures = 0;
            for (const [name, value] of sent) {
                if (this.pending.get(name) === value) {
                    this.pending.delete(name);
                }
            }
            if (this.pending.size) {
                this.save();
            }
        }
        this.updateContent();
    }

    onSubmit(ev) {
        if (ev.submitter?.name === "save") {
            // Enter in an answer: no need to load the page again.
            ev.preventDefault();
            this.save();
            return;
        }
        const tooLong = [...this.el.querySelectorAll("textarea")].filter(
            (textarea) => !this.checkLength(textarea),
        );
        if (tooLong.length) {
            ev.preventDefault();
            tooLong[0].focus();
            return;
        }
        if (this.isSubmitted) {
            // A second tap: the first one is on its way.
            ev.preventDefault();
            return;
        }
        this.isSubmitted = true;
    }

    onPageShow() {
        // Back from another page: the form may be sent again.
        this.isSubmitted = false;
    }

    destroy() {
        clearTimeout(this.retryTimeout);
    }
}

registry.category("public.interactions").add("crm_assessment.feedback_form", FeedbackForm);
