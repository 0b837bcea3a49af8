"""What kind of machine this is."""

import platform
import resource
import sys
from pathlib import Path


def processor() -> str:
    """Return the name of the processor, or as much as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def resident() -> int:
    """Return the process's resident memory in bytes; where the system does not tell, the largest so far."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def preemptions() -> int:
    """Return how often the system has taken a core from this process because others wanted it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
