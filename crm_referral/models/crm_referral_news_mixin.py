from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.composer import compose
from odoo.addons.crm_foundation.tools.local_time import today

from .crm_referral_news import KINDS, WAITING_STATES

TELL_ACTIVITY_TYPE = "crm_referral.mail_activity_type_tell_referrer"
# The customer hears of it within these days.
TELL_WITHIN_DAYS = 3
# Which news a reminder is about.
KIND_OF_REMINDER = {
    "introduced": "introduced",
    "contacted": "contacted",
    "won": "outcome",
    "lost": "outcome",
}


class CrmReferralNewsMixin(models.AbstractModel):
    """Somebody of whom the customer who introduced them hears what came of it.

    Three times: thanks for the introduction, the first contact, the outcome. Each is
    told once, by a mail that the rep sees first or in a call that the rep notes; each
    can be switched off by the company and by the customer.
    """

    _name = "crm.referral.news.mixin"
    _description = "Brings News to the Referrer"
    _inherit = ["crm.mail.outcome.mixin", "crm.batch.mixin", "mail.thread"]

    referrer_told_on = fields.Date(
        copy=False,
        tracking=True,
        help="When we last told the customer what came of the introduction.",
    )
    news_ids = fields.One2many(
        comodel_name="crm.referral.news",
        inverse_name="candidate_id",
        string="News for the Referrer",
        readonly=True,
        copy=False,
    )
    news_due = fields.Selection(
        selection=KINDS,
        string="News to Tell",
        compute="_compute_news",
        help="The latest news of which the customer has not heard yet.",
    )
    news_note = fields.Char(string="Told So Far", compute="_compute_news")

    # === COMPUTE METHODS === #

    @api.depends("news_ids.state", "news_ids.told_on")
    @api.depends_context("lang")
    def _compute_news(self):
        News = self.env["crm.referral.news"]
        kinds = dict(News._fields["kind"]._description_selection(self.env))
        states = dict(News._fields["state"]._description_selection(self.env))
        for candidate in self:
            news = candidate.news_ids.sorted(lambda n: [*kinds].index(n.kind))
            waiting = news.filtered(lambda n: n.state in WAITING_STATES)
            candidate.news_due = waiting[-1:].kind
            candidate.news_note = " · ".join(
                self.env._(
                    "%(news)s: %(state)s %(date)s",
                    news=kinds[each.kind],
                    state=states[each.state],
                    date=format_date(self.env, each.told_on) if each.told_on else "",
                ).strip()
                for each in news
            )

    # === ACTION METHODS === #

    def action_referrer_told(self):
        """The referrer was told today of all there is to tell, by phone or in person.

        :return: True
        """
        self.write({"referrer_told_on": fields.Date.context_today(self)})
        self.activity_unlink([TELL_ACTIVITY_TYPE])
        return True

    def action_write_news(self):
        """Write the referrer a mail about the latest news; it is shown before it goes.

        :return: a window action: the composer
        """
        self.ensure_one()
        self.check_access("write")
        self._sync_news()
        kind = self.news_due
        if not kind:
            raise UserError(
                self.env._("There is no news that the customer has not heard of.")
            )
        if not self.referrer_id.email:
            raise UserError(
                self.env._(
                    "%(customer)s has no e-mail address. Call them, and note that you "
                    "have told them.",
                    customer=self.referrer_id.display_name,
                )
            )
        return compose(
            self,
            self.env._("Tell the Referrer"),
            f"crm_referral.mail_template_news_{kind}",
            referral_news_kind=kind,
        )

    def message_post(self, **kwargs):
        """A mail with news is sent once, and noted."""
        kind = self.env.context.get("referral_news_kind")
        if kind not in dict(KINDS):
            return super().message_post(**kwargs)
        self.check_access("write")
        news = self._claim_news(kind)
        message = super(
            CrmReferralNewsMixin, self.with_context(referral_news_kind=False)
        ).message_post(**kwargs)
        news.message_id = message
        self.referrer_told_on = news[:1].told_on
        self.activity_unlink([TELL_ACTIVITY_TYPE])
        # Who answers, answers the rep.
        self.message_subscribe(self._get_responsible_user().partner_id.ids)
        return message

    # === WHICH NEWS THERE IS === #

    def _get_news(self):
        """:return: the kinds of news there are about this candidate, and the outcome
        :rtype: dict
        """
        self.ensure_one()
        # An objection stops everything; the referrer hears of it from the person.
        if self.state == "objected" or self.erased_on:
            return {}
        news = {}
        if self.introduced_on:
            news["introduced"] = False
        if self.contacted_on or self.state == "converted":
            news["contacted"] = False
        if self.state == "converted":
            if self.lead_won_status in ("won", "lost"):
                news["outcome"] = self.lead_won_status
        elif self.state in ("declined", "unfit") and self.introduced_on:
            news["outcome"] = "ended"
        return news

    def _sync_news(self):
        """Keep what is to be told: new things come, what is not so after all goes."""
        # sudo: what is to be told is not written by hand
        News = self.env["crm.referral.news"].sudo()
        known = News.search([("candidate_id", "in", self.ids)]).grouped("candidate_id")
        vals_list, gone = [], News
        for candidate in self.sudo():
            news = candidate._get_news()
            unwanted = candidate._get_unwanted_news()
            there = {each.kind: each for each in known.get(candidate, News)}
            gone += News.union(
                *(
                    each
                    for kind, each in there.items()
                    if kind not in news and each.state in (*WAITING_STATES, "skipped")
                )
            )
            for kind, outcome in news.items():
                state = "skipped" if kind in unwanted else "due"
                if kind not in there:
                    vals = {"candidate_id": candidate.id, "kind": kind}
                    vals_list.append({**vals, "outcome": outcome, "state": state})
                elif (outcome and there[kind].outcome != outcome) or (
                    kind in unwanted and there[kind].state in WAITING_STATES
                ):
                    there[kind].write({"outcome": outcome, "state": state})
        gone.unlink()
        News.create(vals_list)

    def _get_unwanted_news(self):
        """:return: the kinds of which the company or the customer wants no reports
        :rtype: set[str]
        """
        self.ensure_one()
        # sudo: the wishes of the customer, whoever may see them
        self_sudo = self.sudo()
        referrers = self_sudo.referrer_id | self_sudo.referrer_id.commercial_partner_id
        return {
            kind
            for kind, _label in KINDS
            if not self_sudo.company_id[f"referral_news_{kind}"]
            or any(referrers.mapped(f"referral_no_news_{kind}"))
        }

    # === TELLING === #

    def _claim_news(self, kind):
        """Note that the customer hears of all there is to tell, before it is told.

        Whoever comes second at the same moment waits for the first, starts again, and
        finds it told.

        :param str kind: of the news that the mail is about
        :return: the crm.referral.news, in sudo mode
        :raise UserError: when the customer has heard of it, or does not want to
        """
        self.ensure_one()
        self._sync_news()
        waiting = self._get_waiting_news()
        if kind not in waiting.mapped("kind"):
            raise UserError(
                self.env._(
                    "%(customer)s has been told already, or does not want to hear of "
                    "this.",
                    customer=self.referrer_id.display_name,
                )
            )
        waiting._note_told("sent", fields.Date.context_today(self))
        return waiting

    def _on_told_noted(self):
        """Somebody noted the day on which they told the customer."""
        for candidate in self.filtered("referrer_told_on"):
            candidate._get_waiting_news()._note_told("told", candidate.referrer_told_on)

    def _get_waiting_news(self):
        # sudo: what is to be told is not written by hand
        return self.sudo().news_ids.filtered(lambda n: n.state in WAITING_STATES)

    def _on_message_failed(self, message, partners, problem, emails=()):
        """The mail with the news did not arrive: the rep tells the customer."""
        result = super()._on_message_failed(message, partners, problem, emails)
        news = self.news_ids.filtered(lambda n: n.message_id == message)
        if not news or self.referrer_id not in partners:
            return result
        news.write({"state": "failed", "failure": problem[:500]})
        rep = self._get_responsible_user()
        record = self.with_context(lang=rep.lang or self.env.lang)
        record.activity_unlink([TELL_ACTIVITY_TYPE])
        record.activity_schedule(
            TELL_ACTIVITY_TYPE,
            summary=record.env._(
                "The mail did not reach %(referrer)s: call them",
                referrer=record.referrer_id.display_name,
            ),
            note=problem,
            user_id=rep.id,
        )
        return result

    @api.model
    def _cron_send_news(self, batch_size=100):
        """Send what is to be told, in companies that have switched this on."""
        waiting = Domain("state", "=", "due")
        self._process_in_batches(
            Domain("company_id.referral_news_auto", "=", True)
            & Domain("news_ids", "any", waiting)
            & Domain("referrer_id.email_normalized", "!=", False)
            & Domain("active", "=", True),
            "_send_news",
            batch_size,
        )

    def _send_news(self):
        """Send the latest news as the rep would, without a look at it before."""
        for candidate in self:
            rep = candidate._get_responsible_user()
            record = candidate.with_user(rep).with_context(lang=rep.lang)
            action = record.action_write_news()
            Composer = record.env["mail.compose.message"]
            Composer.with_context(**action["context"]).create({})._action_send_mail()

    # === REMINDERS === #

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
        if news == "introduced":
            return self.env._(
                "Thank %(referrer)s for introducing %(candidate)s", **names
            )
        return self.env._(
            "Tell %(referrer)s that you have talked to %(candidate)s", **names
        )

    def _remind_to_tell_referrer(self, news):
        """The referrer hears what came of it: an activity for the rep.

        It is in the language and on the day of who gets it.

        :param str news: ``introduced``, ``contacted``, ``won`` or ``lost``
        """
        self._sync_news()
        self.activity_unlink([TELL_ACTIVITY_TYPE])
        values = {}
        kind = KIND_OF_REMINDER[news]
        for candidate in self:
            if kind not in candidate._get_waiting_news().mapped("kind"):
                continue
            assignee = candidate._get_responsible_user()
            reader = candidate.with_context(lang=assignee.lang or self.env.lang)
            # sudo: the customer may be hidden by now; the rep of the request knows them
            values[candidate] = {
                "date_deadline": today(self.env, assignee, candidate.company_id)
                + timedelta(days=TELL_WITHIN_DAYS),
                "summary": reader.sudo()._get_tell_summary(news),
                "user_id": assignee.id,
            }
        if values:
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
        return bool(self._get_waiting_news())

    # === WHAT THE MAIL SAYS === #

    def _get_name_for_referrer(self):
        """:return: how the customer knows the candidate: by the name that they named,
        or that they introduced; else by the job position only
        """
        self.ensure_one()
        knows_them = self.named_by == "customer" or self.introduced_on
        return (knows_them and self.name) or self.function or ""

    def _get_news_outcome(self):
        """:return: ``won``, ``lost`` or ``ended``; nothing is told of amounts or whys
        :rtype: str
        """
        self.ensure_one()
        return self._get_news().get("outcome") or "ended"
