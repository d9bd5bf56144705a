"""The emulator's package, installed by npm into a folder of this checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.interop.cannot_run import CannotRun

__all__ = ["FOLDER", "PACKAGE", "VERSION", "emulator_command", "install"]

PACKAGE: Final = "workos"
VERSION: Final = "0.14.0"
"""What the deviations were seen with; another version has others."""

OLDEST_NODE: Final = 20
FOLDER: Final = Path(__file__).parents[2] / ".interop"

_INSTALL_S: Final = 600


def install() -> None:
    """Install the package unless it is there.

    No script of a package is run. Raises CannotRun without Node, npm, or the package.
    """
    _check_node()
    npm = _program("npm")
    if _is_installed():
        return
    FOLDER.mkdir(exist_ok=True)
    # Without one npm would look for a project in the folders above.
    (FOLDER / "package.json").write_text('{"private": true}\n', "utf-8")
    print(f"installing {PACKAGE} {VERSION} into {FOLDER.name}", flush=True)
    command = [npm, "install", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit"]
    command += ["--no-fund", "--save-exact", f"{PACKAGE}@{VERSION}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_INSTALL_S
        )
    except subprocess.TimeoutExpired:
        raise CannotRun(
            f"Expected npm to install {PACKAGE} {VERSION} within {_INSTALL_S} s; it did not end. "
            "Check the network, and run it again."
        ) from None
    if done.returncode != 0 or not _is_installed():
        raise CannotRun(
            f"Expected npm to install {PACKAGE} {VERSION}; it ended with {done.returncode}:\n"
            f"{done.stderr[-2000:]}\nCheck the network and npm's registry, and run it again."
        )


def emulator_command(port: int) -> list[str]:
    """Return the command that runs the emulator on a port."""
    script = FOLDER / "node_modules" / PACKAGE / "dist" / "bin.js"
    return [_program("node"), str(script), "emulate", "--port", str(port), "--json"]


def _is_installed() -> bool:
    """Tell whether npm finished with this version: it writes its own list last."""
    modules = FOLDER / "node_modules"
    manifest = modules / PACKAGE / "package.json"
    if not manifest.exists() or not (modules / ".package-lock.json").exists():
        return False
    return bool(json.loads(manifest.read_text("utf-8"))["version"] == VERSION)


def _check_node() -> None:
    said = subprocess.run(
        [_program("node"), "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = said.removeprefix("v").partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST_NODE:
        raise CannotRun(
            f"Expected Node {OLDEST_NODE} or later; node --version says {said or 'nothing'}. "
            "Install a later one, and put it first in PATH."
        )


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CannotRun(
            f"Expected {name} in PATH, which the emulator needs; there is none. "
            f"Install Node {OLDEST_NODE} or later with npm, and run it again."
        )
    return path
