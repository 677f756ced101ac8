from odoo import api, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _in_the_language_of_the_reader(self, record, values):
        """:return: the values, with the texts that are functions of the record."""
        # sudo: in which language somebody reads is not a secret
        lang = self.env["res.users"].browse(values.get("user_id")).sudo().lang
        record = record.with_context(lang=lang or self.env.lang)
        return {
            name: value(record) if callable(value) else value
            for name, value in values.items()
        }

    @api.model
    def _schedule_batch(self, activity_type_xmlid, values_by_record):
        """Schedule one activity of the given type on each record, in one go.

        :param str activity_type_xmlid: external id of the mail.activity.type
        :param dict values_by_record: values of the activity for each record; all
            records are of one model. A summary or a note may be a function of the
            record, which is called in the language of who gets the activity. Without
            a summary it is that of the type.
        :return: the activities
        """
        if not values_by_record or self.env.context.get(
            "mail_activity_automation_skip"
        ):
            return self
        records = next(iter(values_by_record)).union(*values_by_record)
        activity_type = self.env.ref(activity_type_xmlid)

        def describe(record):
            """The chatter shows an activity without a summary as nothing at all."""
            words = activity_type.with_env(record.env)
            return words.summary or words.name

        values_by_record = {
            record: self._in_the_language_of_the_reader(
                record, {"summary": describe, **values}
            )
            for record, values in values_by_record.items()
        }
        records.mapped("display_name")  # Odoo asks for one after the other otherwise
        model = self.env["ir.model"]._get(records._name)
        return self.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "res_model_id": model.id,
                    "res_id": record.id,
                    **values,
                }
                for record, values in values_by_record.items()
            ]
        )
