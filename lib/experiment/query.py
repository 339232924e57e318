"""An experiment as the query of a URL, and back."""

from collections.abc import Mapping
from dataclasses import replace
from textwrap import shorten
from types import MappingProxyType

from lib.experiment.settings import SETTINGS, Experiment
from lib.text import number


def to_query(experiment: Experiment, base: Experiment | None = None) -> dict[str, str | list[str]]:
    """Return the URL form: what differs from `base`, the default, by key. Tuples are lists."""
    base = base or Experiment()
    values = {key: experiment.get(key) for key in SETTINGS}
    return {
        key: list(value) if isinstance(value, tuple) else f"{value}"
        for key, value in values.items()
        if value != base.get(key)
    }


def read_query(
    query: Mapping[str, str | list[str]],
    base: Experiment | None = None,
    at_most: Mapping[str, float] = MappingProxyType({}),
) -> tuple[Experiment, list[str]]:
    """Return the experiment of a URL, and a sentence for each dropped or clamped value."""
    experiment, complaints = base or Experiment(), list[str]()
    for key, value in query.items():
        if key not in SETTINGS:
            continue
        setting, texts = SETTINGS[key], [value] if isinstance(value, str) else list(value)
        if setting.limit is not None and key in at_most:
            setting = replace(setting, limit=replace(setting.limit, maximum=at_most[key]))
        try:
            used = setting.parse(texts)
            is_taken = setting.limit is None or used == float(texts[-1])
        except (ValueError, IndexError, OverflowError):
            used, is_taken = experiment.get(key), False
        if not is_taken:
            received = shorten("".join(texts[-1:]), 24, placeholder="…")
            taken = number(used) if isinstance(used, (int, float)) else used
            complaint = f"The link says {key}={received}, and it has to be {setting.allowed}"
            complaints.append(f"{complaint}: {taken} was taken.")
        experiment = experiment.set(**{key: used})
    return experiment, complaints
