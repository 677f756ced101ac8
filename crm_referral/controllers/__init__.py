from . import portal, referrer_page
