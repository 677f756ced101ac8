"""Programs that only the system can give, and how to get them."""

import os
import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import base


@dataclass(frozen=True)
class Need:
    """Something the system must have: where it may be, which package brings it."""

    what: str
    package: str
    commands: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def is_met(self) -> bool:
        if self.package == "python3-venv":
            return _has_module("ensurepip") and _has_module("venv")
        return any(map(shutil.which, self.commands)) or any(
            next(Path("/").glob(pattern), None) for pattern in self.files
        )


POSTGRESQL = Need(
    "a PostgreSQL server", "postgresql", files=("usr/lib/postgresql/*/bin/initdb",)
)
POSTGRESQL_CLIENT = Need("psql", "postgresql-client", ("psql",))
VENV = Need("Python's venv module", "python3-venv")
CHROMIUM = Need(
    "Chromium", "chromium", ("google-chrome", "chromium", "chromium-browser")
)
CHINESE_FONTS = Need(
    "a Chinese font",
    "fonts-noto-cjk",
    files=("usr/share/fonts/**/NotoSansCJK*", "usr/share/fonts/**/SourceHanSans*"),
)
WKHTMLTOPDF = Need("wkhtmltopdf", "wkhtmltopdf", ("wkhtmltopdf",))
LIBREOFFICE = Need(
    "LibreOffice Calc",
    "libreoffice-calc-nogui",
    ("localc",),
    ("usr/lib*/libreoffice/program/libsclo.so",),
)
POPPLER = Need("pdftoppm", "poppler-utils", ("pdftoppm",))
IMAGEMAGICK = Need("ImageMagick", "imagemagick", ("magick", "convert"))
NODE = Need("node", "nodejs", ("node",))
NPM = Need("npm", "npm", ("npm",))


def _has_module(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def require(*needs: Need) -> None:
    """Install what is missing, or say the exact command that would."""
    missing = [need for need in needs if not need.is_met()]
    if not missing:
        return
    what = " and ".join(need.what for need in missing)
    packages = [need.package for need in missing]
    if not shutil.which("apt-get"):
        raise base.UserFacingError(
            f"{what} is missing, and this is not Debian: install it and start again."
        )
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid():
        raise base.UserFacingError(
            f"{what} is missing and only root can install it: "
            f"sudo {shlex.join(command)}"
        )
    base.say(f"Installing {what} ({' '.join(packages)}) …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Another run of these scripts may be installing something at this moment.
    install([*command, "--option=DPkg::Lock::Timeout=600"], what, env)
    still = [need.what for need in missing if not need.is_met()]
    if still:
        raise base.UserFacingError(
            f"{' and '.join(still)} is still missing after `{shlex.join(command)}`."
        )


def get_if_offered(need: Need) -> bool:
    """Install what is missing, if this release of Debian has it at all.

    :return: whether it is there
    """
    if not need.is_met() and is_offered(need.package):
        require(need)
    return need.is_met()


def is_offered(package: str) -> bool:
    """Whether apt could install a package; elsewhere nobody knows."""
    if not shutil.which("apt-cache"):
        return True
    env = {**os.environ, "LC_ALL": "C"}
    for refresh in (False, os.geteuid() == 0):
        if refresh:
            base.run(["apt-get", "update"], what="read the package lists", env=env)
        policy = base.run(
            ["apt-cache", "policy", package], what=f"ask apt for {package}", env=env
        )
        if re.search(r"Candidate: [^(]", policy):
            return True
    return False


def install(command: Iterable[str], what: str, env: dict[str, str]) -> None:
    """Run apt-get; refresh its lists only if it must."""
    try:
        base.run(command, what=f"install {what}", env=env)
    except base.UserFacingError:
        base.run(["apt-get", "update"], what="read the package lists", env=env)
        base.run(command, what=f"install {what}", env=env)
