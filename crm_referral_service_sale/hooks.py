def uninstall_hook(env):
    """Notices go by days again: nobody counts orders any more."""
    env["crm.service.notice"]._forget_denominator("orders")
