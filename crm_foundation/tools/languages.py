"""Languages are kept as codes, and one that was kept may be gone by now."""


def first_installed(env, *codes):
    """Find the first language that is in use here.

    :param codes: codes of languages, the best first; empty ones are passed over
    :return: a code, or False when there is none
    """
    return next(filter(None, map(env["res.lang"]._get_code, codes)), False)
