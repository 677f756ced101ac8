MANAGER = "crm_referral_service.group_service_manager"


def first_present(users, company):
    """Nothing that has to be done is nobody's.

    :param users: the res.users whose it would be, the nearest first
    :param company: the res.company in which somebody manages the service
    :return: the first of them who is still here, else a service manager
    """

    def is_here(user):
        return user.active and not user.share

    # sudo: who has left, and who manages, is not a secret
    present = users.sudo().filtered(is_here)
    if not present:
        managers = users.env.ref(MANAGER).sudo().all_user_ids
        present = managers.filtered(
            lambda user: is_here(user) and company in user.company_ids
        )
    return present[:1].sudo(users.env.su)
