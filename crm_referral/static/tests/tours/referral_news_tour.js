import { registry } from "@web/core/registry";
import { clickButton } from "@crm_referral/../tests/tours/referral_tour_steps";

/** The rep tells the customer by mail, sees it first, and cannot tell it twice. */
registry.category("web_tour.tours").add("crm_referral_news", {
    steps: () => [
        {
            content: "there is something to tell",
            trigger: ".o_form_view .o_field_widget[name='news_due']:contains(First contact made)",
        },
        clickButton("action_write_news"),
        {
            content: "the mail is shown before it goes",
            trigger: ".modal .o_field_html:contains(Bob Builder):contains(in touch)",
        },
        {
            content: "send it",
            trigger: ".modal .o_mail_send, .modal button[name='action_send_mail']",
            run: "click",
        },
        {
            content: "it is noted",
            trigger: ".o_form_view:not(:has(.modal)) [name='news_note']:contains(Sent by e-mail)",
        },
        {
            content: "and not offered again",
            trigger: ".o_statusbar_buttons:not(:has(button[name='action_write_news']))",
        },
    ],
});
