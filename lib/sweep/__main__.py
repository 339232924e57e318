"""`python -m lib.sweep` runs a sweep in a terminal. Repeating the command continues the sweep."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from lib import charts
from lib.data import DATASETS, UploadError
from lib.experiment import SETTINGS, ExperimentError
from lib.results import point_words
from lib.sweep.plan import base_of, make_plan, parse_vary, read_done
from lib.sweep.runner import Runner, read_table, run_plan
from lib.text import counted
from lib.training import machine

NAMES = [name for name in DATASETS if name != "upload"]
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--data", type=click.Choice(NAMES), help="A dataset's name (or use --file).")
@click.option("--file", type=FILE, help="Your own table.")
@click.option("--vary", multiple=True, required=True, help="Values: T=8,16,32. Repeatable.")
@click.option("--seeds", default=4, help="Number of seeds for each point, 4 by default.")
@click.option("--set", "settings", multiple=True, help="A fixed setting: epochs=100. Repeatable.")
@click.option("--out", type=FILE, default="sweep.csv", help="The CSV to write, or to continue.")
@click.option("--ray", metavar="ADDRESS", help="Train on a Ray cluster: HOST:PORT or auto.")
def main(
    *, data: str, file: Path, vary: list[str], seeds: int, settings: list[str], out: Path, ray: str
) -> None:
    """Train both modes with all combinations of values, and with several seeds."""
    if ray:
        os.environ[machine.RAY] = ray
    try:
        if (data is None) == (file is None):
            raise ExperimentError("expected either --data or --file")
        table, name = read_table(file) if file else (None, "")
        base = base_of(data or "upload", _settings(settings))
        plan = make_plan(base, parse_vary(vary), seeds, table, name)
        for note in plan.notes:
            click.echo(note)
        if known := len(read_done(out, plan)):
            click.echo(f"{out} has {known} of {counted(len(plan.points), 'point')}.")
        try:
            with click.progressbar(length=len(plan.points), label="points", file=sys.stderr) as bar:

                def show(runner: Runner) -> None:
                    bar.label = runner.client.pool.away or "points"
                    bar.update(len(runner.results) - bar.pos)

                points = run_plan(plan, table, out=out, progress=show)
        except KeyboardInterrupt:
            click.echo(f"{out} has the results so far. Repeat the command to continue.")
            sys.exit(130)  # the shell's code for Ctrl-C
    except (ExperimentError, UploadError, OSError) as error:  # print a sentence, no traceback
        raise click.ClickException(f"{error}") from None
    for point in points:
        if point["reason"]:
            click.echo(f"{point_words(point.values)}: {point['status']}: {point['reason']}")
    click.echo(f"{out}: {counted(len(points), 'point')}. {charts.sweep.found_takeaway(points)}")


def _settings(texts: list[str]) -> dict[str, Any]:
    """Return settings by key from texts "key=value"; a setting with several values may repeat."""
    settings: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise ExperimentError(f"expected --set key=value, got {text!r:.80}")
        is_list = key in SETTINGS and isinstance(SETTINGS[key].default, tuple)
        settings[key] = [*settings.get(key, ()), value] if is_list else value
    return settings


if __name__ == "__main__":
    logging.getLogger("lib.training").setLevel(logging.CRITICAL)  # `main` prints the same messages
    main()
