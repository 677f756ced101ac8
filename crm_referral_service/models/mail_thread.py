from odoo import api, models

# Models of which a record is a person who has turned to us.
TOLD_BY_PEOPLE = frozenset({"crm.complaint", "crm.service.contact"})
HEADERS = ("Auto-Submitted", "Precedence", "X-Autoreply", "X-Autorespond")


def is_automatic(message):
    """:param message: the email.message as it came
    :return: whether a program has written it: an absence note, a receipt, a list
    """
    headers = {key: str(message.get(key) or "").strip().lower() for key in HEADERS}
    return (
        headers["Auto-Submitted"] not in ("", "no")
        or headers["Precedence"] in ("bulk", "list", "junk", "auto_reply")
        or bool(headers["X-Autoreply"] or headers["X-Autorespond"])
    )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """What a program writes is nobody who turns to us, and nobody's work."""
        if not is_automatic(message):
            return super()._message_route_process(message, message_dict, routes)
        answers = [
            route
            for route in routes or ()
            if route[1] or route[0] not in TOLD_BY_PEOPLE
        ]
        automatic = self.with_context(is_automatic_mail=True)
        return super(MailThread, automatic)._message_route_process(
            message, message_dict, answers
        )
