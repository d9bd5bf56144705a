"""The emulator: a process, and what it answers to the SDK's raw requests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import workos

from orgscope.embedded.endpoint import free_port
from tests.interop.cannot_run import CannotRun
from tests.interop.namespace import check_isolated
from tests.interop.packages import emulator_command

__all__ = ["STATUSES", "Emulator", "Json", "running_emulator"]

Json = dict[str, Any]

STATUSES: Final = "active,inactive,pending"
_READY_S: Final = 60.0
_END_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator. Every method raises workos.WorkOSError without a good answer."""

    url: str
    api_key: str
    client: workos.WorkOSClient

    def get(self, *path: str, **params: str) -> Json:
        """Return what is at a path."""
        return self.client.request_raw("get", path, params=params)

    def post(self, *path: str, **body: Any) -> Json:
        """Create an object, and return it."""
        return self.client.request_raw("post", path, body=body)

    def put(self, *path: str, **body: Any) -> Json:
        """Change an object, and return it."""
        return self.client.request_raw("put", path, body=body)

    def delete(self, *path: str) -> None:
        """Delete an object."""
        self.client.request_raw("delete", path)

    def refuses(self, method: str, *path: str, **sent: Any) -> int | None:
        """Return the status of a refusal, None when the call succeeds."""
        params, body = (sent, None) if method == "get" else (None, sent)
        try:
            self.client.request_raw(method, path, params=params, body=body)
        except workos.WorkOSError as error:
            status: int | None = getattr(error, "status_code", None)
            if status is None:
                raise
            return status
        return None

    def pages(self, *path: str, **params: str) -> Iterator[Json]:
        """Return all objects of a list, oldest first."""
        params = {"limit": "100", "order": "asc", **params}
        while True:
            page = self.get(*path, **params)
            yield from page["data"]
            after = page["list_metadata"]["after"]
            if after is None:
                return
            params["after"] = after

    def objects(self) -> Mapping[str, list[Json]]:
        """Return everything that is compared, by the family of the mirror."""
        organizations = list(self.pages("organizations"))
        return {
            "user": list(self.pages("user_management", "users")),
            "organization": organizations,
            "organization_domain": [one for org in organizations for one in org["domains"]],
            "organization_membership": [
                one for org in organizations for one in self.memberships(org["id"])
            ],
        }

    def memberships(self, organization_id: str) -> Iterator[Json]:
        """Return the memberships of an organization."""
        path = ("user_management", "organization_memberships")
        return self.pages(*path, organization_id=organization_id, statuses=STATUSES)

    def events(self) -> list[Json]:
        """Return all events."""
        return list(self.pages("events"))


@contextmanager
def running_emulator(folder: Path) -> Iterator[Emulator]:
    """Run the emulator, in ``folder``, for the length of the block.

    It gets nothing of our environment but PATH, and dies with this process. Raises CannotRun when
    it does not start, and outside of a network namespace.
    """
    check_isolated()
    port = free_port()
    said, log = folder / "emulator.json", folder / "emulator.log"
    guard = shutil.which("setpriv")
    if guard is None:
        raise CannotRun(
            "Expected setpriv in PATH, so that the emulator dies with this process; there is "
            "none. Install util-linux 2.38 or later."
        )
    with said.open("w") as output, log.open("w") as errors:
        process = subprocess.Popen(
            [guard, "--pdeathsig", "KILL", "--", *emulator_command(port)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "WORKOS_TELEMETRY": "false"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, url, log)
        api_key = json.loads(said.read_text("utf-8").splitlines()[0])["apiKey"]
        client = workos.WorkOSClient(api_key=api_key, client_id="client_x", base_url=url)
        with closing(client):
            yield Emulator(url, api_key, client)
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx2.TransportError):  # It does not listen yet.
            if httpx2.get(f"{url}/health").is_success:
                return
        time.sleep(0.1)
    came = "it does not answer" if process.poll() is None else f"it ended ({process.returncode})"
    raise CannotRun(
        f"Expected the emulator to answer within {_READY_S:.0f} s; {came}:\n"
        f"{log.read_text('utf-8')[-2000:]}\nRemove the folder .interop, and run it again."
    )
