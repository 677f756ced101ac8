from odoo import models


class CrmReferral(models.Model):
    """What each of the six steps needs, and how a request ends after them."""

    _inherit = "crm.referral"

    def _get_requirement_dependencies(self):
        """:return: fields that the requirements of the six steps read."""
        return [
            *super()._get_requirement_dependencies(),
            "active",
            "outcome",
            "benefit_ids.confirmed_now",
            "challenge",
            "improvement",
            "motive_ids",
            "candidate_ids.state",
            "candidate_ids.introduced_on",
            "candidate_ids.display_name",
        ]

    def _get_missing_benefits(self):
        if any(self.benefit_ids.mapped("confirmed_now")):
            return []
        return [self.env._("A benefit that the customer has confirmed.")]

    def _get_missing_profile(self):
        missing = []
        if not (self.challenge or "").strip():
            missing.append(self.env._("The challenge the customer was facing."))
        if not (self.improvement or "").strip():
            missing.append(self.env._("What has changed for the customer."))
        return missing

    def _get_missing_value(self):
        if self.motive_ids:
            return []
        return [self.env._("What the customer personally gains: at least one motive.")]

    def _get_missing_suggest(self):
        if self.candidate_ids:
            return self._get_missing_names()
        return [self.env._("At least one candidate: a name, or a job position.")]

    def _get_missing_names(self):
        """:return: what is missing of candidates who are just being typed in."""
        if all(candidate.display_name for candidate in self.candidate_ids):
            return []
        return [self.env._("A name or a job position for every candidate.")]

    def _get_missing_introduce(self):
        missing = self._get_missing_names() + [
            self.env._(
                "The customer's answer about %(candidate)s.",
                candidate=candidate.display_name,
            )
            for candidate in self.candidate_ids
            if candidate.state == "suggested" and candidate.display_name
        ]
        if not missing and not any(
            candidate._was_agreed() for candidate in self.candidate_ids
        ):
            missing.append(
                self.env._(
                    "An introduction the customer agrees to. If there is none, “Next” "
                    "ends the request as declined."
                )
            )
        return missing

    def _get_missing_follow_through(self):
        return self._get_missing_names() + [
            self.env._(
                "An end for %(candidate)s: converted, unfit, declined or objected.",
                candidate=candidate.display_name,
            )
            for candidate in self.candidate_ids
            if candidate._is_promising() and candidate.state != "converted"
        ]

    def _nobody_agreed(self):
        """:return: whether the customer has answered about everybody, with no yes."""
        self.ensure_one()
        return bool(self.candidate_ids) and not any(
            candidate.state == "suggested" or candidate._was_agreed()
            for candidate in self.candidate_ids
        )

    def _ends_at_current_step(self):
        """The request also ends in “introduce” when the customer agreed to nobody."""
        self.ensure_one()
        return super()._ends_at_current_step() or (
            self.step_code == "introduce" and self._nobody_agreed()
        )

    def _finish_conversation(self):
        """End with what is true: introduced, declined, or no candidate."""
        result = super()._finish_conversation()
        introduced = self.filtered(
            lambda r: any(candidate._was_introduced() for candidate in r.candidate_ids)
        )
        declined = (self - introduced).filtered(lambda r: r._nobody_agreed())
        introduced.write({"outcome": "introduced"})
        if declined:
            reason = self.env.ref("crm_referral.decline_reason_no_introduction")
            declined.write({"outcome": "declined", "decline_reason_id": reason.id})
        (self - introduced - declined).write({"outcome": "no_candidate"})
        return result
