from . import controllers, from.hooksimportuninstall_hook, models, report, tools, wizard
