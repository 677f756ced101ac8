from . import complaint_page, contact_page, portal, tell_us
