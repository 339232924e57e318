"""Why the modes learn differently: how far gradients reach, what moves what, and padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib.english import difference, widest
from lib.figures.influence import influence_map, largest_influence
from lib.figures.padding import padding_picture
from lib.figures.palette import Palette
from lib.figures.reach import HEIGHT, reach_figure
from lib.narrate.gradients import influence_sentence, padding_sentence, reach_sentence
from lib.recurrence import ARRAYS_EACH, initial_model_weights
from lib.recurrence.padded import Padded, batch, ways
from lib.ui.cell.ask import Reply, ask, hint_of
from lib.ui.cell.chosen import Chosen
from lib.ui.steady import steady_chart
from lib.ui.style import playhead_band
from lib.ui.text import say_steadily

SAMPLES = 16
"""Gradients are means over so many of the shown samples."""


def learn(chosen: Chosen, palette: Palette) -> list[Reply]:
    """Draw the section, and return what Keras has answered."""
    st.markdown("## Why the modes learn differently")
    return [
        _reach(chosen, palette),
        *_influence(chosen, palette),
        _padding(chosen, palette),
    ]


def _stack(chosen: Chosen) -> dict[str, Any]:
    model = chosen.experiment.model
    return {"cell": model.cell, "layers": model.layers, "weights": chosen.weights}


def _reach(chosen: Chosen, palette: Palette) -> Reply:
    dataset, loss = chosen.dataset, chosen.experiment.training.loss
    samples, steps = dataset.shown[:SAMPLES], dataset.shape[1]
    reply = ask(
        "reach",
        chosen,
        (chosen.layer, loss),
        lambda: {
            **_stack(chosen),
            "x": dataset.x[samples],
            "y": dataset.y[samples],
            "loss": loss,
            "layer": chosen.layer,
        },
    )
    with st.container(border=True, key="cell_reach"):
        st.markdown("### How far back does each loss reach?")
        hint_of(
            f"{chosen.which}Sizes of the gradients of both losses, as TensorFlow computes them: "
            f"means over {len(samples)} samples. The loss over all steps is itself a mean over "
            f"{steps} timesteps, so that at step {steps} its gradient is 1/{steps} of the other's.",
            chosen,
            reply,
        )
        for by, column in zip(("h", "x"), st.columns(2), strict=True):
            with column:
                st.markdown("**By the hidden state h**" if by == "h" else "**By the input x**")
                if reply.values is None:
                    room = f"height:{HEIGHT}px;border-radius:3px;background:{palette.surface}"
                    st.html(f'<div style="{room}"></div>')
                    norms = dict.fromkeys(("sequence", "last"), np.full(steps, 0.123))
                    say_steadily(reply.instead, widest(reach_sentence(norms, by)))
                    continue
                sentence = reach_sentence(reply.values[by], by)
                figure = reach_figure(reply.values[by], by, dataset.timestep_names, palette)
                steady_chart(figure, sentence, f"chart_reach_{by}")
                playhead_band(f"chart_reach_{by}", figure)
                say_steadily(sentence)
    return reply


def _influence(chosen: Chosen, palette: Palette) -> tuple[Reply, Reply]:
    """The model as it is, and the same with a second layer that reads backwards."""
    experiment, dataset = chosen.experiment, chosen.dataset
    x, steps, features = dataset.x[chosen.sample], dataset.shape[1], dataset.shape[2]
    choice = (chosen.sample,)

    def with_backward() -> dict[str, Any]:
        other = experiment.set(head="none", seed=(experiment.seed + 1) % 10_000)
        backward = tuple(initial_model_weights(other, features, dataset.targets))
        return {**_stack(chosen), "x": x, "backward": backward}

    replies = (
        ask("one way", chosen, choice, lambda: {**_stack(chosen), "x": x}),
        ask("both ways", chosen, choice, with_backward),
    )
    with st.container(border=True, key="cell_influence"):
        st.markdown("### Which inputs move which outputs?")
        hint_of(
            f"{_whole(chosen)}The size of ∂output/∂input for this sample. Bidirectional adds "
            "layers that read backwards, with fresh, untrained weights, and averages the two "
            "directions.",
            chosen,
            replies[0],
        )
        width = dataset.targets if experiment.model.head == "dense" else experiment.model.units
        most = largest_influence(*(reply.values["map"] for reply in replies if reply.values))
        titles = ("This model, one direction", "The same, Bidirectional")
        for place, (reply, column) in enumerate(zip(replies, st.columns(2), strict=True)):
            # Until Keras has answered, this takes the room of its answer.
            answer = reply.values or {"map": np.tri(steps) + place / 8, "columns": width}
            both_ways = place == 1
            sentence = influence_sentence(answer["map"], answer["columns"], width, both_ways)
            with column:
                title, shown = titles[place], answer["map"] if reply.values else None
                words = sentence if reply.values else reply.instead
                st.html(influence_map(shown, title, words, steps, palette, most=most))
                say_steadily(words, widest(sentence))
    return replies


def _padding(chosen: Chosen, palette: Palette) -> Reply:
    cell, loss = chosen.experiment.model.cell, chosen.experiment.training.loss
    features, up_to = chosen.dataset.x[chosen.sample], ARRAYS_EACH * (chosen.layer + 1)
    padded = ways(cell, chosen.weights[:up_to], features)
    reply = ask(
        "padding",
        chosen,
        (chosen.sample, chosen.layer, loss),
        lambda: {
            "cell": cell,
            "weights": chosen.weights[:up_to],
            "batches": {
                name: batch(features, at_end)[0]
                for name, at_end in (("end", True), ("start", False))
            },
            "loss": loss,
        },
    )
    with st.container(border=True, key="cell_padding"):
        st.markdown("### Sequences of different length")
        hint_of(
            f"{chosen.which}Four sequences in one batch, the shorter ones filled up with zeros. "
            "Dark steps are their own; the one outlined in orange is where last-step mode's answer "
            "comes from; the figure is how far that answer is from the one for the sequence alone, "
            "unpadded. The mask is that of Masking(0.0): it hides every step whose features are "
            f"all zero, padding or not{_HANDED_UP if chosen.layer else ''}.",
            chosen,
            reply,
        )
        sentence = padding_sentence(padded)
        st.html(padding_picture(padded, sentence, palette))
        say_steadily(sentence)
        if reply.values is None:
            some = difference(0.123)
            room = widest(_AGREEMENT.format(some, some, _OVER, some))
            say_steadily(reply.instead, room)
        else:
            padded = ways(cell, reply.weights[:up_to], features)
            say_steadily(_agreement(padded, reply.values))
    return reply


def _agreement(padded: Sequence[Padded], answers: dict[str, Any]) -> str:
    """What Keras says of the same batches, on the same weights."""
    differs = max(
        float(np.abs(way.outputs - answers[name]["masked_last" if way.masked else "last"]).max())
        for way, name in zip(padded, ("end", "end", "start", "start"), strict=True)
    )
    end = answers["end"]
    # The mean of nothing is 0 to Keras.
    over = _OVER if all(way.loss_steps for way in padded) else "where no step counts"
    masked, plain = difference(end["masked_loss"]), difference(end["loss"])
    return _AGREEMENT.format(difference(differs), masked, over, plain)


_AGREEMENT = (
    "Keras differs from NumPy by {} at most. Against targets of zero its sequence loss of the "
    "batch padded at the end is {} with a Masking layer in front, {}, and {} without one, padding "
    "included."
)
_HANDED_UP = ", and is handed up through the layers below, which are run on the padded features"
_OVER = "the mean over the steps that count"


def _whole(chosen: Chosen) -> str:
    """That all layers are meant, as the start of a hint, where there are more."""
    layers = chosen.experiment.model.layers
    if layers == 1:
        return ""
    which = "Both layers" if layers == 2 else f"All {layers} layers"
    return f"{which}, from the features to the model's outputs. "
