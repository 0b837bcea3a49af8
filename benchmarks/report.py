"""The results as lines of text."""

from collections.abc import Iterator
from typing import Any

GIGA, MEBI = 1e9, 1 << 20


def lines(results: dict[str, Any]) -> Iterator[str]:
    """Yield what a person reads of ``results``, a line at a time."""
    peak = results["peak"]
    yield f"device     {results['device']}, {results['threads']} CPU threads, load before {results['load']:.1f}"
    yield f"peak       fp32 {peak['fp32'] / GIGA:,.0f} GFLOP/s, bf16 {peak['bf16'] / GIGA:,.0f} GFLOP/s"
    if results["quick"]:
        yield "quick      too short to be a measurement"
    for name, row in results["rows"].items():
        yield ""
        yield from _row(name, row, peak)
    if first := results.get("first_step"):
        yield ""
        seconds = _spread(first["seconds"], ".2f")
        yield f"first step  {seconds} s, goal {first['goal']:g} {_met(_first_met(first))}"
    if growth := results.get("growth"):
        yield ""
        yield "growth      one of " + ", ".join(f"{k} {v:,}" for k, v in growth["base"].items()) + " changed"
        for name, points in growth["curves"].items():
            for point in points:
                yield (
                    f"  {name:7} {point['value']:>8,}  {point['step_seconds'] * 1e3:9.1f} ms a step  "
                    f"{point['images_per_second']:>9,.0f} images/s  {_memory(point['memory'])}"
                )


def goals(results: dict[str, Any]) -> dict[str, bool]:
    """Return for every goal whether it was met."""
    found = {}
    for name, row in results["rows"].items():
        if row["goal"]:
            found[f"{name} ratio"] = row["ratio"]["median"] >= row["goal"]
        if row["share_goal"]:
            share = row["flops_per_second"]["saddlepoint"] / results["peak"]["bf16"]
            found[f"{name} share of peak"] = share >= row["share_goal"]
    if first := results.get("first_step"):
        found["first step"] = _first_met(first)
    return found


def _row(name: str, row: dict[str, Any], peak: dict[str, float]) -> Iterator[str]:
    counts = ", ".join(f"{key} {value:,}" for key, value in row["parameters"].items())
    yield f"{name}: {row['title']} ({counts} parameters; {row['data']})"
    yield f"  plan        {row['plan']}"
    goal = f", goal {row['goal']:g} {_met(row['ratio']['median'] >= row['goal'])}" if row["goal"] else ""
    yield f"  ratio       {_spread(row['ratio'], '.2f')}{goal}"
    precision = row["precision"]["saddlepoint"]
    yield (
        f"              at most {limit(row, peak):.1f} on this machine: products at its {precision} peak, "
        f"and Adam, {row['update_seconds'] * 1e3:.2f} ms a step"
    )
    if row["operations"]:
        step, alone = (row["operations"][name] * 1e3 for name in ("step", "alone"))
        yield (
            f"              at most {limit_of_operations(row):.1f} by torch's operations: each as fast as "
            f"alone, they take {alone:.2f} ms of a step of {step:.2f}"
        )
    yield (
        f"              {row['ratio_without_loading']:.2f} if the loop's loading cost nothing "
        f"({row['loading_share']:.0%} of its time)"
    )
    for side, precision in row["precision"].items():
        speed, work = row["images_per_second"][side], row["flops_per_second"][side]
        shares = f"{work / peak[precision]:.1%} of the {precision} peak"
        if precision != "bf16":
            shares += f", {work / peak['bf16']:.1%} of the bf16 peak"
        yield f"  {side:11} {_spread(speed, ',.0f')} images/s  {work / GIGA:,.1f} GFLOP/s useful, {shares}"
        yield f"              {_memory(row['memory'][side])}"
    if row["share_goal"]:
        share, goal = row["flops_per_second"]["saddlepoint"] / peak["bf16"], row["share_goal"]
        yield f"  share       {share:.1%} of the bf16 peak, goal {goal:.0%} {_met(share >= goal)}"
    yield f"  reading     {row['reading_seconds']:.2f} s once, before training; not in the ratio"


def limit(row: dict[str, Any], peak: dict[str, float]) -> float:
    """Return the ratio that this machine allows: that of nothing but products at its peak and updates."""
    least = row["step_flops"] / peak[row["precision"]["saddlepoint"]] + row["update_seconds"]
    return row["batch"] / row["images_per_second"]["tutorial"]["median"] / least


def limit_of_operations(row: dict[str, Any]) -> float:
    """Return the ratio of a step that is nothing but its operations, each at its best alone.

    Step and operations are of one process and minute, so that the ratio is scaled by theirs.
    """
    return row["ratio"]["median"] * row["operations"]["step"] / row["operations"]["alone"]


def _first_met(first: dict[str, Any]) -> bool:
    return first["seconds"]["median"] <= first["goal"]


def _met(met: bool) -> str:
    return "met" if met else "MISSED"


def _spread(value: dict[str, float], form: str) -> str:
    return f"{value['median']:{form}} ({value['low']:{form}} to {value['high']:{form}})"


def _memory(memory: dict[str, int]) -> str:
    parts = [f"{place} memory {size / MEBI:,.0f} MiB" for place, size in memory.items()]
    return "peak " + ", ".join(parts) if parts else "peak memory unknown here"
