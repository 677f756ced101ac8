from odoo import api, models
from odoo.tools.misc import format_date


class CrmReferralAskSheet(models.AbstractModel):
    """What a rep takes along to a talk: on paper, or on the phone."""

    _name = "report.crm_referral.report_ask_sheet"
    _description = "Ask Sheet"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:return: for each request its six steps: words to say and what we know."""
        referrals = self.env["crm.referral"].browse(docids)
        referrals.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": "crm.referral",
            "docs": referrals,
            "steps": {
                referral: [
                    self._prepare_step(referral, step) for step in referral._get_steps()
                ]
                for referral in referrals
            },
        }

    @api.model
    def _prepare_step(self, referral, step):
        words, gaps = referral._get_talk_track(step)
        known = getattr(self, f"_get_known_{step.code}", lambda referral: [])
        return {
            "code": step.code,
            "name": step.name,
            "paragraphs": words.split("\n\n") if words else [],
            "lang": referral._get_conversation_lang().replace("_", "-"),
            "gaps": gaps,
            "hint": step.hint,
            "known": [(label, text) for label, text in known(referral) if text],
        }

    # === WHAT WE KNOW === #

    @api.model
    def _get_known_benefits(self, referral):
        confirmed = self.env._("Confirmed")
        return [
            (
                confirmed if benefit.confirmed else "",
                self._join(benefit, "name", "measure"),
            )
            for benefit in referral.benefit_ids
        ]

    @api.model
    def _get_known_profile(self, referral):
        return self._get_labelled(
            referral, "challenge", "improvement", "missed_by_others"
        )

    @api.model
    def _get_known_value(self, referral):
        promise = referral.promise
        if promise and referral.promise_deadline:
            until = format_date(self.env, referral.promise_deadline)
            promise = self.env._(
                "%(promise)s, until %(day)s", promise=promise, day=until
            )
        return [
            *((motive.name, motive.description) for motive in referral.motive_ids),
            *self._get_labelled(referral, "motive_note"),
            (self._get_label(referral, "promise"), promise),
        ]

    @api.model
    def _get_known_suggest(self, referral):
        prepared = referral.prepared_ids.filtered(lambda prepared: not prepared.used)
        label = self._get_label(referral, "prepared_ids")
        return [
            *(
                (label, self._join(name, "name", "function", "partner_name"))
                for name in prepared
            ),
            *(
                (
                    candidate.display_name,
                    self._join(candidate, "function", "customer_answer"),
                )
                for candidate in referral.candidate_ids
            ),
        ]

    @api.model
    def _get_known_introduce(self, referral):
        return [
            (
                candidate.display_name,
                self._join(candidate, "state", "introduction_channel"),
            )
            for candidate in referral.candidate_ids
        ]

    @api.model
    def _get_known_follow_through(self, referral):
        look_up = self._get_label(referral.candidate_ids, "missing_research")
        return [
            (
                candidate.display_name,
                self.env._(
                    "%(label)s: %(what)s",
                    label=look_up,
                    what=candidate.missing_research,
                ),
            )
            for candidate in referral.candidate_ids
            if candidate.missing_research
        ]

    # === TOOLS === #

    @api.model
    def _get_label(self, records, fname):
        return records._fields[fname]._description_string(self.env)

    @api.model
    def _get_labelled(self, record, *fnames):
        return [(self._get_label(record, fname), record[fname]) for fname in fnames]

    @api.model
    def _join(self, record, *fnames):
        """:return: what these fields say, as a reader sees it."""
        said = []
        for fname in fnames:
            field = record._fields[fname]
            if field.type == "selection":
                labels = dict(field._description_selection(self.env))
                said.append(labels.get(record[fname]))
            else:
                said.append(record[fname])
        return " · ".join(filter(None, said))
