import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { fuzzyLookup } from "@web/core/utils/search";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "crm.service.contact";
// What is typed stays while the tab is open: behind a record, a menu, a lost connection.
const STORAGE_KEY = "crm_service_quick_contact";
const NOBODY = { contacts: [], complaints: [], handovers: [], again: false };

const NEW_MATTER = { previous_id: false, is_new_matter: false, miss_id: false };

const makeDraft = (channel = "phone") => ({
    channel,
    words: "",
    // What the field shows once it is left or chosen.
    label: "",
    partner_id: false,
    reason_id: false,
    note: "",
    solved: false,
    callback_wanted: false,
    callback_phone: "",
    callback_from: "",
    callback_to: "",
    ...NEW_MATTER,
});

/**
 * Somebody calls: who, how, why, a note, solved?, call back? Enter writes it down and
 * opens the next one. Whom we do not know is as welcome as whom we do. Beside it is what
 * was before and what is still open, and whether it is again about the same.
 */
export class QuickContact extends Component {
    static template = "crm_referral_service.QuickContact";
    static components = { AutoComplete, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.root = useRef("root");
        this.display = { controlPanel: {} };
        this.state = useState({
            draft: this.restore(),
            caller: NOBODY,
            error: "",
            isSaving: false,
            // Another one makes the fields anew.
            number: 0,
        });
        this.whoSources = [
            {
                placeholder: _t("Looking…"),
                optionSlot: "option",
                options: (words) => this.findCallers(words),
            },
        ];
        this.reasonSources = [{ options: (words) => this.findReasons(words) }];
        onWillStart(async () => {
            this.choices = await this.orm.call(MODEL, "get_quick_choices", []);
            await this.loadCaller();
        });
        useEffect(
            (draft) => browser.sessionStorage.setItem(STORAGE_KEY, draft),
            () => [JSON.stringify(this.state.draft)],
        );
        // On a phone, too: what is noted first is who it is, and of the next one again.
        useEffect(
            (number) => {
                if (number) {
                    this.focus("who");
                } else {
                    this.focusNow("who");
                }
            },
            () => [this.state.number],
        );
    }

    // WHAT IS TYPED

    restore() {
        try {
            const kept = JSON.parse(browser.sessionStorage.getItem(STORAGE_KEY));
            return { ...makeDraft(), ...kept };
        } catch {
            return makeDraft();
        }
    }

    get reasonName() {
        const { reason_id } = this.state.draft;
        return this.choices.reasons.find(({ id }) => id === reason_id)?.name || "";
    }

    async findCallers(words) {
        if (words.length < 2) {
            return [];
        }
        const found = await this.orm.call(MODEL, "find_callers", [words]);
        const callers = found.map((caller) => ({
            label: caller.name,
            data: { hint: caller.hint },
            onSelect: () => this.chooseCaller({ partner_id: caller.id, words: caller.name }),
        }));
        return [
            ...callers,
            {
                label: _t("Nobody we know: %s", words),
                data: { hint: "" },
                cssClass: "o_quick_contact_unknown",
                onSelect: () => this.chooseCaller({ partner_id: false, words }),
            },
        ];
    }

    findReasons(words) {
        const { reasons } = this.choices;
        const found = words ? fuzzyLookup(words, reasons, ({ name }) => name) : reasons;
        return found.map(({ id, name }) => ({
            label: name,
            onSelect: () => this.chooseReason(id),
        }));
    }

    chooseCaller(values) {
        const { words } = values;
        this.changeCaller({ ...values, label: words });
        this.focus("reason");
        return this.loadCaller();
    }

    /** Typed by hand: whoever was chosen before is not meant any more. */
    typeCaller({ inputValue }) {
        if (inputValue !== this.state.draft.words) {
            this.changeCaller({ words: inputValue, partner_id: false });
        }
    }

    /** What was shown and proposed of one customer is not for another. */
    changeCaller(values) {
        this.change({ ...values, ...NEW_MATTER, ...this.withoutProposal });
        this.state.caller = NOBODY;
        this.asked = undefined;
    }

    leaveCaller({ inputValue }) {
        this.typeCaller({ inputValue });
        this.state.draft.label = inputValue;
        return this.loadCaller();
    }

    chooseReason(reason_id) {
        this.change({ reason_id });
        this.focus("note");
        return this.loadCaller();
    }

    leaveReason({ inputValue }) {
        if (!inputValue) {
            this.change({ reason_id: false });
        }
    }

    chooseAgain(previous_id) {
        const chosen = this.state.draft.previous_id === previous_id ? false : previous_id;
        this.change({ ...NEW_MATTER, previous_id: chosen });
    }

    chooseNewMatter() {
        this.change({ ...NEW_MATTER, is_new_matter: true });
        this.focus("note");
    }

    /** The hours of one customer are not those of another. */
    get withoutProposal() {
        const { draft, caller } = this.state;
        const isProposed =
            draft.callback_from === caller.callback_from &&
            draft.callback_to === caller.callback_to;
        return isProposed ? { callback_from: "", callback_to: "" } : {};
    }

    /** Who has told us once at which hours need not be asked again. */
    chooseCallback(callback_wanted) {
        const { callback_from, callback_to } = this.state.draft;
        const { caller } = this.state;
        const isProposed = callback_wanted && !callback_from && !callback_to;
        this.change({
            callback_wanted,
            ...(isProposed && {
                callback_from: caller.callback_from || "",
                callback_to: caller.callback_to || "",
            }),
        });
    }

    chooseMiss(ev) {
        this.change({ miss_id: Number(ev.target.value) || false });
    }

    change(values) {
        Object.assign(this.state.draft, values);
        this.state.error = "";
    }

    // WHAT IS KNOWN

    async loadCaller() {
        const { partner_id, words, reason_id } = this.state.draft;
        const asked = JSON.stringify([partner_id, words, reason_id]);
        if (asked === this.asked) {
            return;
        }
        this.asked = asked;
        if (!partner_id && !words.trim()) {
            this.state.caller = NOBODY;
            return;
        }
        const caller = await this.keepLast.add(
            this.orm.call(MODEL, "get_caller", [], { partner_id, words, reason_id }),
        );
        if (asked !== this.asked) {
            return;
        }
        this.state.caller = caller;
        if (this.state.draft.callback_wanted) {
            this.chooseCallback(true);
        }
    }

    get isAsked() {
        const { draft, caller } = this.state;
        return Boolean(caller.again) && !draft.previous_id && !draft.is_new_matter;
    }

    isAgain(contact) {
        return this.state.draft.previous_id === contact.id;
    }

    open(res_model, res_id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model,
            res_id,
            views: [[false, "form"]],
        });
    }

    // WRITING IT DOWN

    onKeydown(ev) {
        const isPlain = !ev.shiftKey && !ev.altKey && !ev.ctrlKey && !ev.metaKey;
        // Enter also ends what an input method composes.
        if (ev.key !== "Enter" || !isPlain || ev.isComposing || ev.keyCode === 229) {
            return;
        }
        if (ev.target.closest("button, a")) {
            return;
        }
        ev.preventDefault();
        if (ev.target.closest("[data-field='who']")) {
            this.focus("reason");
        } else {
            this.save();
        }
    }

    /** The field that is still missing, and what to do. */
    findMissing() {
        const { draft } = this.state;
        if (!draft.words.trim() && !draft.reason_id && !draft.note.trim()) {
            return ["who", _t("Write who it is, or what it is about.")];
        }
        if (draft.solved && !draft.reason_id) {
            return ["reason", _t("Choose the reason; then it is done.")];
        }
        if (draft.solved && draft.previous_id && !draft.miss_id) {
            return ["miss", _t("Say why it was not solved the first time.")];
        }
        return null;
    }

    async save() {
        const { state } = this;
        if (state.isSaving) {
            return;
        }
        this.typeCaller({ inputValue: this.root.el.querySelector("#quick_contact_who").value });
        const missing = this.findMissing();
        if (missing) {
            const [field, error] = missing;
            state.error = error;
            this.focus(field);
            return;
        }
        state.isSaving = true;
        try {
            const saved = await this.orm.call(MODEL, "log_contact", [{ ...state.draft }]);
            this.tell(saved);
            this.startNext();
        } catch (error) {
            state.error =
                error.data?.message || _t("It could not be saved. Nothing is lost: try again.");
        } finally {
            state.isSaving = false;
        }
    }

    tell({ id, name }) {
        const close = this.notification.add(_t("Noted: %s", name), {
            type: "success",
            buttons: [
                {
                    name: _t("Open"),
                    onClick: () => {
                        close();
                        this.open(MODEL, id);
                    },
                },
            ],
        });
    }

    startNext() {
        this.state.draft = makeDraft(this.state.draft.channel);
        this.asked = undefined;
        this.state.caller = NOBODY;
        this.state.error = "";
        this.state.number++;
    }

    /** Once the list that is open has closed itself. */
    focus(field) {
        browser.setTimeout(() => this.focusNow(field));
    }

    focusNow(field) {
        const selector = `[data-field='${field}'] :is(input, textarea, select)`;
        this.root.el?.querySelector(selector)?.focus();
    }
}

registry.category("actions").add("crm_service_quick_contact", QuickContact);
