"""Whether a long run stays as it began: ``python -m benchmarks.soak [--minutes 120] [--json FILE]``.

A real ``saddle train`` with quick scores and grids on the way, watched from outside every ten seconds: its
resident memory, open files and threads, and how many images it trains a second of its own processor time
(neighbours on the same cores change the clock's second, hardly the processor's). The first tenth is left out,
as a judge is trained there and caches fill. Slopes are least squares over twenty blocks' medians, with 95 %
intervals of Student's t.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from saddlepoint.core import files
from saddlepoint.core.machine import describe_machine
from saddlepoint.core.run_folder import RunFolder

EVERY, BLOCKS, LEFT_OUT = 10.0, 20, 0.1
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run, watch, and print what was seen; 1 where the run failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="dcgan")
    parser.add_argument("--data", default="digits")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--evaluate-every", type=int, default=500)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "run"
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "saddlepoint.cli", "train", asked.recipe, "--data", asked.data),
                *("--minutes", f"{asked.minutes}", "--threads", f"{asked.threads}", "--out", str(out)),
                *("--evaluate-every", f"{asked.evaluate_every}"),
            ],
            stdout=subprocess.DEVNULL,
        )
        watched = _watch(process, out)
        if process.returncode:
            print(f"the run ended with {process.returncode}", file=sys.stderr)
            return 1
        rows = [row for row in RunFolder(out).rows() if "frechet" in row]
    report = {
        **{name: value for name, value in vars(asked).items() if name != "json"},
        **_summary(watched),
        "evaluations": len(rows),
        **describe_machine(),
    }
    print(json.dumps(report, indent=1))
    if asked.json:
        files.write_json(asked.json, report)
    return 0


def _watch(process: subprocess.Popen[bytes], out: Path) -> list[dict[str, float]]:
    """Return what a process was every ten seconds until it ended."""
    seen, began = [], time.monotonic()
    while process.poll() is None:
        time.sleep(EVERY)
        try:
            about = _look(process.pid)
        except (OSError, KeyError):  # it has ended
            break
        rows = RunFolder(out).rows()
        if rows:
            seen.append({"hours": (time.monotonic() - began) / 3600, "images": rows[-1]["images"], **about})
    process.wait()
    return seen


def _look(pid: int) -> dict[str, float]:
    """Return memory in MB, open files, threads and processor seconds of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return {
        "memory": int(fields["VmRSS"].split()[0]) / 1024,
        "files": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(fields["Threads"]),
        "cpu": (int(used[11]) + int(used[12])) / TICKS,
    }


def _summary(seen: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Return slopes an hour and levels of what was seen, without its first tenth."""
    kept = seen[int(LEFT_OUT * len(seen)) :]
    speeds = [
        {"hours": b["hours"], "speed": (b["images"] - a["images"]) / max(1e-9, b["cpu"] - a["cpu"])}
        for a, b in zip(kept, kept[6:], strict=False)  # over a minute: rows of the curves come one by one
    ]
    return {
        "hours": round(seen[-1]["hours"], 2),
        "images": int(seen[-1]["images"]),
        "looks": len(seen),
        "memory": _trend(kept, "memory"),
        "files": _trend(kept, "files"),
        "os_threads": _trend(kept, "threads"),
        "images_per_cpu_second": _trend(speeds, "speed"),
    }


def _trend(seen: Sequence[dict[str, float]], name: str) -> dict[str, float]:
    """Return the medians of the first and last block, the highest value, and the slope an hour."""
    blocks = [block for block in np.array_split(np.arange(len(seen)), BLOCKS) if len(block)]
    hours = [statistics.median(seen[i]["hours"] for i in block) for block in blocks]
    values = [statistics.median(seen[i][name] for i in block) for block in blocks]
    (slope, _), covariance = np.polyfit(hours, values, 1, cov=True)
    half = stats.t.ppf(0.975, len(values) - 2) * float(np.sqrt(covariance[0, 0]))
    return {
        "first": round(values[0], 2),
        "last": round(values[-1], 2),
        "most": round(max(one[name] for one in seen), 2),
        "slope": round(float(slope), 3),
        "half_width": round(float(half), 3),
    }


if __name__ == "__main__":
    sys.exit(main())
