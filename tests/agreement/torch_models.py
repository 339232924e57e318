"""PyTorch models as in its documentation, in tutorials and in forums, each with a call.

They are shortened and written anew. A comment names the source of the models below it.
"""

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
_CLASS = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"


def _net(created, forward, sizes="6, 9, 3", tokens=0):
    """Return a class with these statements in `__init__` and `forward`, and its call."""
    lines = [f"        {line.strip()}" for line in created.split(";")]
    lines += [
        "    def forward(self, x):",
        *(f"        {line.strip()}" for line in forward.split(";")),
    ]
    x = f"torch.randint({tokens}, ({sizes},))" if tokens else f"torch.randn({sizes})"
    return HEAD + _CLASS + "\n".join(lines) + f"\nmodel = Net()\nmodel({x})\n"


def _head(layer, width, taken):
    """Return a class with a recurrent layer, and a Linear of this width on top of `taken`."""
    states = "(h, c)" if layer.startswith("LSTM") else "h"
    created = f"self.rnn = nn.{layer}; self.fc = nn.Linear({width}, 2)"
    return _net(created, f"out, {states} = self.rnn(x); return self.fc({taken})")


def _lines(code):
    return HEAD + code.replace("; ", "\n")


_BOTH = "LSTM(3, 4, batch_first=True, bidirectional=True)"
MODELS = {
    # docs.pytorch.org: torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN, sequence_models_tutorial
    "lstm of the documentation": _lines(
        "rnn = nn.LSTM(10, 20, 2); h0, c0 = torch.randn(2, 3, 20), torch.randn(2, 3, 20); "
        "output, (hn, cn) = rnn(torch.randn(5, 3, 10), (h0, c0))"
    ),
    "gru of the documentation": _lines(
        "rnn = nn.GRU(10, 20, 2); output, hn = rnn(torch.randn(5, 3, 10), torch.randn(2, 3, 20))"
    ),
    "rnn with relu": _lines(
        "rnn = nn.RNN(10, 20, 2, 'relu', False); output, hn = rnn(torch.randn(5, 3, 10))"
    ),
    "part of speech tagger": _net(
        "self.emb = nn.Embedding(50, 6); self.lstm = nn.LSTM(6, 8); self.tag = nn.Linear(8, 3)",
        "out, _ = self.lstm(self.emb(x).view(len(x), 1, -1));"
        "return F.log_softmax(self.tag(out.view(len(x), -1)), dim=1)",
        "5",
        tokens=50,
    ),
    # github.com/yunjey/pytorch-tutorial: recurrent_neural_network, and with two directions
    "rows of digits": _net(
        "self.lstm = nn.LSTM(28, 32, 2, batch_first=True); self.fc = nn.Linear(32, 10)",
        "h0 = torch.zeros(2, x.size(0), 32).to(x.device);"
        "out, _ = self.lstm(x, (h0, h0)); return self.fc(out[:, -1, :])",
        "6, 1, 28, 28).reshape(-1, 28, 28",
    ),
    # github.com/pytorch/examples: word_language_model
    "language model": _net(
        "self.drop = nn.Dropout(0.2); self.encoder = nn.Embedding(40, 12);"
        "self.rnn = nn.LSTM(12, 16, 2, dropout=0.2); self.decoder = nn.Linear(16, 40)",
        "output, hidden = self.rnn(self.drop(self.encoder(x)));"
        "return F.log_softmax(self.decoder(self.drop(output)).view(-1, 40), dim=1)",
        "35, 20",
        tokens=40,
    ),
    # github.com/bentrevett/pytorch-sentiment-analysis: packed padded sequences
    "packed sentiment": _net(
        "self.embedding = nn.Embedding(100, 10, padding_idx=1); self.fc = nn.Linear(32, 1);"
        "self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, dropout=0.5)",
        "lengths = torch.tensor([7, 7, 4, 2]);"
        "packed = nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths);"
        "out, (hidden, cell) = self.rnn(packed);"
        "output, lengths = nn.utils.rnn.pad_packed_sequence(out);"
        "return self.fc(torch.cat((hidden[-2,:,:], hidden[-1,:,:]), dim=1))",
        "7, 4",
        tokens=100,
    ),
    # github.com/udacity/deep-learning-v2-pytorch: sentiment-rnn
    "sentiment of reviews": _net(
        "self.embedding = nn.Embedding(90, 12); self.sig = nn.Sigmoid();"
        "self.lstm = nn.LSTM(12, 16, 2, dropout=0.5, batch_first=True); self.fc = nn.Linear(16, 1)",
        "batch_size = x.size(0); out, hidden = self.lstm(self.embedding(x));"
        "out = self.sig(self.fc(out.contiguous().view(-1, 16)));"
        "return out.view(batch_size, -1)[:, -1]",
        "5, 20",
        tokens=90,
    ),
    # discuss.pytorch.org
    "convolution and lstm": _net(
        "self.conv = nn.Sequential(nn.Conv1d(3, 8, 5, stride=2, padding=2), nn.ReLU(),"
        "nn.MaxPool1d(2)); self.lstm = nn.LSTM(8, 16, batch_first=True)",
        "x = self.conv(x.permute(0, 2, 1)).permute(0, 2, 1); _, (h_n, _) = self.lstm(x);"
        "return F.softmax(h_n[-1], dim=1)",
        "6, 40, 3",
    ),
    "flattened convolution": _lines(
        "from collections import OrderedDict; model = nn.Sequential(OrderedDict([('conv', "
        "nn.Conv1d(4, 8, 3, bias=False)), ('act', nn.Tanh()), ('flat', nn.Flatten()), "
        "('fc', nn.Linear(112, 2))])); model(torch.randn(3, 4, 16))"
    ),
    "mean and max over time": _net(
        "self.gru = nn.GRU(3, 8, bidirectional=True, batch_first=True); self.fc = nn.Linear(32, 3)",
        "out, _ = self.gru(x); a, b = out.mean(dim=1), out.max(dim=1)[0];"
        "return self.fc(torch.cat([a, b], dim=1))",
    ),
    "largest of two": _net(
        "self.gru = nn.GRU(3, 8, batch_first=True)",
        "out, _ = self.gru(x); return torch.max(out, dim=1).values + out.min(1).values",
    ),
    "scaled steps and samples": _net(
        "self.gru = nn.GRU(3, 8, batch_first=True); self.scale = nn.LayerNorm([8], eps=1e-6);"
        "self.batch = nn.BatchNorm1d(8); self.act = nn.LeakyReLU(0.2)",
        "out, _ = self.gru(x); return F.leaky_relu(self.act(self.batch(self.scale(out)[:, -1])))",
    ),
    "scaled channels": _net(
        "self.conv = nn.Conv1d(3, 8, 3); self.norm = nn.BatchNorm1d(8)",
        "return self.norm(self.conv(x)).mean(2)",
        "6, 3, 20",
    ),
    "scaled timesteps": _lines("model = nn.BatchNorm1d(9); model(torch.randn(6, 9, 3))"),
    "autoencoder": _net(
        "self.encoder = nn.LSTM(3, 8, batch_first=True);"
        "self.decoder = nn.LSTM(8, 3, batch_first=True)",
        "_, (h, _) = self.encoder(x); out, _ = self.decoder(h[-1].unsqueeze(1)); return out",
    ),
    "a series": _net(
        "self.lstm = nn.LSTM(1, 4, batch_first=True); self.fc = nn.Linear(4, 1)",
        "out, _ = self.lstm(x.unsqueeze(-1)); return self.fc(out[:, -1]).squeeze(1)",
        "6, 9",
    ),
    "projected inputs": _net(
        "self.fc = nn.Linear(3, 8); self.lstm = nn.LSTM(8, 4); self.last = nn.Linear(4, 2)",
        "x = torch.tanh(self.fc(x)); out, _ = self.lstm(x); return self.last(out[-1])",
    ),
    # stackoverflow.com
    "layers of a list": _net(
        "self.layers = nn.ModuleList([nn.GRU(3 if i == 0 else 6, 6) for i in range(3)]);"
        "self.fc = nn.Linear(6, 1)",
        "\n        for layer in self.layers:\n            x, h = layer(x)\n"
        "        return self.fc(h.squeeze(0))",
    ),
    "states by direction": _net(
        "self.lstm = nn.LSTM(3, 6, 3, bidirectional=True, batch_first=True)",
        "out, (h, c) = self.lstm(x); h = h.view(3, 2, x.size(0), 6)[-1];"
        "return torch.cat([h[0], h[1]], 1)",
    ),
    # stackoverflow.com, and for h_n that isn't batch first, github.com/pytorch/pytorch/issues/4145
    "scaled": _head("LSTM(3, 8, batch_first=True)", 8, "-2 * out[:, -1] ** 2 + 1"),
    "every step": _head("GRU(3, 8, batch_first=True)", 8, "out"),
    "last hidden state": _head("LSTM(3, 8, batch_first=True)", 8, "h[-1]"),
    "last output": _head("LSTM(3, 8, num_layers=2, batch_first=True)", 8, "out[:, -1]"),
    "flattened outputs": _head("RNN(3, 5, batch_first=True)", 45, "F.relu(out.flatten(1))"),
    "last states of both": _head(_BOTH, 8, "torch.cat((h[-2], h[-1]), dim=1)"),
    "last outputs of both": _head(_BOTH, 8, "out[:, -1, :]"),
    "states of a slice": _head(_BOTH, 4, "h[-2:].mean(0)"),
    "states first": _head("GRU(3, 8, 2, batch_first=True)", 16, "h.transpose(0, 1).flatten(1)"),
    "time first": _head("RNN(3, 8)", 8, "out.transpose(0, 1)"),
    "sum of both": _head(_BOTH, 4, "h[-2] + h[-1]"),
    "arguments by name": _head(
        "GRU(3, 8, batch_first=True)", 9, "torch.flatten(out.transpose(dim1=2, dim0=1), end_dim=1)"
    ),
    "tensors by name": _net(
        "self.gru = nn.GRU(3, 8, batch_first=True)",
        "out, _ = self.gru(hx=None, input=x); out = torch.cat(dim=2, tensors=[out, out]);"
        "return torch.bmm(mat2=out, input=out.transpose(1, 2))",
    ),
    "views of directions": _net(
        "self.gru = nn.GRU(3, 8, batch_first=True, bidirectional=True)",
        "out, _ = self.gru(x); out = out.view(6, 9, 2, 8)[:, :, 0]; return out[:, -1].view(6, -1)",
    ),
    "mean that keeps its axis": _head("RNN(3, 8)", 8, "out.mean(dim=0, keepdim=True)"),
    "one sample": _net("self.lstm = nn.LSTM(3, 4, 2)", "return self.lstm(x)[0][-1]", "9, 3"),
    "residual": _net(
        "self.lstm = nn.LSTM(3, 3, batch_first=True); self.fc = nn.Linear(3, 1)",
        "out, _ = self.lstm(x); return self.fc(2 * x + out)[:, -1]",
    ),
    # attention by hand, as in tutorials and in Unrolled's script
    "weighted sum": _net(
        "self.lstm = nn.LSTM(3, 8, batch_first=True); self.score = nn.Linear(8, 1)",
        "out, _ = self.lstm(x); weights = torch.softmax(self.score(out), dim=1);"
        "return torch.sum(weights * out, dim=1)",
    ),
    "attention of the last state": _head(
        "LSTM(3, 8, batch_first=True)", 8, "((out @ h[-1][..., None]).softmax(dim=1) * out).sum(1)"
    ),
    "products of matrices": _net(
        "self.lstm = nn.LSTM(3, 8, batch_first=True)",
        "out, (h, c) = self.lstm(x); scores = torch.bmm(out, h.squeeze(0).unsqueeze(2));"
        "return torch.bmm(out.transpose(1, 2), F.softmax(scores, 1)).squeeze(2)",
    ),
    "pooled convolution": _net(
        "self.conv = nn.Conv1d(3, 8, 3, padding='valid'); self.pool = nn.AvgPool1d(3, padding=1)",
        "return F.dropout(F.max_pool1d(self.pool(self.conv(x)), 2), 0.2, self.training).mean(2)",
        "6, 3, 20",
    ),
    "largest of all steps": _lines(
        "model = nn.Sequential(nn.Conv1d(3, 8, 3), nn.AdaptiveMaxPool1d(1), nn.Flatten(), "
        "nn.Linear(8, 2)); model(torch.randn(6, 3, 20))"
    ),
    "padded pool": _lines("model = nn.MaxPool1d(3, 2, 1); model(torch.randn(6, 3, 20))"),
}

_GRU, _OUT = "self.gru = nn.GRU(3, 4)", "out, h = self.gru(x)"
_WRONG = [
    "out[50]",
    "out.mean(5)",
    "out.permute(0, 0, 1)",
    "out.permute(0, 1)",
    "out.flatten(2, 1)",
]
_WRONG += ["out.view(9, -1, -1)", "x + out", "torch.cat((out, h[0]))", "torch.bmm(out, h)"]
_WRONG += ["torch.bmm(out, h[0])", "out @ x[0]", "out @ x[0, 0]"]
_APART = [  # axes that aren't neighbors in memory
    "out.view(6, -1)",
    "out.view(-1, 8)",
    "F.relu(out * 2).view(6, -1)",
    "nn.Dropout(0.1)(out).view(-1, 8)",
    "(out + x[..., :1]).view(6, -1)",
    "out.view(6, 5, 2, 4).view(-1, 4)",
    "out.contiguous().transpose(1, 2).view(6, -1)",
]
_WRONG_STATES = [
    ("GRU(3, 4, 2, batch_first=True)", "torch.zeros(x.size(0), 2, 4)"),
    ("LSTM(3, 4, batch_first=True)", "(torch.zeros(1, 6, 4), torch.zeros(2, 6, 4))"),
    ("RNN(3, 4)", "(torch.zeros(1, x.size(1), 4), torch.zeros(1, x.size(1), 4))"),
]
ERRORS = [  # from discuss.pytorch.org and stackoverflow.com: code that PyTorch refuses
    _head(_BOTH, 4, "out[:, -1]"),
    _head(_BOTH, 8, "out.flatten(1)"),
    _net(_GRU, "out = self.gru(x); return out[:, -1]"),
    _net(_GRU, "out = self.gru(x); return out.view(6, -1)"),
    _net(_GRU, f"{_OUT}; return out.view(6, 2, 3)"),
    _net(_GRU, f"{_OUT}; return out[-1][:, -1, :]"),
    _net(_GRU, f"{_OUT}; return torch.cat((out, h), dim=1)"),
    _lines("m = nn.Sequential(nn.LSTM(3, 16), nn.Linear(16, 1)); m(torch.randn(12, 4, 3))"),
    _lines("m = nn.Sequential(nn.LSTM(3, 4), nn.LSTM(4, 4)); m(torch.randn(12, 4, 3))"),
    _lines("gru = nn.GRU(10, 20); out, h = gru(torch.randn(5, 3, 28))"),
    _lines(
        "lstm = nn.LSTM(10, 20, 2, batch_first=True); h0 = torch.zeros(3, 2, 20); "
        "out, (h, c) = lstm(torch.randn(3, 5, 10), (h0, h0))"
    ),
    _lines("conv = nn.Conv1d(3, 8, 3); y = conv(torch.randn(6, 40, 3))"),
    _lines("lstm = nn.LSTM(3); y = lstm(torch.randn(5, 3, 3))"),
    _lines("lstm = nn.LSTM(3, 16, return_sequences=True); y = lstm(torch.randn(5, 3, 3))"),
    _lines("y = nn.ReLU()(torch.randn(3, 2, 3)).unsqueeze(0); z = nn.LSTM(3, 4)(y)"),
    *(_net(_GRU, f"{_OUT}; return {taken}") for taken in _WRONG),
    *(_net("self.gru = nn.GRU(3, 8, batch_first=True)", f"{_OUT}; return {v}") for v in _APART),
    *(_net(f"self.rnn = nn.{one}", f"return self.rnn(x, {h})") for one, h in _WRONG_STATES),
    _net("self.lstm = nn.LSTM(3, 3)", "return x + self.lstm(x)"),
    _lines("pool = nn.MaxPool1d(2, padding=2); y = pool(torch.randn(6, 3, 20))"),
    _lines("c = nn.Conv1d(3, 8, 3, stride=2, padding='same'); y = c(torch.randn(6, 3, 20))"),
    _lines("n = nn.BatchNorm1d(3); y = n(torch.randn(6, 20, 3))"),
    _net("self.gru = nn.GRU(3, 3); self.n = nn.BatchNorm1d(3)", "return self.n(self.gru(x))"),
    _lines("gru = nn.GRU(3, 4, proj_size=2); y = gru(torch.randn(6, 3, 3))"),
]
