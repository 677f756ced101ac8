import logging

from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

# What PostgreSQL says when somebody else changes the same at the same moment.
CONFLICTS = (UniqueViolation, TransactionRollbackError)


class CrmBatchMixin(models.AbstractModel):
    """Records that a job works through.

    One that fails never stops the others: it is set aside where a person sees it, and
    has its turn again in the next run.
    """

    _name = "crm.batch.mixin"
    _description = "Worked through in Batches"

    @api.model
    def _process_in_batches(self, domain, method_name, batch_size=500):
        """Call a method on all records of a domain, a batch at a time, in a job.

        Each batch is committed. The records that fail are left out of it.

        :param domain: of the records
        :param str method_name: of the method, which takes any number of records
        """
        domain = Domain(domain)
        remaining = self.search_count(domain)
        last_id = 0
        while remaining > 0:
            records = self.search(
                domain & Domain("id", ">", last_id), limit=batch_size, order="id"
            )
            if not records:
                break
            last_id = records[-1:].id
            busy = records._process_or_set_aside(method_name)
            remaining = max(remaining - len(records), 0)
            if not self.env["ir.cron"]._commit_progress(
                len(records), remaining=remaining
            ):
                break
            if busy:
                # Another transaction sees what others have committed meanwhile.
                busy.exists()._process_or_set_aside(method_name)
                self.env["ir.cron"]._commit_progress()

    def _process_or_set_aside(self, method_name):
        """Call the method on these records, without those that fail.

        :return: the records that somebody else is changing at this moment
        """
        busy = self.browse()
        try:
            with self.env.cr.savepoint():
                getattr(self, method_name)()
        except Exception as error:
            if len(self) > 1:
                for record in self:
                    busy |= record._process_or_set_aside(method_name)
            elif isinstance(error, CONFLICTS):
                _logger.info("%s is in use: %s has to wait", self, method_name)
                busy = self
            else:
                _logger.warning("%s of %s failed", method_name, self, exc_info=True)
                self._on_job_failed(error)
        return busy

    def _on_job_failed(self, error):
        """Tell a person that a job could not do its work on this record.

        :param Exception error: what happened
        """
        self.ensure_one()
        responsible = self._get_job_responsible()
        record = self.with_context(lang=responsible.lang or self.env.lang)
        reason = (
            str(error)
            if isinstance(error, UserError)
            else record.env._("an unexpected error (%s)", type(error).__name__)
        )
        summary = record.env._("Not done automatically: please have a look")
        todo = self.env.ref(
            "mail.mail_activity_data_warning", raise_if_not_found=False
        ) or self.env.ref("mail.mail_activity_data_todo")
        # sudo: whoever runs the job, the activity is for the one who can help
        open_sudo = record.sudo().activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == todo
                and activity.user_id == responsible
                and activity.automated
            )
        )
        if open_sudo:  # said already; the job tries again in every run
            return
        record.sudo().activity_schedule(
            activity_type_id=todo.id,
            summary=summary,
            note=record.env._("The scheduled job could not go on here: %s", reason),
            user_id=responsible.id,
        )

    def _get_job_responsible(self):
        """:return: the res.users who hears that a job failed on this record."""
        self.ensure_one()
        # sudo: whether somebody has left is not a secret
        record = self.sudo()
        users = self.env["res.users"].sudo()
        if "user_id" in record._fields:
            users |= record.user_id
        if "team_id" in record._fields:
            users |= record.team_id.user_id
        users |= record.create_uid
        present = users.filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )
        return (
            present[:1]
            or self.env.ref("base.user_admin", raise_if_not_found=False)
            or self.env["res.users"].browse(SUPERUSER_ID)
        )
