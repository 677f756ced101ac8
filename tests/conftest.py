"""Plain pytest, without Odoo's plugin: `devkit` is the package in scripts/."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from devkit import base, odoo, session
from devkit.database import Lab
from devkit.postgres import Server


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The laboratory that scripts/test has prepared."""
    logs = Path(os.environ["CRM_REFERRAL_LAB"])
    python = Path(sys.executable)  # not one more virtual environment, made of this one
    return Lab(odoo.find(), python, Server(), base.cache_dir() / "test-data", logs)


@pytest.fixture(scope="session")
def installed(lab: Lab) -> str:
    """The template database with our addons."""
    return lab.template_addon()


@pytest.fixture
def clean():
    """Fail on a warning in a log."""

    def check(log: str) -> None:
        assert "\n".join(session.install_warnings(log)) == ""

    return check
