"""What so many people need, on paper: plain arithmetic on what was measured with few of them.

`python -m tests.bench.capacity [--people 1,30,100,1000,10000] [--training 0.5] [--price 0.05]`
prints what is needed by how many people there are, and how much of one page process, one proxy and
so on they would use, where 1 is all of it: what they use most of gives way first. Pages and slots
can be more, and the first table says how many; there is one proxy, and each slot is asked by all
page servers.

It says what follows from the numbers, not what happens: nobody has had 10,000 people here. Each
default says where it is from; "measured here" is 2 cores that other work used as well.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from typing import Any

from lib.training.limits import MAX_RUNS
from lib.ui.load import MOST_BUSY
from tests.bench.load import show

PEOPLE = (1, 30, 100, 1_000, 10_000)
SLOT_CALLS = 1000
"""Page servers that may wait at a slot: `CALLS` of `on_ray`, which imports ray."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What people do: assumptions, but for the first two, which are those of `tests.bench.load`."""

    moves_per_s: float = 1 / 1.5
    """A slider's moves of each person, of whom trains and of who doesn't."""
    show_seconds: float = 8.0
    """In which all epochs of a run are shown at the normal pace, `lib.ui.runs`."""
    updates_per_s: float = 1.0
    """Chart updates of each who trains: the fewest that still look live."""
    runs_per_hour: float = 20.0
    """Runs that each begins; a sweep is more."""
    own_share: float = 0.5
    """Of these, architectures that this slot has no program of their own for."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What each thing takes."""

    update_seconds: float = 0.019
    """Page's processor, one chart update. With `move_seconds` solved from README's table of
    `tests.bench.load`, by which a page process that is full (`MOST_BUSY`) has 16 people with 2.4
    updates and 0.6 moves a second each, or 32 with 1.0 and 0.6."""
    move_seconds: float = 0.013
    """Page's processor, a page that is drawn after a slider's move."""
    update_kb: float = 38.0
    """Sent to a browser for an update, not compressed; measured here (`Session.received`)."""
    move_kb: float = 190.0
    """The same for a move; measured here, 164 without a run and 195 with one."""
    snapshots_per_s: float = 5.5
    """Of a run; measured here by `tests.bench.cluster`, 5.0 to 6.2."""
    snapshot_kb: float = 46.0
    """One, from a slot to a page server; measured here by the same, 24 timesteps and 32 units."""
    checkpoint_kb: float = 121.0
    """One each two seconds, of the same run; measured here by the same."""
    driver_seconds: float = 0.004
    """Driver's processor, a snapshot; measured here: 0.08 processors for 4 people's."""
    run_seconds: float = 1.0
    """Slot's processor, a run with its judgements; about what `tests.bench.cluster` says of a point
    of its sweep (`point_cpu_s`)."""
    compile_seconds: float = 1.0
    """Slot's processor, a program of a run's own; README, `lib/training/timing.py`."""
    room_seconds: float = 20.0
    """Slot's processor, all programs that it begins with; README: thirty in its first 20 s."""
    page_mb: float = 101.0
    """A page process, its end would free it; measured here by `tests.bench.cluster`."""
    person_mb: float = 6.0
    """Of that for each person; README's 700 MB of 32 people, less a worker's 400 MB."""
    driver_mb: float = 66.0
    """A page server's driver; measured here by the same."""
    slot_mb: float = 880.0
    """A slot with its first programs, 70 of it the actor; measured here. It may grow to 1,570."""
    node_mb: float = 175.0
    """Raylet and agents on each node, without what slots take; measured here by the same."""
    head_mb: float = 320.0
    """The head's own processes; measured here by the same."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, of assumed size, and a proxy's line of assumed speed."""

    processors: int = 8
    memory_gb: float = 32.0
    proxy_mb_per_s: float = 125.0
    """1 Gbit/s."""
    full: float = 0.8
    """The part of a slot's processor, and of a machine's memory, that is planned for."""


HABITS, MEASURED, MACHINE = Habits(), Measured(), Machine()


@dataclass(frozen=True, slots=True)
class Paper:
    """What so many people need."""

    people: int
    training: float
    """How many of them train at the same moment, in the mean."""
    pages: int
    """Page processes. Python has each on one processor."""
    page_processors: float
    """That these keep busy, with their drivers."""
    slots: int
    machines: int
    snapshots_per_s: float
    proxy_mb_per_s: float
    """To browsers."""
    slots_mb_per_s: float
    """From slots to page servers."""
    compile_s_per_h: float
    """Seconds of a slot's processor in an hour, all slots together."""
    start_compile_s: float
    """The same when the slots start."""
    memory_gb: float
    price_per_h: float
    used: dict[str, float]
    """How much of a single one is used, by what it is: more than 1 needs more of them."""

    @property
    def first(self) -> str:
        """What gives way first, where there is one of each; a full slot only trains slower."""
        return max(self.used.keys() - {"slot"}, key=lambda name: self.used[name])

    @property
    def first_single(self) -> str:
        """The same of what there can't be more of: it ends what more machines can do."""
        return max(SINGLE, key=lambda name: self.used[name])


SINGLE = ("proxy", "servers of a slot")
"""What there is one of, however many machines there are."""


def paper(
    people: int,
    training: float = 0.5,
    *,
    habits: Habits = HABITS,
    measured: Measured = MEASURED,
    machine: Machine = MACHINE,
    price: float = 0.05,
) -> Paper:
    """What so many people at once need.

    Args:
        people: those whose page is open, and who use it.
        training: the share of them whose run trains, at a moment.
        habits: what each does.
        measured: what that takes.
        machine: what there is to have.
        price: of a processor for an hour, in any currency: assumed, for no particular place.
    """
    going = people * training
    pages = max(1, math.ceil(people / people_of_page(training, habits, measured)))
    snapshots = going * measured.snapshots_per_s
    starts = people * habits.runs_per_hour / 3600
    runs = runs_of_slot(habits, measured, machine)
    compiling = starts * habits.own_share * measured.compile_seconds
    slots = max(1, math.ceil(going / runs + compiling / machine.full))
    page_use = people * page_seconds(training, habits, measured)
    driver_use = snapshots * measured.driver_seconds
    proxy = people * browser_kb(training, habits, measured) / 1e3
    page_gb = (pages * (measured.page_mb + measured.driver_mb) + people * measured.person_mb) / 1e3
    slot_gb = (slots * measured.slot_mb + measured.head_mb) / 1e3
    # A processor for each page process and each slot: pages are not to wait for training.
    processors = pages + math.ceil(driver_use) + slots
    by_processors = math.ceil(processors / machine.processors)
    usable = machine.full * machine.memory_gb - measured.node_mb / 1e3
    machines = max(by_processors, math.ceil((page_gb + slot_gb) / usable))
    return Paper(
        people=people,
        training=going,
        pages=pages,
        page_processors=page_use + driver_use,
        slots=slots,
        machines=machines,
        snapshots_per_s=snapshots,
        proxy_mb_per_s=proxy,
        slots_mb_per_s=slot_kb(going, measured) / 1e3,
        compile_s_per_h=3600 * compiling,
        start_compile_s=slots * measured.room_seconds,
        memory_gb=page_gb + slot_gb + machines * measured.node_mb / 1e3,
        price_per_h=machines * machine.processors * price,
        used={
            "page process": page_use / MOST_BUSY,
            "proxy": proxy / machine.proxy_mb_per_s,
            "compile": compiling,
            "slot": going / runs,
            "snapshots": driver_use,
            "servers of a slot": pages / SLOT_CALLS,
        },
    )


def page_seconds(training: float, habits: Habits, measured: Measured) -> float:
    """Of a page's processor, what a person takes a second."""
    updates = training * habits.updates_per_s * measured.update_seconds
    return updates + habits.moves_per_s * measured.move_seconds


def people_of_page(training: float, habits: Habits, measured: Measured) -> int:
    """How many a page process serves before it looks less often for all of them."""
    return max(1, int(MOST_BUSY / page_seconds(training, habits, measured)))


def runs_of_slot(habits: Habits, measured: Measured, machine: Machine) -> int:
    """How many a slot trains at the normal pace, and all keep it; 48 are the most it takes."""
    busy = measured.run_seconds / habits.show_seconds
    return max(1, min(MAX_RUNS, int(machine.full / busy)))


def browser_kb(training: float, habits: Habits, measured: Measured) -> float:
    """Kilobytes a second to a person's browser."""
    updates = training * habits.updates_per_s * measured.update_kb
    return updates + habits.moves_per_s * measured.move_kb


def slot_kb(going: float, measured: Measured) -> float:
    """Kilobytes a second from all slots, of which so many runs train."""
    each = measured.snapshots_per_s * measured.snapshot_kb + measured.checkpoint_kb / 2
    return going * each


def needs(found: Paper) -> dict[str, Any]:
    """A row of the first table."""
    return {
        "people": found.people,
        "training": round(found.training, 1),
        "pages": found.pages,
        "page_processors": round(found.page_processors, 2),
        "slots": found.slots,
        "machines": found.machines,
        "snapshots_per_s": round(found.snapshots_per_s),
        "proxy_mb_per_s": round(found.proxy_mb_per_s, 2),
        "slots_mb_per_s": round(found.slots_mb_per_s, 2),
        "compile_s_per_h": round(found.compile_s_per_h),
        "start_compile_s": round(found.start_compile_s),
        "memory_gb": round(found.memory_gb, 1),
        "price_per_h": round(found.price_per_h, 2),
    }


def uses(found: Paper) -> dict[str, Any]:
    """A row of the second."""
    shares = {name: f"{share:,.4f}" for name, share in found.used.items()}
    first = {"gives way first": found.first, "of single ones": found.first_single}
    return {"people": found.people, **shares, **first}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", default=",".join(map(str, PEOPLE)), help="numbers of them")
    parser.add_argument("--training", type=float, default=0.5, help="share who train at a time")
    parser.add_argument("--price", type=float, default=0.05, help="of a processor for an hour")
    given = parser.parse_args()
    counts = [int(each) for each in given.people.split(",")]
    found = [paper(count, given.training, price=given.price) for count in counts]
    show("what they need", [needs(each) for each in found])
    show("how much of a single one they use", [uses(each) for each in found])


if __name__ == "__main__":
    main()
