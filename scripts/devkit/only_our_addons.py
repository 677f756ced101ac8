"""A pytest plugin: Odoo's test_lint sees only the addons of this repository."""

from odoo.modules import Manifest

from devkit import base

ALL_ADDONS = Manifest.all_addon_manifests


def our_addons() -> list[Manifest]:
    names = set(base.addons())
    return [manifest for manifest in ALL_ADDONS() if manifest.name in names]


Manifest.all_addon_manifests = staticmethod(our_addons)
