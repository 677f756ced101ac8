"""Tests of our addons in Odoo, with a library that only developers have."""

from odoo.tests import BaseCase

BaseCase.test_tags = {"standard", "post_install"}
BaseCase.test_module = "crm_referral"
