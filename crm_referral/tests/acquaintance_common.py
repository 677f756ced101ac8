from .common import ReferralCommon


class AcquaintanceCommon(ReferralCommon):
    """A customer with everything that others may have in common, and her request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"]
        cls.industry, cls.other_industry = cls.env["res.partner.industry"].create(
            [{"name": "Clinics"}, {"name": "Mining"}]
        )
        cls.tag = cls.env["crm.tag"].create({"name": "Night shift"})
        cls.category = cls.env["res.partner.category"].create({"name": "Fair 2025"})
        cls.organization = cls._create_company(
            "Archer Clinic",
            industry_id=cls.industry.id,
            city="Hsinchu",
            email="desk@archer-clinic.test",
            category_id=cls.category.ids,
        )
        cls.customer.write(
            {
                "parent_id": cls.organization.id,
                "city": "Hsinchu",
                "email": "ann@archer-clinic.test",
            }
        )
        cls._create_won_lead(user_id=cls.rep.id, tag_ids=cls.tag.ids)
        cls.referral = cls._walk_to(cls._create_referral(), "suggest")

    @classmethod
    def _create_company(cls, name, **vals):
        return cls.Partner.create({"name": name, "is_company": True, **vals})

    @classmethod
    def _create_lead(cls, **vals):
        """An open lead of the rep, of somebody who has nothing in common."""
        return cls.env["crm.lead"].create(
            {
                "name": "Lead",
                "type": "opportunity",
                "user_id": cls.rep.id,
                "contact_name": "Lea Lee",
                **vals,
            }
        )

    def _suggest(self, user=None, referral=None):
        """:return: what the screen of the user shows."""
        self.env.flush_all()
        Acquaintance = self.env["crm.referral.acquaintance"].with_user(user or self.rep)
        return Acquaintance.get_suggestions((referral or self.referral).id)

    def _names(self, user=None, referral=None):
        return [each["name"] for each in self._suggest(user, referral)["people"]]

    def _reasons(self, name, user=None):
        """:return: the reasons why this person is suggested; None for who is not."""
        for each in self._suggest(user)["people"]:
            if each["name"] == name:
                return each["reasons"]
        return None
