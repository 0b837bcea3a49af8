"""What kind of machine this is."""

import platform
from pathlib import Path


def processor() -> str:
    """Return the name of the processor, or as much as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
