"""A mail is shown before it goes."""


def compose(records, name, template_xmlid, **context):
    """Open the composer with a mail from a template, to look at and to send.

    :param records: what the mail is about; their chatter keeps it
    :param str name: title of the window
    :param str template_xmlid: external id of the mail.template
    :param context: what else the composer is to know
    :return: a window action
    :rtype: dict
    """
    return {
        "name": name,
        "type": "ir.actions.act_window",
        "res_model": "mail.compose.message",
        "views": [(False, "form")],
        "target": "new",
        "context": {
            "default_model": records._name,
            "default_res_ids": records.ids,
            "default_template_id": records.env.ref(template_xmlid).id,
            "default_composition_mode": "comment",
            "default_email_layout_xmlid": "mail.mail_notification_light",
            "force_email": True,
            **context,
        },
    }
