"""Odoo as a real server, and a browser's requests to it."""

import json
import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import catalogue
import requests
import websocket
from devkit import serve, session

SECONDS = 120  # that an answer may take


@dataclass
class Odoo:
    """A running server."""

    process: "subprocess.Popen[bytes]"
    url: str
    bus: str  # the address of the process for web sockets, if it has workers
    log: Path

    def lines(self, text: str) -> list[str]:
        """The lines of its log that hold a text."""
        return [each for each in self.log.read_text().splitlines() if text in each]


@contextmanager
def served(lab, name, log, *options, env=None):
    """Odoo on a database, until the end of the block; then nothing of it is left."""
    path = lab.logs / f"{log}.log"
    ports = session.free_ports()
    http, bus = (int(port.partition("=")[2]) for port in ports)
    with path.open("w") as output:
        process = subprocess.Popen(
            lab.odoo_command("-d", name, f"--db-filter=^{name}$", *ports, *options),
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**lab.env, **(env or {})},
            # A group of its own: workers do not outlive their killed server.
            process_group=0,
        )
    try:
        url = f"http://127.0.0.1:{http}"
        serve.wait_until_ready(process, url, path)
        yield Odoo(process, url, f"http://127.0.0.1:{bus}", path)
    finally:
        end(process)


def end(process):
    """Kill a server and its workers."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Browser:
    """A user who is logged in."""

    def __init__(self, odoo: Odoo, database: str, login: str, password: str) -> None:
        self.odoo = odoo
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, whatever the environment says
        who = {"db": database, "login": login, "password": password}
        assert self.rpc("/web/session/authenticate", **who)["uid"]

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.odoo.url}{path}", timeout=SECONDS)

    def rpc(self, path: str, **params: object) -> object:
        """What a JSON-RPC route gives."""
        request = {"jsonrpc": "2.0", "method": "call", "params": params}
        url = f"{self.odoo.url}{path}"
        answer = self.session.post(url, json=request, timeout=SECONDS).json()
        assert "error" not in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    def call(self, model: str, method: str, *args: object, **kwargs: object) -> object:
        """What a method gives."""
        return self.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            **{"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    @contextmanager
    def listening(self):
        """Gives a function that returns what the bus told, until the first pause."""
        serve.wait_until_ready(self.odoo.process, self.odoo.bus, self.odoo.log)
        cookie = f"session_id={self.session.cookies['session_id']}"
        socket = websocket.create_connection(
            f"{self.odoo.bus.replace('http', 'ws')}/websocket",
            cookie=cookie,
            origin=self.odoo.bus,
            timeout=1,
        )
        data = {"channels": [], "last": 0}
        socket.send(json.dumps({"event_name": "subscribe", "data": data}))

        def told(kind: str) -> list[dict]:
            messages = []
            try:
                while True:
                    messages += json.loads(socket.recv())
            except websocket.WebSocketTimeoutException:
                each = (message["message"] for message in messages)
                return [m["payload"] for m in each if m["type"] == kind]

        try:
            yield told
        finally:
            socket.close()


def query(lab, name, sql, *params):
    """The first row that a query gives."""
    with catalogue.connected(lab, name) as cursor:
        cursor.connection.autocommit = True
        cursor.execute(sql, params)
        return cursor.fetchone() if cursor.description else None
