import { registerThreadAction } from "@mail/core/common/thread_actions";
import { _t } from "@web/core/l10n/translation";

registerThreadAction("crm-service-contact", {
    condition: ({ owner, store, thread }) =>
        thread?.channel_type === "livechat" &&
        store.has_access_service_contact &&
        !owner.isDiscussSidebarChannelActions,
    icon: "fa fa-fw fa-headphones",
    name: _t("Log as Service Contact"),
    async open({ owner, store, thread }) {
        const { action, orm, ui } = store.env.services;
        const method = "action_log_service_contact";
        await action.doAction(await orm.call("discuss.channel", method, [[thread.id]]));
        if (ui.isSmall) {
            // The conversation covers the whole screen.
            await owner.props.chatWindow?.fold();
        }
    },
    sequence: 20,
    sequenceGroup: 25,
});
