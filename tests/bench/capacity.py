"""How many servers so many people need: plain arithmetic on what was measured with few of them.

`python -m tests.bench.capacity [--people 1,30,100,1000,10000] [--training 0.5] [--price 0.05]`
prints a row for each number of people. The columns `of_…` say how much of one part is used, where 1
is all of it: pages and slots can be more, the proxy can't. It says what follows from the numbers:
nobody has had 10,000 people here. "Measured" means on 2 cores that other work used as well.
"""

import argparse
import math
from dataclasses import dataclass

from lib.training.limits import MAX_RUNS
from lib.ui.load import MOST_BUSY
from tests.bench.load import show

PEOPLE = (1, 30, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Costs:
    """What people do, what that takes, and what there is to have."""

    # Assumed; the first two are those of `tests.bench.load`.
    moves_per_s: float = 1 / 1.5  # of a slider, each person
    show_seconds: float = 8.0  # in which all epochs of a run are shown
    updates_per_s: float = 1.0  # of charts, each person who trains
    runs_per_hour: float = 20.0  # that each begins
    own_share: float = 0.5  # of these, architectures that the slot has to compile
    # Seconds of a processor. The first two follow from the README's table of many visitors.
    update_seconds: float = 0.019  # page, a chart update
    move_seconds: float = 0.013  # page, a slider's move
    driver_seconds: float = 0.004  # driver, a snapshot; measured for 4 people
    run_seconds: float = 1.0  # slot, a run; `point_cpu_s` of `tests.bench.cluster`
    compile_seconds: float = 1.0  # slot, a program of a run's own
    # Sent to a browser, measured (`Session.received`); 5.5 is the middle of `tests.bench.cluster`.
    update_kb: float = 38.0
    move_kb: float = 190.0
    snapshots_per_s: float = 5.5
    # Memory in megabytes, measured by `tests.bench.cluster`; a slot may grow to 1,570.
    page_mb: float = 101.0
    person_mb: float = 6.0
    driver_mb: float = 66.0
    slot_mb: float = 880.0
    node_mb: float = 175.0
    head_mb: float = 320.0
    # A machine and a proxy's line of 1 Gbit/s, assumed.
    processors: int = 8
    memory_gb: float = 32.0
    proxy_mb_per_s: float = 125.0
    full: float = 0.8  # the part of a slot's processor, and of a machine's memory, to plan for


def needs(people, training=0.5, price=0.05, costs=None):
    """What so many people at once need.

    Args:
        people: those whose page is open, and who use it.
        training: the share of them whose run trains, at a moment.
        price: of a processor for an hour, in any currency.
        costs: what each person does, and what that takes.
    """
    c = costs or Costs()
    going = people * training
    updates = training * c.updates_per_s
    page_seconds = updates * c.update_seconds + c.moves_per_s * c.move_seconds
    pages = math.ceil(people / max(1, int(MOST_BUSY / page_seconds)))
    drivers = going * c.snapshots_per_s * c.driver_seconds

    runs_of_slot = max(1, min(MAX_RUNS, int(c.full * c.show_seconds / c.run_seconds)))
    compiling = people * c.runs_per_hour / 3600 * c.own_share * c.compile_seconds
    slots = max(1, math.ceil(going / runs_of_slot + compiling / c.full))

    # A processor for each page process and each slot: pages are not to wait for training.
    processors = pages + math.ceil(drivers) + slots
    gigabytes = pages * (c.page_mb + c.driver_mb) + people * c.person_mb + c.head_mb
    gigabytes = (gigabytes + slots * c.slot_mb) / 1e3
    usable = c.full * c.memory_gb - c.node_mb / 1e3
    machines = max(math.ceil(processors / c.processors), math.ceil(gigabytes / usable))

    proxy = people * (updates * c.update_kb + c.moves_per_s * c.move_kb) / 1e3
    return {
        "people": people,
        "pages": pages,
        "page_processors": round(people * page_seconds + drivers, 2),
        "slots": slots,
        "machines": machines,
        "memory_gb": round(gigabytes + machines * c.node_mb / 1e3, 1),
        "proxy_mb_per_s": round(proxy, 2),
        "price_per_h": round(machines * c.processors * price, 2),
        "of_page": round(people * page_seconds / MOST_BUSY, 4),
        "of_slot": round(going / runs_of_slot, 4),
        "of_proxy": round(proxy / c.proxy_mb_per_s, 4),
    }


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", default=",".join(map(str, PEOPLE)), help="numbers of them")
    parser.add_argument("--training", type=float, default=0.5, help="share who train at a time")
    parser.add_argument("--price", type=float, default=0.05, help="of a processor for an hour")
    given = parser.parse_args()
    counts = [int(each) for each in given.people.split(",")]
    show("needs", [needs(count, given.training, given.price) for count in counts])


if __name__ == "__main__":
    main()
