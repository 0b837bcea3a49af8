"""How many threads are fastest beside whatever else runs: numbers of threads are tried in turns."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import torch

ROUNDS = 3
GAIN = 0.9  # of the time of the number that is taken otherwise, which another must stay below
HOPELESS = 2.0  # times the shortest time so far: still fewer threads would take longer still
SCATTER = 1.5  # longest by shortest time of one number of threads, which an idle machine stays below

Readings = dict[int, list[float]]


def candidates(most: int, others: float | None) -> list[int]:
    """Return numbers of threads to try, descending: all, half, a quarter, … and as many as cores are free."""
    found = {most >> halvings for halvings in range(most.bit_length())}
    if others is not None:
        found.add(free(most, others))
    return sorted(found, reverse=True)


def free(most: int, others: float) -> int:
    """Return how many of ``most`` threads have a core to themselves where others take so many; at least one."""
    return max(1, most - round(others))


def in_turns(
    step: Callable[[], object],
    counts: Sequence[int],
    *,
    window: float,
    limit: float,
    clock: Callable[[], float] = time.perf_counter,
    use: Callable[[int], None] = torch.set_num_threads,
) -> Readings:
    """Time ``step`` with each number of threads in turn, A B A B A B, so that all meet the same neighbours.

    Args:
        step: what is timed.
        counts: numbers of threads, descending.
        window: seconds of one reading, which holds at least one step.
        limit: seconds after which no reading begins, once each number has one.
        clock: seconds.
        use: sets the number of threads.

    Returns:
        Mean seconds of a step in each window, by number of threads; numbers far below the best are left out.
    """
    found: Readings = {}
    end = clock() + limit
    for count in counts:
        use(count)
        found[count] = [mean_time(step, window, clock)]
        if found[count][0] > HOPELESS * min(times[0] for times in found.values()):
            break
    for _ in range(ROUNDS - 1):
        for count, times in found.items():
            if clock() > end:
                return found
            use(count)
            times.append(mean_time(step, window, clock))
    return found


def mean_time(
    step: Callable[[], object], window: float, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the mean time of the steps of one window; the first, which may be slow, counts if it fills it.

    The mean and not the shortest: threads that wait for each other beside a neighbour are fast now and then.
    """
    start = clock()
    step()
    first = clock() - start
    if first >= window:
        return first
    count, start = 0, clock()
    while (spent := clock() - start) < window:
        step()
        count += 1
    return spent / count


def fastest(times: Mapping[int, float], preferred: int) -> int:
    """Return the number of threads with the shortest time; ``preferred``, unless another gains a tenth."""
    best = min(times, key=lambda count: times[count])
    return best if times[best] < GAIN * times[preferred] else preferred


def medians(readings: Readings) -> dict[int, float]:
    """Return the median time of each number of threads."""
    return {count: statistics.median(times) for count, times in readings.items()}


def scatter(readings: Readings) -> float:
    """Return by how much the times of one number of threads differ, longest by shortest, at worst."""
    return max(max(times) / min(times) for times in readings.values())
