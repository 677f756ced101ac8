from . import (
    crm_service_contact,
    discuss_channel,
    im_livechat_channel,
    im_livechat_conversation_tag,
    res_users,
)
