from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_foundation.tools.local_time import today

TELL_ACTIVITY_TYPE = "crm_referral.mail_activity_type_tell_referrer"
# The customer hears of it within these days.
TELL_WITHIN_DAYS = 3


class CrmReferralNewsMixin(models.AbstractModel):
    """Somebody of whom the customer who introduced them hears what came of it."""

    _name = "crm.referral.news.mixin"
    _description = "News for the Referrer"

    referrer_told_on = fields.Date(
        copy=False,
        tracking=True,
        help="When we told the customer what came of the introduction.",
    )

    # === ACTION METHODS === #

    def action_referrer_told(self):
        """The referrer was told today what came of the introduction.

        :return: True
        """
        self.write({"referrer_told_on": fields.Date.context_today(self)})
        self.activity_unlink([TELL_ACTIVITY_TYPE])
        return True

    # === NEWS FOR THE REFERRER === #

    def _get_tell_summary(self, news):
        """:return: what the rep is reminded of, in the language of the context."""
        self.ensure_one()
        names = {
            "referrer": self.referrer_id.display_name,
            "candidate": self.display_name,
        }
        if news == "won":
            return self.env._(
                "Won! Tell and thank %(referrer)s for introducing %(candidate)s",
                **names,
            )
        if news == "lost":
            return self.env._(
                "Tell %(referrer)s what came of introducing %(candidate)s", **names
            )
        return self.env._(
            "Tell %(referrer)s that you have talked to %(candidate)s", **names
        )

    def _remind_to_tell_referrer(self, news):
        """The referrer hears what came of it: an activity for the rep.

        It is in the language and on the day of who gets it.

        :param str news: ``contacted``, ``won`` or ``lost``
        """
        self.activity_unlink([TELL_ACTIVITY_TYPE])
        values = {}
        for candidate in self:
            assignee = candidate._get_responsible_user()
            reader = candidate.with_context(lang=assignee.lang or self.env.lang)
            # sudo: the customer may be hidden by now; the rep of the request knows them
            values[candidate] = {
                "date_deadline": today(self.env, assignee, candidate.company_id)
                + timedelta(days=TELL_WITHIN_DAYS),
                "summary": reader.sudo()._get_tell_summary(news),
                "user_id": assignee.id,
            }
        self.env["mail.activity"]._schedule_batch(TELL_ACTIVITY_TYPE, values)

    def _bundle_tell_reminders(self):
        """Remind once of everybody of whom this customer has not heard yet."""
        waiting = self.filtered(lambda candidate: candidate._is_referrer_waiting())
        if not waiting:
            return
        waiting.activity_unlink([TELL_ACTIVITY_TYPE])
        keeper = waiting[-1]
        assignee = keeper._get_responsible_user()
        reader = waiting.with_context(lang=assignee.lang or self.env.lang)
        self.env["mail.activity"]._schedule_batch(
            TELL_ACTIVITY_TYPE,
            {
                keeper: {
                    "date_deadline": today(self.env, assignee, keeper.company_id)
                    + timedelta(days=TELL_WITHIN_DAYS),
                    "summary": reader.env._(
                        "Tell and thank %(referrer)s for introducing %(candidates)s",
                        referrer=keeper.referrer_id.display_name,
                        candidates=reader.mapped("display_name"),
                    ),
                    "user_id": assignee.id,
                }
            },
        )

    def _get_told_along(self):
        """:return: others of these requests, of whom no reminder of its own tells."""
        if not self:
            return self
        tell_type = self.env.ref(TELL_ACTIVITY_TYPE)
        others = self.referral_id.filtered("outcome").candidate_ids - self
        return others.filtered(
            lambda candidate: (
                candidate._is_referrer_waiting()
                and tell_type not in candidate.activity_ids.activity_type_id
            )
        )

    def _is_referrer_waiting(self):
        """:return: whether there is news the customer has not been told yet."""
        self.ensure_one()
        return not self.referrer_told_on and bool(
            self.contacted_on or self.state == "converted"
        )
