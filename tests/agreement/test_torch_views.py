"""A note about x.view appears exactly if PyTorch mixes up samples or timesteps."""

import pytest

from lib.shapes import read_source

torch = pytest.importorskip("torch")
CODE = """class Net(nn.Module):
    def forward(self, x):
        out, h = nn.GRU(3, 8, 2, batch_first=True)(x)
        out = out.contiguous()
        return {}
Net()(torch.randn(6, 12, 3))"""


def notes(taken):
    """Return the notes on a model that returns `taken`, as one text."""
    return " ".join(note.sentence for note in read_source(CODE.format(taken)).notes)


@pytest.mark.parametrize(
    "taken",
    [
        *(f"out.view({sizes})" for sizes in ("6, -1", "-1, 8", "6, 6, 16", "12, 6, 8")),
        *(f"out.flatten(1).{code}" for code in ("view(6, 12, 8)", "reshape(2, 6, -1)")),
        *(f"h.{code}" for code in ("view(6, -1)", "reshape(-1, 8)", "flatten(1)", "squeeze(1)")),
        "h.transpose(0, 1).reshape(6, -1)",
    ],
)
def test_a_row_with_numbers_of_several_samples_has_a_note(taken):
    """Each number is its sample. Without a note, each row has numbers of only one sample."""
    of_sample = torch.arange(6)
    out, h = of_sample.view(6, 1, 1).expand(6, 12, 8), of_sample.view(1, 6, 1).expand(2, 6, 8)
    rows = eval(taken, {"out": out.clone(), "h": h.clone()})  # noqa: S307  the tests' own code
    if 6 in rows.shape:
        rows = rows.movedim(rows.shape.index(6), 0).flatten(1)
    is_mixed = bool((rows.amin(1) != rows.amax(1)).any()) or len(rows) == 2 * 6
    assert ("different samples" in notes(taken) or "another sample" in notes(taken)) == is_mixed


@pytest.mark.parametrize(
    "code", ["view(6, 8, 12)", "reshape(6, -1, 12)", "transpose(1, 2)", "view(6, 6, 16)"]
)
def test_a_view_that_does_not_exchange_axes_has_a_note(code):
    """Each number is its timestep. Without a note, a row has whole timesteps, or all of them."""
    out = torch.arange(12).view(1, 12, 1).expand(6, 12, 8).clone()
    first = eval(f"out.{code}", {"out": out})[0, 0]  # noqa: S307  the tests' own code
    is_in_order = len(first) % 8 == 0 or torch.equal(first, torch.arange(12))
    assert ("in the old order" in notes(f"out.{code}")) != is_in_order
