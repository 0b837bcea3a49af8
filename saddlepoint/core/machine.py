"""What kind of machine this is."""

import mmap
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from saddlepoint.core.hashing import fingerprint
from saddlepoint.version import __version__

PACKAGE = Path(__file__).parents[1]
CODE = "saddlepoint's code"  # a key of versions: what tells states of one version apart


def processor() -> str:
    """Return the name of the processor, or as much as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


@cache
def code() -> str:
    """Return 12 hexadecimal digits that another state of this package's Python files would not have."""
    paths = sorted(path for path in PACKAGE.rglob("*.py") if path.is_file())  # editors leave links to nowhere
    parts = [part for path in paths for part in (path.relative_to(PACKAGE).as_posix(), path.read_bytes())]
    return fingerprint(*parts)[:12]


def made_apart(versions: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return, of each of several ``versions``, what decides results and is not the same in all, as words.

    They are empty where all are alike. What a record lacks, as those of before it was kept, or what nobody
    could read, is unknown.
    """
    states = [{name: str(record.get(name, "unknown")) for name in (CODE, "torch")} for record in versions]
    decisive = [name for name in (CODE, "torch") if len({state[name] for state in states}) > 1]
    told = [
        {name: text if text.isprintable() else "unknown" for name, text in state.items()} for state in states
    ]
    return [", ".join(f"{name} {state[name]}" for name in decisive) for state in told]


def describe_machine() -> dict[str, Any]:
    """Return versions and hardware, for the record."""
    return {
        "versions": {
            "saddlepoint": __version__,
            CODE: code(),
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "machine": {
            "system": platform.system(),
            "processor": processor(),
            "cores": os.cpu_count(),
            "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        },
    }


def resident() -> int | None:
    """Return the process's resident memory in bytes: now, else the largest so far, None where nobody tells."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * mmap.PAGESIZE
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def multiplies_bf16(device: torch.device | str) -> bool:
    """Say whether bf16 matrix products are faster than fp32 ones on this device.

    On a CPU three have to agree: the processor has instructions for them, and neither torch nor its oneDNN
    is held to older ones, as ``ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2`` holds them.
    """
    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.get_device_capability(device)[0] >= 8
    if kind != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    has = any(getattr(torch.cpu, check, bool)() for check in checks)
    used = torch.backends.cpu.get_cpu_capability().startswith(("AVX512", "AMX"))
    return has and used and torch.ops.mkldnn._is_mkldnn_bf16_supported()
