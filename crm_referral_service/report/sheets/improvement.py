from odoo import models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.period_domain import period_domain


class CrmReferralSheetImprovement(models.AbstractModel):
    """What was decided and said early, and what came of it."""

    _name = "crm.referral.sheet.improvement"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Improvement")

    def _get_explanation(self):
        return self.env._(
            "What the council decided and what early notices spared customers. What "
            "may be chance is not called a success."
        )

    def _add(self, job):
        page = job.add_page(self._get_title(), columns=9)
        page.write_title(self._get_title(), self._get_explanation())
        row = self._add_council(page, 3, job.options)
        self._add_notices(page, row, job.options)

    def _get_domain(self, options, model, fname):
        """:return: domain of the records of a period, in the companies of a report"""
        if options["selection"] is not None:
            return Domain.FALSE
        return Domain("company_id", "in", options["company_ids"]) & period_domain(
            self.env[model], fname, options["date_from"], options["date_to"]
        )

    def _add_council(self, page, row, options):
        """Decided in the period; of these done in time; and the contacts it removed."""
        Action = self.env["crm.assessment.action"]
        domain = self._get_domain(options, Action._name, "create_date")
        actions = Action.search(domain & Domain("council_id", "!=", False))
        done = actions.filtered(lambda action: action.state == "done")
        in_time = done.filtered(
            lambda action: not action.deadline or action.done_on <= action.deadline
        )
        measured = done.filtered("effect_days")
        removed = sum(
            action.contacts_before - action.contacts_after
            for action in measured
            if action.effect_verdict != "too_few"
        )
        for label, number in (
            (self.env._("Decided"), len(actions)),
            (self.env._("Done"), len(done)),
            (self.env._("Done in time"), len(in_time)),
            (self.env._("Measured"), len(measured)),
            (self.env._("Contacts removed"), removed),
        ):
            page.write_label(row, label)
            page.write_number(row, 1, number)
            row += 1
        return row + 1

    def _add_notices(self, page, row, options):
        Notice = self.env["crm.service.notice"]
        notices = Notice.search(self._get_domain(options, Notice._name, "started_on"))
        page.write_headers(
            row,
            [
                self.env._("Early Notice"),
                self.env._("Contacts Before"),
                self.env._("Contacts After"),
                self.env._("Per 100"),
                self.env._("Per 100 Before"),
                self.env._("Per 100 After"),
                self.env._("Fewer by"),
                self.env._("Contacts Saved"),
                self.env._("Cost Saved"),
                self.env._("In Words"),
            ],
        )
        labels = dict(Notice._get_denominator_selection())
        for line, notice in enumerate(notices, row + 1):
            before, after = notice._get_rates()
            page.write_label(line, notice.name)
            page.write_number(line, 1, notice.before_count)
            page.write_number(line, 2, notice.after_count)
            page.write_text(line, 3, labels.get(notice.denominator, ""))
            if notice.denominator:
                page.write_number(line, 4, before, "decimal")
                page.write_number(line, 5, after, "decimal")
            fewer = (before - after) / before if before and after is not None else None
            page.write_number(line, 6, fewer, "percent")
            page.write_number(line, 7, notice.saved_contacts, "decimal")
            page.write_number(line, 8, notice.saved_cost, "money")
            page.write_text(line, 9, notice.reading or "")
