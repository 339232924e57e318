"""Memory during an hour in which random users come, train and leave. It should stop growing."""

import asyncio
import os
import time

import numpy as np

from tests.bench.figures import anonymous_mb
from tests.browser.server import serve
from tests.faults.monkey import SHOW_ERRORS, run_visitors

USERS, SEED = 8, 0
WARM_MINUTES = 10  # memory should be flat after this time
DETAILS = ("findings", "by_minute")  # fields of the result that tables don't show


async def follow(server, minutes):
    """Let random users use a server; return its memory by minute, and the users' findings."""
    work = asyncio.create_task(run_visitors(server, SEED, 60 * minutes, USERS))
    by_minute, start = [], time.monotonic()
    while not work.done():
        await asyncio.wait([work], timeout=60)
        row = {
            "minute": round((time.monotonic() - start) / 60, 2),
            "page_mb": round(anonymous_mb([server.process])),
            "worker_mb": round(anonymous_mb(server.children())),
        }
        by_minute.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return by_minute, work.result()


def soak(minutes):
    """Measure a server of its own. The growth of memory is measured after `WARM_MINUTES`."""
    os.environ.update([SHOW_ERRORS])
    with serve() as server:
        by_minute, findings = asyncio.run(follow(server, minutes))
    memory = [row["page_mb"] + row["worker_mb"] for row in by_minute]
    warm = sum(row["minute"] < WARM_MINUTES for row in by_minute)
    hours = [row["minute"] / 60 for row in by_minute]
    has_growth = len(memory) > warm + 1
    return {
        "minutes": by_minute[-1]["minute"],
        "memory_mb_warm": memory[warm] if len(memory) > warm else None,
        "memory_mb_end": memory[-1],
        "memory_mb_per_hour": (
            round(np.polyfit(hours[warm:], memory[warm:], 1)[0], 1) if has_growth else None
        ),
        "findings_count": len(findings),
        "findings": findings[:20],
        "by_minute": by_minute,
    }
