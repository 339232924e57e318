"""What a sweep found, and how sure that is: never more than its seeds and its points can carry."""

from collections.abc import Sequence

from lib.experiment import MODES as WORDS
from lib.results import CHANCE, MODES, VARIABLE, PointResult, clear_mode, findings, named
from lib.text import beside, capital, counted, joined, number

SAID: dict[str, str] = beside(__file__)


def found_takeaway(points: Sequence[PointResult]) -> str:
    """At how many points each mode is clearly better, in at most 15 words."""
    found = list(findings(points).values())
    if not found:
        return SAID["failed" if points else "none"]
    said = {"points": counted(len(found), "point"), "seeds": found[0].seeds}
    if found[0].seeds == 1:
        lower = sum(each.better == 0 and each.by > 0 for each in found)
        return SAID["single"].format(lower=lower, **said)
    clear = {mode: [*map(clear_mode, found)].count(mode) for mode in MODES}
    if all(clear.values()):
        return SAID["both"].format(**clear, **said)
    if not any(clear.values()):
        return SAID["neither"].format(**said)
    better, other = sorted(MODES, key=lambda mode: -clear[mode])
    kinds = {"better": capital(WORDS[better].kind), "other": WORDS[other].name}
    return SAID["one"].format(clear=clear[better], **kinds, **said)


def found_details(points: Sequence[PointResult]) -> list[str]:
    """The smallest error, how it was tested, and what has no figures."""
    finished = [point for point in points if point.is_finished]
    said = []
    if finished:
        medians = {(p, mode): p.median(mode) for p in finished for mode in MODES}
        point, mode = least = min(medians, key=medians.__getitem__)
        words = {"mode": WORDS[mode].name, "point": named(point.values)}
        said.append(SAID["least"].format(error=number(medians[least]), **words))
        if len(point.rows) > len(MODES):
            many = counted(len(finished), "point")
            said.append(SAID["test"].format(points=many, chance=number(100 * CHANCE)))
    if few := sum(not point.has_samples for point in finished):
        said.append(SAID["few"].format(points=counted(few, "point")))
    if lost := len(points) - len(finished):
        said.append(SAID["lost"].format(count=counted(lost, "point")))
    return said


def title(title: str, keys: Sequence[str], seeds: int) -> str:
    """What the page shows: "Seattle weather: the error against steps ahead, 4 seeds"."""
    against = joined([VARIABLE[key]["label"] for key in keys])
    return f"{title}: the error against {against}, {counted(seeds, 'seed')}"
