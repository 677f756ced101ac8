from odoo import api, fields, models
from odoo.tools import SQL

# Ids of customers that are weighed in one transaction.
RANGE = 50_000
# Entries of single customers that are taken at once.
SINGLES = 5_000


class CrmReferralReadinessQueue(models.Model):
    """Customers who wait to be weighed: some by name, or all within a range of ids.

    An entry goes in the transaction that has weighed its customers: whatever is killed
    begins again where it was. Nobody waits to add one.
    """

    _name = "crm.referral.readiness.queue"
    _description = "Customers to Be Weighed"
    _inherit = ["crm.batch.mixin"]
    _order = "id"
    _log_access = False

    first_id = fields.Integer(required=True)
    last_id = fields.Integer(required=True)
    is_range = fields.Boolean(required=True, index=True)

    # === ADDING === #

    @api.model
    def _add(self, partner_ids):
        """:param partner_ids: ids of customers of whom a signal has changed"""
        self.env.cr.execute_values(
            "INSERT INTO crm_referral_readiness_queue (first_id, last_id, is_range)"
            " VALUES %s",
            [(each, each, False) for each in sorted(partner_ids)],
        )
        self._start_job()

    @api.model
    def _add_everybody(self):
        """Let the job weigh all customers, instead of what was left of such a run."""
        # sudo: entries have no owner
        self.sudo().search([("is_range", "=", True)]).unlink()
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_referral_readiness_queue
                       (first_id, last_id, is_range)
                SELECT first_id, first_id + %(size)s - 1, TRUE
                  FROM (SELECT MIN(id) AS least, MAX(id) AS most FROM res_partner) p,
                       generate_series(least, most, %(size)s) AS first_id""",
                size=RANGE,
            )
        )
        self._start_job()

    @api.model
    def _start_job(self):
        job = self.env.ref(
            "crm_referral.ir_cron_weigh_readiness", raise_if_not_found=False
        )
        if job:
            # sudo: whoever changes something lets the job begin
            job.sudo()._trigger()

    # === JOBS === #

    @api.model
    def _cron_weigh(self):
        """Weigh who waits: first those of whom something is new, then everybody."""
        self._process_in_batches([("is_range", "=", False)], "_weigh", SINGLES)
        self._process_in_batches([("is_range", "=", True)], "_weigh", 1)

    @api.model
    def _cron_weigh_everybody(self):
        """Every night, for what fades and for what nobody has told of."""
        if not self.search_count([("is_range", "=", True)], limit=1):
            self._add_everybody()

    def _weigh(self):
        Readiness = self.env["crm.referral.readiness"]
        for entry in self.filtered("is_range"):
            Readiness._weigh_range(entry.first_id, entry.last_id)
        singles = self.filtered(lambda entry: not entry.is_range)
        Readiness._weigh(set(singles.mapped("first_id")))
        self.unlink()

    def _on_job_failed(self, error):
        """There is nobody to tell but the log, which has it already."""
