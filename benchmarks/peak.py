"""The machine's limits: the fastest square matrix product, and the fastest update of so many parameters.

``python -m benchmarks.peak DEVICE SECONDS [PARAMETERS ...]``
"""

import json
import sys
import time

import torch

SIDES = (512, 1024, 2048, 4096, 8192, 16384)


def peak(dtype: torch.dtype, device: torch.device, seconds: float) -> float:
    """Return the most FLOPs a second of square products, growing them until one would take too long.

    Args:
        dtype: of the matrices.
        device: where to multiply.
        seconds: spent on every side.
    """
    best = 0.0
    for side in SIDES:
        work = 2 * side**3
        if best and work / best > seconds / 3:
            break
        a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        torch.mm(a, b)
        started = now = _now(device)
        while now - started < seconds:
            before = now
            repeats = max(1, int(1e-3 * best / work)) if device.type != "cpu" else 1
            for _ in range(repeats):
                torch.mm(a, b)
            now = _now(device)
            best = max(best, repeats * work / (now - before))
    return best


def update(parameters: int, device: torch.device, seconds: float) -> float:
    """Return the shortest time in seconds in which fused Adam updated ``parameters`` fp32 numbers.

    Each is read with its gradient and two moments, and written with both: 28 bytes, which no kernel saves.
    """
    weight = torch.randn(parameters, device=device, requires_grad=True)
    weight.grad = torch.randn_like(weight)
    adam = torch.optim.Adam([weight], fused=True)
    adam.step()
    best = float("inf")
    started = now = _now(device)
    while now - started < seconds:
        before = now
        adam.step()
        now = _now(device)
        best = min(best, now - before)
    return best


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def main() -> None:
    """Print the peaks of fp32 and bf16, and the updates in the order of their sizes, as JSON."""
    device, seconds, counts = torch.device(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    with torch.inference_mode():
        peaks = {
            "fp32": peak(torch.float32, device, seconds),
            "bf16": peak(torch.bfloat16, device, seconds),
        }
    print(json.dumps({"peak": peaks, "updates": [update(int(count), device, seconds) for count in counts]}))


if __name__ == "__main__":
    main()
