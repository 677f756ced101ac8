"""Opens screens of a running Odoo in a headless Chromium, and takes pictures of them.

Runs with the libraries of the tests: `python -m devkit.photographer URL DATABASE FOLDER
LANG [NAME …]`; without names it takes all.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
import websocket

from .database import stopped
from .system import CHROMIUM

SECONDS = 60  # that a screen may take to be there
QUIET = 1.5  # seconds for what moves in: charts, dialogs, pictures of people
PHONE = (390, 844)
DESKTOP = (1280, 800)
# Nothing blinks, and nothing tells what only we need not know.
CALM = """
    *, *::before, *::after { transition: none !important; animation: none !important;
                             caret-color: transparent !important; }
    .o_notification_manager, .o-overlay-item:has(.o_tooltip) { display: none; }
"""


class Browser:
    """A page of a headless Chromium, over its debugging protocol."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(
            address, timeout=SECONDS, suppress_origin=True
        )
        self._number = 0
        for domain in ("Page", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict:
        """Ask for something and wait for the answer."""
        self._number += 1
        request = {"id": self._number, "method": method, "params": params}
        self._socket.send(json.dumps(request))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def evaluate(self, code: str) -> object:
        """The value of JavaScript in the page, also if it is promised only."""
        result = self.call(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(f"{code}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, code: str) -> None:
        """Wait until JavaScript is true."""
        deadline = time.monotonic() + SECONDS
        while not self.evaluate(f"Boolean({code})"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"This did not become true: {code}")
            time.sleep(0.1)

    def resize(self, width: int, height: int) -> None:
        is_phone = width < 768
        self.call(
            "Emulation.setDeviceMetricsOverride",
            **{"width": width, "height": height, "mobile": is_phone},
            deviceScaleFactor=2 if is_phone else 1.25,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=is_phone)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def click(self, selector: str) -> None:
        found = f"document.querySelector({selector!r})"
        self.wait(found)
        self.evaluate(f"{found}.click()")

    def take(self, path: Path) -> None:
        time.sleep(QUIET)
        image = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(image["data"]))


@contextmanager
def started() -> Iterator[Browser]:
    """A Chromium with a profile of its own, until the end of the block."""
    program = next(filter(None, map(shutil.which, CHROMIUM.commands)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--hide-scrollbars"]
            + [
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--force-color-profile=srgb",
            ]
            + [f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with stopped(process):
            try:
                yield Browser(find_page(Path(profile, "DevToolsActivePort")))
            finally:
                process.terminate()
                process.wait(20)


def find_page(active_port: Path) -> str:
    """The address of the first page, once Chromium has written its port down."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if active_port.exists() and (lines := active_port.read_text().splitlines()):
            session = requests.Session()
            session.trust_env = False  # no proxy, whatever the environment says
            pages = session.get(f"http://127.0.0.1:{lines[0]}/json/list", timeout=5)
            for page in pages.json():
                if page["type"] == "page":
                    return page["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise RuntimeError("Chromium did not start.")


class Studio:
    """The browser, logged in to an Odoo."""

    def __init__(self, browser: Browser, url: str, database: str, lang: str) -> None:
        self.browser = browser
        self.url = url
        self.database = database
        self.lang = lang

    def rpc(self, path: str, **params: object) -> object:
        """What a route gives, asked from inside the page, with its session."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        answer = self.browser.evaluate(
            f"fetch({path!r}, {{method: 'POST', body: {json.dumps(body)}, "
            "headers: {'Content-Type': 'application/json'}}).then((r) => r.json())"
        )
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["debug"])
        return answer["result"]

    def call(self, model: str, method: str, *args: object, **kwargs: object) -> object:
        names = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.rpc(f"/web/dataset/call_kw/{model}/{method}", **names)

    def find(self, model: str, *domain: list) -> int:
        """The newest record of a domain."""
        found = self.call(model, "search", list(domain), limit=1, order="id desc")
        return found[0]

    def log_in(self, login: str) -> None:
        """The users of the demo story have their name for a password."""
        self.browser.open(f"{self.url}/web/login")
        self.browser.call("Network.clearBrowserCookies")
        who = {"db": self.database, "login": login, "password": login}
        uid = self.rpc("/web/session/authenticate", **who)["uid"]
        self.call("res.users", "write", [uid], {"lang": self.lang})

    def show(self, path: str, selector: str, size: tuple[int, int] = DESKTOP) -> None:
        """Open a screen, and wait until something on it is there."""
        self.browser.resize(*size)
        self.browser.open(f"{self.url}/odoo/{path}")
        self.browser.evaluate(
            "document.head.append(Object.assign(document.createElement('style'), "
            f"{{textContent: {json.dumps(CALM)}}}))"
        )
        self.browser.wait(f"document.querySelector({selector!r})")


@dataclass(frozen=True)
class Shot:
    """A picture: who is logged in, and what leads to the screen."""

    login: str
    arrange: Callable[[Studio], None]


def arrange_request(studio: Studio, size: tuple[int, int]) -> None:
    referral = studio.find(
        "crm.referral",
        ["partner_id.name", "=", "Tomás Rivera"],
        ["outcome", "=", False],
    )
    studio.show(
        f"action-crm_referral.crm_referral_action/{referral}",
        ".o_form_view .o_guided_stepper, .o_form_view .o_conversation_cards",
        size,
    )


def arrange_ask_round(studio: Studio) -> None:
    """A draft that is about to be sent."""
    company = studio.find("res.partner", ["name", "=", "Parry Roofing"])
    helen = studio.find("res.users", ["login", "=", "helen"])
    draft = studio.call(
        "crm.assessment.round", "create", {"partner_id": company, "user_id": helen}
    )
    studio.show(
        f"action-crm_referral.crm_assessment_round_pride_action/{draft}",
        "button[name=action_send]",
        (1000, 860),
    )
    studio.browser.click("button[name=action_send]")
    studio.browser.wait("document.querySelector('.modal .modal-footer button')")


def arrange_pride_result(studio: Studio) -> None:
    round_id = studio.find(
        "crm.assessment.round",
        ["partner_id.name", "=", "Linden Square Dental Practice"],
        ["framework_id.code", "=", "pride"],
    )
    studio.show(
        f"action-crm_referral.crm_assessment_round_pride_action/{round_id}",
        ".o_assessment_result",
        (1280, 900),
    )


def arrange_referrer_page(studio: Studio) -> None:
    """What the customer sees, without a login."""
    referral = studio.find(
        "crm.referral",
        ["partner_id.name", "=", "Tomás Rivera"],
        ["outcome", "=", False],
    )
    action = studio.call("crm.referral", "action_open_link", [referral])
    studio.browser.resize(*PHONE)
    studio.browser.open(f"{studio.url}{urlsplit(action['url']).path}")
    studio.browser.wait("document.querySelector('.o_referrer_candidate')")


def arrange_complaint(studio: Studio) -> None:
    complaint = studio.find(
        "crm.complaint", ["step_id.code", "=", "address"], ["outcome", "=", False]
    )
    studio.show(
        f"action-crm_referral_service.crm_complaint_action/{complaint}",
        ".o_form_view .o_guided_stepper",
        (1280, 860),
    )


def arrange_client_action(
    name: str, selector: str, size=DESKTOP, addon: str = "crm_referral"
):
    def arrange(studio: Studio) -> None:
        studio.show(f"action-{addon}.{name}", selector, size)

    return arrange


SHOTS = {
    "request": Shot("helen", lambda studio: arrange_request(studio, (1280, 860))),
    "request-phone": Shot("helen", lambda studio: arrange_request(studio, PHONE)),
    "whom-to-ask": Shot(
        "helen",
        arrange_client_action(
            "crm_referral_ask_action_open", ".o_kanban_record", PHONE
        ),
    ),
    "referrer-page": Shot("helen", arrange_referrer_page),
    "ask-round": Shot("miriam", arrange_ask_round),
    "pride-result": Shot("miriam", arrange_pride_result),
    "heat-map": Shot(
        "miriam",
        arrange_client_action(
            "crm_assessment_heat_map_action", ".o_assessment_heat_map td"
        ),
    ),
    "scorecard": Shot(
        "miriam",
        arrange_client_action(
            *("crm_assessment_scorecard_action", ".o_assessment_scorecard td"),
            (1280, 480),
        ),
    ),
    "complaint": Shot("helen", arrange_complaint),
    "quick-contact": Shot(
        "ravi",
        arrange_client_action(
            "crm_service_contact_action_quick",
            ".o_quick_contact_save",
            PHONE,
            "crm_referral_service",
        ),
    ),
    "reason-matrix": Shot(
        "helen",
        arrange_client_action(
            "crm_service_reason_action_matrix",
            ".o_reason_matrix_bubble",
            DESKTOP,
            "crm_referral_service",
        ),
    ),
    "dashboard": Shot(
        "miriam",
        arrange_client_action(
            "crm_referral_dashboard_action", ".o_crm_dashboard_value"
        ),
    ),
}


def main(url: str, database: str, folder: str, lang: str, *names: str) -> None:
    if unknown := set(names).difference(SHOTS):
        sys.exit(f"There is no picture {unknown.pop()}; there are {', '.join(SHOTS)}.")
    with started() as browser:
        studio = Studio(browser, url, database, lang)
        for name, shot in SHOTS.items():
            if names and name not in names:
                continue
            studio.log_in(shot.login)
            shot.arrange(studio)
            browser.take(Path(folder, f"{name}.png"))
            print(name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
