from . import objection, portal, referrer_page
