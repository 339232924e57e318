"""Write the pages of the static site, and the files that they share."""

import gzip
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import plotly.io
from markupsafe import escape
from msgspec import json

from lib import charts, recurrence, shapes, story
from lib.charts import PALETTES, Drawing, Palette, cell, html, pytorch, scenes, strip
from lib.experiment import CELLS, MODES, SETTINGS, Experiment
from lib.export.files import CHARTS_JS, CSS, TEMPLATES, Reported, drawings, report_values
from lib.results import RunAt
from lib.story import GALLERY, GUIDE, Scene, pictures

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
SIZES = {"T": 1001, "F": 1002, "U": 1003}  # in the strip's code; site.js replaces them
LARGEST, LAYERS = 64, (1, 2, 3)  # of the strip's sliders


def write_site(folder: Path, app: str = "", address: str = "") -> int:
    """Write the pages into `folder`, and return their number.

    `app` is the address of the app, to which pages link; "" for no links. `address` is the address
    of the site, which the pictures of link previews need.
    """
    site = Site(folder, app.rstrip("/"), address.rstrip("/"))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    site.page("index", story.GALLERY_TITLE, story.GALLERY_TEXT, small=_small, strip=_strip_values())
    for name in GALLERY:
        _write_card(site, name)
    for name, scene in GUIDE.items():
        drawn, poster = pictures.pictures_of(scene, scene.shows), scene.picture and _small(scene)
        values = {"first": site.shown(f"guide-{name}", drawn, poster), "scene": scene}
        values["later"] = site.shown(f"guide-{name}-later", pictures.later_pictures(scene))
        site.page(f"guide-{name}", scene.title, scene.text, "guide", **values)
    site.page("choose", scenes.QUESTION, GUIDE["choose"].text, "page", table=scenes.advice_table())
    _write_cell(site, pictures.run_of(GALLERY["losses"]))
    _write_shared(folder)
    return len(GALLERY) + len(GUIDE) + 3


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of pages."""

    folder: Path
    app: str
    address: str

    def page(self, name: str, title: str, text: str, template: str = "", **values: Any) -> None:
        """Write a page from a template, by default of the same name. `text` is Markdown."""
        values |= {"site": self, "name": name, "title": title, "text": marked(text)}
        values |= {"GALLERY": GALLERY, "GUIDE": GUIDE, "scenes": scenes, "marked": marked}
        page = TEMPLATES.get_template(f"site/{template or name}.html").render(**values)
        (self.folder / f"{name}.html").write_text(page, "utf-8")

    def data(self, name: str, value: str) -> None:
        """Write JSON as a script: a page on a disk can't read other kinds of files."""
        (self.folder / "data" / f"{name}.js").write_text(f"files[{name!r}] = {value}", "utf-8")

    def shown(self, name: str, drawn: Iterable[Drawing], poster: str = "") -> list[dict[str, Any]]:
        """Return pictures for `pictures` of parts.html, after writing the files of figures.

        The page shows the `poster` until it has drawn a figure.
        """
        return [self._shown(f"{name}-{place}", each, poster) for place, each in enumerate(drawn)]

    def _shown(self, name: str, drawing: Drawing, poster: str) -> dict[str, Any]:
        figure = drawing.draw(PALETTES["light"])
        if isinstance(figure, str):
            return {"about": drawing, "html": themed(drawing.draw)}
        is_replay, heights = "frames" in figure.to_dict(), []
        # A replay has another layout on a phone.
        for layout, end in [("wide", ""), ("narrow", ".narrow")] if is_replay else [("", "")]:
            for theme, palette in PALETTES.items():
                figure = drawing.draw(palette, **({"layout": layout} if layout else {}))
                value = plotly.io.to_json(charts.without_heatmaps(figure), validate=False)
                self.data(f"{name}{end}.{theme}", value)
            heights.append(figure.to_dict()["layout"]["height"])
        values = {"about": drawing, "figure": name, "is_replay": is_replay, "poster": poster}
        return values | {"height": heights[0], "narrow": heights[-1]}


def themed(draw: Callable[[Palette], str]) -> str:
    """Return HTML in the colors of both themes, of which site.css shows one."""
    return "".join(f'<div class="in-{p.theme}">{draw(p)}</div>' for p in PALETTES.values())


def marked(text: str) -> str:
    """Return Markdown with code, Streamlit's colors and paragraphs as HTML."""
    shown = re.sub(r":(\w+)\[([^\]]*)\]", r'<span class="\1">\2</span>', f"{escape(text)}")
    shown = re.sub(r"`([^`]*)`", r"<code>\1</code>", shown)
    return "".join(f"<p>{paragraph}</p>" for paragraph in shown.split("\n\n"))


def _small(scene: Scene) -> str:
    """Return a scene's small picture. Raises LookupError if the picture isn't recorded."""
    if (plot := story.plot_of(scene)) is None:
        raise LookupError(f"no picture of {scene.id}: run `python -m tests.record {scene.id}`")
    return themed(partial(charts.small_picture, plot, scene.title))


def _write_card(site: Site, name: str) -> None:
    """Write a card: its pictures, the replays of its runs, and the other parts of a report.

    The numbers, charts and code are those of the run that the card's settings open.
    """
    scene, replays = GALLERY[name], []
    for run_name, run in story.runs_of(scene).items():
        each = Reported(run.experiment, run.dataset, run.snapshot, past=run.snapshot.past)
        *others, replay = drawings(each)
        title = f"{replay.title}: {run_name}" if run_name else replay.title
        replays.append(replay._replace(title=title))
        if each.experiment == story.experiment_of(scene):
            of, others_of = each, others
    page = "" if scene.page == "Explore" else scene.page.lower()
    values: dict[str, Any] = {"live": f"{site.app}/{page}?{scene.setup}"}
    values["own"] = site.shown(name, pictures.pictures_of(scene, scene.shows), _small(scene))
    values["replays"] = site.shown(f"{name}-replay", replays)
    values["charts_of_run"] = site.shown(f"{name}-run", others_of)
    site.page(name, scene.title, scene.text, "card", **values, **report_values(of, themed))


def _strip_values() -> dict[str, Any]:
    """Return the strip's settings, and as JSON its cells, modes, and code with SIZES."""
    codes, modes = dict[str, str](), {mode: MODES[mode] for mode in ("sequence", "last")}
    for name, layers in product(CELLS, LAYERS):
        model = Experiment().set(cell=name, U=SIZES["U"], layers=layers, head="none").model
        for mode in modes:
            steps = shapes.trace(shapes.model_stack(model, mode, SIZES["T"], SIZES["F"], 1))
            code = re.sub(" +#.*", "", shapes.keras_code(steps))  # the panel shows the shapes
            codes[f"{name}-{layers}-{mode}"] = code.replace("model.summary()", "").strip()
        codes[f"{name}-{layers}-torch"] = pytorch.torch_code(name, **SIZES, layers=layers)
    values = {"codes": codes, "sizes": SIZES, "cells": CELLS, "modes": modes}
    settings = {key: SETTINGS[key] for key in ("T", "F", "U", "layers", "cell", "mode")}
    return {"settings": settings, "largest": LARGEST, "json": json.encode(values).decode()}


def _write_cell(site: Site, of: RunAt) -> None:
    """Write the page about the cell, and a file for each unit with its formulas at each step."""
    layer = pictures.layer_of(of)
    steps, units = layer.trace.hidden[0].shape
    start = int(np.argmax(np.ptp(layer.trace.hidden[0], axis=0)))  # the unit that changes most

    def lines(unit: int, step: int, palette: Palette) -> str:
        return cell.unit_lines(recurrence.lines(layer, unit, step), palette)

    for unit, palette in product(range(units), PALETTES.values()):
        takeaways = [cell.step_takeaway(layer, unit, step) for step in range(steps)]
        formulas = [(text, lines(unit, k, palette)) for k, text in enumerate(takeaways)]
        site.data(f"cell-{unit}.{palette.theme}", json.encode(formulas).decode())
    found, details = cell.findings(layer.cell, layer.trace)
    matrices = cell.states_and_gates(layer, np.arange(units))
    look: dict[str, Any] = {"start": start, "wide": layer.trace.cell is not None}
    gates = Drawing("", partial(cell.heatmaps, matrices, sentence=details, **look), found, details)
    over_time = pictures.unrolled(of, start)
    drawn = over_time._replace(takeaway="", details=""), gates
    playhead = {
        **{"steps": steps, "units": units, "order": [*range(units)], "step": 0, "unit": start},
        **{"plays": False, "names": {"time": charts.TIME, "units": charts.UNITS}},
    }
    values: dict[str, Any] = {"shown": site.shown("cell", drawn), "bar": _playhead("html")}
    values |= {"takeaway": cell.step_takeaway(layer, start, 0)}
    values |= {
        "formulas": themed(partial(lines, start, 0)),
        "playhead": json.encode(playhead).decode(),
    }
    site.page("cell", cell.cell_sentence(of.experiment, of.dataset), over_time.details, **values)


def _playhead(end: str) -> str:
    return cell.PLAYHEAD.with_suffix(f".{end}").read_text("utf-8")


def _write_shared(folder: Path) -> None:
    """Write the style, the scripts, Plotly's basic bundle, and the pictures of link previews."""
    light, dark = (html.colors_css(PALETTES[theme]) for theme in ("light", "dark"))
    sheets = [
        f":root{{color-scheme:light;{light}}}",
        f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{dark}}}}}",
        *(html.CSS, strip.CSS, cell.CSS, CSS, f".playhead{{{_playhead('css')}}}"),
        (HERE / "site.css").read_text("utf-8"),
    ]
    (folder / "site.css").write_text("\n".join(sheets), "utf-8")
    # A page on a disk can't load a module, so the playhead's module becomes a plain function.
    script = _playhead("js").replace("export default function", "const playhead = function")
    scripts = [CHARTS_JS, script, (HERE / "site.js").read_text("utf-8")]
    (folder / "site.js").write_text("\n".join(scripts), "utf-8")
    (folder / "plotly.js").write_bytes(gzip.decompress((HERE / "plotly.js.gz").read_bytes()))
    shutil.copy(ROOT / "lib/ui/favicon.png", folder / "icon.png")
    if (previews := ROOT / ".github" / "cards").exists():  # a container doesn't have them
        shutil.copytree(previews, folder / "previews", dirs_exist_ok=True)
