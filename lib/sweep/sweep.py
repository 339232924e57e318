"""Run a sweep to its end: `run_sweep` for scripts, `run_plan` for the terminal and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.data import Table
from lib.results import PointResult
from lib.sweep import rows
from lib.sweep.plan import Plan, SweepError, base_of, make_plan
from lib.sweep.runner import Runner
from lib.training import TrainingClient, machine

if TYPE_CHECKING:
    import pandas as pd


def run_sweep(
    *,
    data: str = "",
    vary: Mapping[str, Iterable[Any]],
    seeds: int = 4,
    table: Table | str | Path | None = None,
    out: str | Path | None = None,
    progress: Callable[[Runner], object] = lambda _: None,
    **settings: Any,
) -> pd.DataFrame:
    """Train each value of each setting with each of the others, and return all numbers.

    Args:
        data: a key of `lib.data.DATASETS`; with a `table` it is "upload".
        vary: values by URL key: `{"T": [8, 16], "cell": ["lstm", "gru"]}`. Allowed are the keys of
            `lib.results.VARIABLE` that the data use.
        seeds: of each point, 1 to 16; points × seeds are 96 at most.
        table: a table, or the path of its file.
        out: a CSV of all rows, written after each point; the same call continues from there.
        progress: called a few times a second, and at the end, with the `Runner`: its `results`,
            `share` of the work that is done, and `seconds_left`.
        settings: any other setting, by URL key: `epochs=100, inputs=["wind"]`; else what the data
            suggest.

    Returns:
        A row for each point, seed and mode: the settings that vary, and the columns of
        `lib.sweep.rows.KINDS`. `last_step_error` is the mean squared error on the judged samples,
        in the unit of y squared; NaN unless the run has finished.

    Raises ExperimentError for what can't be swept, UploadError for a file. Ctrl-C stops it.
    """
    import pandas as pd  # noqa: PLC0415  pages show sweeps without it

    if table is not None and data not in ("", "upload"):
        raise SweepError(f"expected data or a table of your own, got both: data is {data!r}")
    file = ""
    if isinstance(table, Table):
        file = sha256(table.frame.to_csv().encode()).hexdigest()[:12]
    elif table is not None:
        table, file = read_table(table)
    base = base_of("upload" if table is not None else data, settings)
    plan = make_plan(base, vary, seeds, table, file)
    points = run_plan(plan, table, out=Path(out) if out else None, look=progress)
    return pd.DataFrame(rows.to_rows(points))


def run_plan(
    plan: Plan,
    table: Table | None = None,
    *,
    out: Path | None = None,
    look: Callable[[Runner], object] = lambda _: None,
) -> tuple[PointResult, ...]:
    """Train the points of a plan that `out` doesn't have; returns all results in order."""
    done = rows.read_done(out, plan) if out else []
    keep = partial(rows.write, keys=plan.keys, path=out) if out else lambda _: None
    keep(done)  # raises for a missing folder before anything is trained
    with TrainingClient(workers=machine.worker_count()) as client:
        runner = Runner(plan, client, table, done=done, keep=keep)
        runner.run(look)
    if runner.error is not None:
        raise runner.error
    return runner.results


def read_table(path: str | Path) -> tuple[Table, str]:
    """A person's file as a table, and what tells it from others. Raises UploadError."""
    from lib.data import UploadError, read_upload  # noqa: PLC0415  brings pandas along

    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UploadError(f"{path} can't be read: {error.strerror}.") from None
    return read_upload(Path(path).name, content), sha256(content).hexdigest()[:12]
