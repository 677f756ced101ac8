import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("crm_referral_service_livechat.log_and_open", {
    steps: () => [
        {
            content: "What the visitor has said",
            trigger: ".o-mail-Message:contains(Where is my delivery?)",
        },
        {
            trigger: ".o-mail-DiscussContent-header button[name='crm-service-contact']",
            run: "click",
        },
        {
            content: "It is in the log",
            trigger: ".o_field_widget[name='caller_name'] input:value(A. Lin)",
        },
        {
            trigger: "button[name='action_open_conversation']",
            run: "click",
        },
        {
            content: "And there it is again",
            trigger: ".o-mail-Message:contains(Where is my delivery?)",
        },
    ],
});

tours.add("crm_referral_service_livechat.log_on_phone", {
    steps: () => [
        {
            trigger: ".o-mail-ChatWindow .o-mail-ChatWindow-moreActions",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(Log as Service Contact)",
            run: "click",
        },
        {
            content: "It is in the log, and nothing covers it",
            trigger:
                "body:not(:has(.o-mail-ChatWindow)) .o_field_widget[name='caller_name'] input:value(A. Lin)",
        },
    ],
});
