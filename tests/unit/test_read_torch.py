"""PyTorch code is read into a stack. test_torch_models.py compares stacks with PyTorch."""

from textwrap import dedent

import pytest

from lib.shapes import fixes, read_source, rewritten, to_keras, to_text, total, trace
from lib.shapes.stack.link import from_text

NET = """
class Net(nn.Module):
    def __init__(self, input_size=3, hidden=16):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden, {arguments})
        self.fc = nn.Linear({features}, 1)
    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        return self.fc({taken})
"""
FORWARD = "class Net(nn.Module):\n  def forward(self, x):\n    return {}"
BATCH_FIRST = "batch_first=True"
BOTH = "batch_first=True, bidirectional=True"


def net(
    arguments=BATCH_FIRST, taken="out[:, -1]", features=16, call="Net()(torch.randn(32, 10, 3))"
):
    """Return the code of a model with an LSTM and a head, and a call."""
    return NET.format(arguments=arguments, features=features, taken=taken) + call


def shapes(code):
    """Return the first output shape of each layer, () for a layer without an output."""
    return [(*step.shapes, ())[0] for step in trace(read_source(dedent(code)).stack)]


def notes(code):
    """Return the notes on code as one text."""
    return " ".join(note.sentence for note in read_source(code).notes)


@pytest.mark.parametrize(
    "code",
    [
        net(),
        net().replace("nn.Module", "L.LightningModule"),
        "import torch\nfrom torch import nn\n" + net(call="m = Net(3, hidden=16).to(device)"),
        "import torch.nn as tnn\nm = tnn.LSTM(3, 16, batch_first=True)\nhead = tnn.Linear(16, 1)\n"
        "x = torch.rand((4, 12, 3))\ny, _ = m(x)\ny = head(y[:, -1, :].squeeze())",
        "from torch.nn import LSTM, Linear\ny, (h, c) = LSTM(3, 16, batch_first=True)(x)\n"
        "y = Linear(16, 1)(h[-1])",
        net(call="model = Net()\nfor epoch in range(100000):\n    y = model(torch.randn(8, 9, 3))\n"
            "    loss = nn.MSELoss()(y, t)\n    loss.backward()"),
    ],
)  # fmt: skip
def test_code_is_read_in_every_common_form(code):
    """Classes, plain calls, imports of all kinds, and loops of training."""
    assert total(trace(read_source(code).stack)) == 4 * 16 * (3 + 16 + 2) + 17
    assert shapes(code)[-1] == (None, 1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (net(call="Net()(torch.randn(32, 10, 3))"), (None, 10, 3)),
        (net("", "out[-1]", call="Net()(torch.randn(32, 10, 3))"), (32, None, 3)),
        (net("", "out[-1]", call=""), (12, None, 3)),
        (net(call=""), (None, 12, 3)),
        ("nn.LSTM(3, 4)(torch.randn(7, 3))", (7, 3)),
        ("m = nn.Sequential(nn.Conv1d(4, 8, 3), nn.ReLU())", (None, 4, 12)),
        ("m = nn.Sequential(nn.Linear(4, 8), nn.ReLU())", (None, 4)),
        ("m = nn.Sequential(nn.Embedding(9, 8), nn.Flatten(), nn.Linear(80, 2))", (None, 10)),
        (FORWARD.format("nn.Conv1d(4, 8, 3)(x.permute(0, 2, 1))"), (None, 12, 4)),
        ("r = nn.GRU(1, 4)\n" + FORWARD.format("r(x.unsqueeze(-1))"), (12, None)),
        ("class Net(nn.Module):\n  def __init__(self, vocab_size, hidden_dim):\n"
         "    self.e = nn.Embedding(vocab_size, hidden_dim)\n    self.r = nn.GRU(hidden_dim, 2)\n"
         "  def forward(self, x):\n    return self.r(self.e(x))[0]", (12, None)),
        ("e, r = nn.Embedding(9, 4), nn.LSTM(4, 5)\n"
         + FORWARD.format("r(e(x).view(len(x), 1, -1))"), (12,)),
    ],
)  # fmt: skip
def test_the_axes_of_the_input_follow_the_first_layer_that_reads_time(code, expected):
    """A call gives the sizes. Otherwise the first layer gives the features, and T is 12."""
    assert shapes(code)[0] == expected


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (net("", "out[-1]"), "axis 0 is time (32), axis 1 the batch"),
        (net(taken="out[-1]"), "the last sample"),
        (net("", "out[:, -1]"), "the last sample"),
        (net(BOTH, features=32), "backward half only one"),
        (net(BOTH, "h_n[-1]"), "one direction"),
        (net(BOTH, "h_n[-2] + h_n[-1]"), ""),
        (net(BOTH, "h_n.squeeze(0)"), "changes nothing"),
        (net("batch_first=True, dropout=0.5"), "dropout=0.5 does nothing"),
        (net(taken="nn.Softmax()(out)"), "samples of a batch add up to 1"),
        (net(), ""),
        (net(call="Net()\nloss = nn.CrossEntropyLoss()", taken="out[:, -1]")
         .replace("return self.fc(out[:, -1])", "return F.softmax(self.fc(out[:, -1]), dim=1)"),
         "softmax twice"),
    ],
)  # fmt: skip
def test_a_mistake_without_an_error_has_a_note(code, words):
    """PyTorch runs this code. The note says what it computes."""
    assert words in notes(code)
    assert words or not notes(code)


TAGGER = """
class Tagger(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, tagset_size):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden_dim, tagset_size)
    def forward(self, x):
        out, (h_n, c_n) = self.lstm(self.embed(x))
        return self.fc(out[:, -1])
model = Tagger(1000, 32, 64, 5)
"""


def test_half_of_the_features_of_two_directions_is_an_error():
    """The Linear gets 128 features. No reading of the input makes the wrong code fit."""
    reading = read_source(TAGGER)
    *_, last, linear = trace(reading.stack)
    assert shapes(TAGGER)[:2] == [(None, 12), (None, 12, 32)]
    assert last.shapes == ((None, 128),)
    assert "x128 and 64x5" in linear.error.message
    assert "backward half only one" in notes(TAGGER)
    (fix,) = fixes(trace(reading.stack))
    assert fix.fix == "Write nn.Linear(128, 5)"
    lines, fixed = rewritten(reading, fix.stack)
    assert lines == {7: "self.fc = nn.Linear(128, tagset_size)"}
    assert total(trace(fixed.stack)) == 32_000 + 149_504 + 645


def test_both_directions_in_keras_need_the_states():
    """h_n[-2] and h_n[-1] together are Keras's default. Keras has no equal for one alone."""
    both = to_keras(trace(read_source(net(BOTH, "torch.cat((h_n[-2], h_n[-1]), 1)", 32)).stack))
    assert to_text(both) == "input_t10~bi~dense"
    one = to_keras(trace(read_source(net(BOTH, "h_n[-1]")).stack))
    assert "takes other tensors" in one


def test_a_wrong_input_size_is_fixed_in_its_line():
    """The fix changes the number in the code, which stays in PyTorch's order of arguments."""
    reading = read_source("lstm = nn.LSTM(3, 16, 2)\ny, _ = lstm(torch.randn(9, 4, 5))")
    lines, _ = rewritten(reading, fixes(trace(reading.stack))[0].stack)
    assert lines == {1: "lstm = nn.LSTM(5, 16, 2)"}


def test_a_view_of_a_batch_first_output_becomes_a_reshape():
    """PyTorch's message says so too."""
    reading = read_source(FORWARD.format("nn.GRU(3, 4, batch_first=True)(x)[0].view(len(x), -1)"))
    (fix,) = fixes(trace(reading.stack))
    lines, _ = rewritten(reading, fix.stack)
    assert ".reshape(len(x), -1)" in f"{lines}"


TUPLE = "class Net(nn.Module):\n  def forward(self, x):\n    y = {}(x)\n    return {}"
STATE = FORWARD.format("nn.LSTM(3, 4, 2, batch_first=True{})(x, (torch.zeros({}),) * 2)")


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("nn.Sequential(nn.Conv1d(6, 64, 3), nn.LSTM(64, 50, batch_first=True))",
         "Write x.permute(0, 2, 1) before nn.LSTM"),
        ("nn.Sequential(nn.LSTM(3, 4), nn.Linear(4, 1))", "Write out, _ = lstm(x), then use out"),
        (TUPLE.format("nn.GRU(3, 4)", "nn.Linear(4, 1)(y)"), "Write out, _ = gru(x), then use out"),
        (TUPLE.format("nn.GRU(3, 3)", "x + y"), "Write out, _ = gru(x), then use out"),
        (TUPLE.format("nn.GRU(3, 4)", "y[:, -1]"), "Write out, _ = gru(x), then use out"),
        (net(BOTH, "h_n[-1]", 32), "Concatenate h_n[-2] and h_n[-1]"),
        (STATE.format("", "x.size(0), 2, 4"), "Create each state by torch.zeros(2, x.size(0), 4)"),
        (STATE.format(", bidirectional=True", "2, 7, 4"),
         "Create each state by torch.zeros(4, x.size(0), 4)"),
        (FORWARD.format("nn.GRU(3, 4)(x, nn.LSTM(3, 4)(x)[1])"),
         "Create each state by torch.zeros(1, x.size(1), 4)"),
        ("nn.LSTM(3, 4)(torch.randn(9, 5, 3), (torch.zeros(1, 9, 4), torch.zeros(1, 9, 4)))",
         "Write nn.LSTM(3, 4, batch_first=True)"),
    ],
)  # fmt: skip
def test_the_first_fix_is_the_likeliest(code, fix):
    """With the fix, PyTorch runs the layer."""
    assert fixes(trace(read_source(code).stack))[0].fix == fix


def test_fixes_keep_time_and_features_apart():
    """A missing permute is the only fix offered. x[:, -1] needs batch_first, too."""
    cnn = "nn.Sequential(nn.Conv1d(6, 64, 3), nn.MaxPool1d(2), nn.LSTM(64, 50))"
    assert len(fixes(trace(read_source(cnn).stack))) == 1
    two, first = fixes(trace(read_source(net("bidirectional=True")).stack))
    assert two.fix == "Write nn.Linear(32, 1)"
    assert first.fix.endswith("batch_first=True, bidirectional=True) and nn.Linear(32, 1)")
    assert trace(first.stack)[-1].shapes == ((32, 1),)


def test_a_long_operation_is_named_as_in_the_code():
    """A function and a method keep their own names, and an index its brackets."""
    long = "torch.softmax(nn.Linear(in_features=3, out_features=8)(x)[:, 2:7], dim=-1)"
    code = FORWARD.format(f"{long}.flatten(start_dim=1)")
    titles = [step.layer.title for step in trace(read_source(code).stack)]
    assert titles[2:] == ["x[…]", "torch.softmax(…)", "….flatten(start_dim=1)"]


def test_of_several_models_the_first_is_traced_unless_another_contains_it():
    """The note names its class. The decoder takes one token of each sample."""
    encoder = FORWARD.format("nn.GRU(3, 4)(x)").replace("Net", "Encoder")
    init = "  def __init__(self):\n    self.embed, self.encoder = nn.Embedding(9, 3), {}\n"
    step = "nn.GRU(3, 4)(self.embed(x.unsqueeze(0)))[0].squeeze(0)"
    decoder = FORWARD.format(step).replace("  def", f"{init}  def", 1)
    assert shapes(decoder.format(1)) == [(None,), (1, None), (1, None, 3), (1, None, 4), (None, 4)]
    several = f"{encoder}\n{decoder}\n"
    assert shapes(several.format(1))[0] == (12, None, 3)
    assert "2 models. Encoder on line 1 is" in notes(several.format(1))
    assert shapes(several.format("Encoder()"))[0] == (None,)


def test_a_model_survives_the_address():
    """Settings, operations and references to outputs are read from the link as written."""
    stack = read_source(net(BOTH, "torch.cat((h_n[-2], h_n[-1]), 1)", 32)).stack
    assert from_text(to_text(stack)) == stack
    assert not trace(from_text("torch.input~torch.op_fpermute_n1"))[-1].tensors
