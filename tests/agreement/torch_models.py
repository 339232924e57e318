"""PyTorch models as in its documentation, in tutorials and in forums, each with a call.

They are shortened and written anew. The comment of each names its source.
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


_BOTH = "self.lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)"
MODELS = {
    # docs.pytorch.org: torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN
    "lstm of the documentation": HEAD
    + "rnn = nn.LSTM(10, 20, 2)\nh0, c0 = torch.randn(2, 3, 20), torch.randn(2, 3, 20)\n"
    "output, (hn, cn) = rnn(torch.randn(5, 3, 10), (h0, c0))\n",
    "gru of the documentation": HEAD
    + "rnn = nn.GRU(10, 20, 2)\noutput, hn = rnn(torch.randn(5, 3, 10), torch.randn(2, 3, 20))\n",
    "rnn with relu": HEAD
    + "rnn = nn.RNN(10, 20, 2, 'relu', False)\noutput, hn = rnn(torch.randn(5, 3, 10))\n",
    # docs.pytorch.org: sequence_models_tutorial
    "part of speech tagger": _net(
        "self.emb = nn.Embedding(50, 6); self.lstm = nn.LSTM(6, 8); self.tag = nn.Linear(8, 3)",
        "embeds = self.emb(x); lstm_out, _ = self.lstm(embeds.view(len(x), 1, -1));"
        "return F.log_softmax(self.tag(lstm_out.view(len(x), -1)), dim=1)",
        "5",
        tokens=50,
    ),
    # github.com/yunjey/pytorch-tutorial: recurrent_neural_network
    "rows of digits": _net(
        "self.lstm = nn.LSTM(28, 32, 2, batch_first=True); self.fc = nn.Linear(32, 10)",
        "h0 = torch.zeros(2, x.size(0), 32).to(x.device);"
        "out, _ = self.lstm(x, (h0, h0)); return self.fc(out[:, -1, :])",
        "6, 1, 28, 28).reshape(-1, 28, 28",
    ),
    # github.com/yunjey/pytorch-tutorial: bidirectional_recurrent_neural_network
    "last output of two directions": _net(
        "self.lstm = nn.LSTM(28, 16, 2, batch_first=True, bidirectional=True);"
        "self.fc = nn.Linear(16 * 2, 10)",
        "out, _ = self.lstm(x); return self.fc(out[:, -1, :])",
        "6, 28, 28",
    ),
    # github.com/pytorch/examples: word_language_model
    "language model": _net(
        "self.drop = nn.Dropout(0.2); self.encoder = nn.Embedding(40, 12);"
        "self.rnn = nn.LSTM(12, 16, 2, dropout=0.2); self.decoder = nn.Linear(16, 40)",
        "emb = self.drop(self.encoder(x)); output, hidden = self.rnn(emb);"
        "decoded = self.decoder(self.drop(output)).view(-1, 40);"
        "return F.log_softmax(decoded, dim=1)",
        "35, 20",
        tokens=40,
    ),
    # github.com/bentrevett/pytorch-sentiment-analysis: packed padded sequences
    "packed sentiment": _net(
        "self.embedding = nn.Embedding(100, 10, padding_idx=1);"
        "self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, dropout=0.5);"
        "self.fc = nn.Linear(32, 1); self.dropout = nn.Dropout(0.5)",
        "embedded = self.dropout(self.embedding(x));"
        "packed = nn.utils.rnn.pack_padded_sequence(embedded, torch.tensor([7, 7, 4, 2]));"
        "packed_output, (hidden, cell) = self.rnn(packed);"
        "output, lengths = nn.utils.rnn.pad_packed_sequence(packed_output);"
        "hidden = self.dropout(torch.cat((hidden[-2,:,:], hidden[-1,:,:]), dim=1));"
        "return self.fc(hidden)",
        "7, 4",
        tokens=100,
    ),
    # github.com/udacity/deep-learning-v2-pytorch: sentiment-rnn
    "sentiment of reviews": _net(
        "self.embedding = nn.Embedding(90, 12); self.dropout = nn.Dropout(0.3);"
        "self.lstm = nn.LSTM(12, 16, 2, dropout=0.5, batch_first=True);"
        "self.fc = nn.Linear(16, 1); self.sig = nn.Sigmoid()",
        "batch_size = x.size(0); lstm_out, hidden = self.lstm(self.embedding(x));"
        "lstm_out = lstm_out.contiguous().view(-1, 16);"
        "sig_out = self.sig(self.fc(self.dropout(lstm_out)));"
        "sig_out = sig_out.view(batch_size, -1); return sig_out[:, -1]",
        "5, 20",
        tokens=90,
    ),
    # discuss.pytorch.org: a convolution before an LSTM
    "convolution and lstm": _net(
        "self.conv = nn.Sequential(nn.Conv1d(3, 8, 5, stride=2, padding=2), nn.ReLU(),"
        "nn.MaxPool1d(2)); self.lstm = nn.LSTM(8, 16, batch_first=True);"
        "self.fc = nn.Linear(16, 4)",
        "x = self.conv(x.permute(0, 2, 1)).permute(0, 2, 1); _, (h_n, _) = self.lstm(x);"
        "return F.softmax(self.fc(h_n[-1]), dim=1)",
        "6, 40, 3",
    ),
    # discuss.pytorch.org: a convolution alone
    "flattened convolution": HEAD
    + "from collections import OrderedDict\nmodel = nn.Sequential(OrderedDict([\n"
    "    ('conv', nn.Conv1d(4, 8, 3, bias=False)), ('act', nn.Tanh()), ('flat', nn.Flatten()),\n"
    "    ('fc', nn.Linear(112, 2))]))\nmodel(torch.randn(3, 4, 16))\n",
    # discuss.pytorch.org: mean and maximum over time
    "mean and max over time": _net(
        "self.gru = nn.GRU(3, 8, bidirectional=True, batch_first=True); self.fc = nn.Linear(32, 3)",
        "out, _ = self.gru(x); a, b = out.mean(dim=1), out.max(dim=1)[0];"
        "return self.fc(torch.cat([a, b], dim=1))",
    ),
    # stackoverflow.com: layers in a ModuleList
    "layers of a list": _net(
        "self.layers = nn.ModuleList([nn.GRU(3 if i == 0 else 6, 6) for i in range(3)]);"
        "self.fc = nn.Linear(6, 1)",
        "\n        for layer in self.layers:\n            x, h = layer(x)\n"
        "        return self.fc(h.squeeze(0))",
    ),
    # stackoverflow.com: views of h_n by layer and direction
    "states by direction": _net(
        "self.lstm = nn.LSTM(3, 6, 3, bidirectional=True, batch_first=True);"
        "self.fc = nn.Linear(12, 2)",
        "out, (h, c) = self.lstm(x); h = h.view(3, 2, x.size(0), 6)[-1];"
        "return self.fc(torch.cat([h[0], h[1]], 1))",
    ),
    # discuss.pytorch.org: many to many with a transposed output
    "transposed": _net(
        "self.rnn = nn.RNN(3, 5); self.fc = nn.Linear(5, 2)",
        "out, h = self.rnn(x.transpose(0, 1)); return self.fc(out.transpose(0, 1))",
    ),
    # discuss.pytorch.org: an encoder and a decoder
    "autoencoder": _net(
        "self.encoder = nn.LSTM(3, 8, batch_first=True);"
        "self.decoder = nn.LSTM(8, 3, batch_first=True)",
        "_, (h, _) = self.encoder(x); out, _ = self.decoder(h[-1].unsqueeze(1)); return out",
    ),
    # stackoverflow.com: return_sequences=True in PyTorch
    "every step": _net(
        "self.gru = nn.GRU(3, 8, batch_first=True); self.fc = nn.Linear(8, 2)",
        "out, h_n = self.gru(x); return self.fc(out)",
    ),
    # stackoverflow.com: output or h_n
    "last hidden state": _net(
        "self.lstm = nn.LSTM(3, 8, batch_first=True); self.fc = nn.Linear(8, 2)",
        "out, (h_n, c_n) = self.lstm(x); return self.fc(h_n[-1])",
    ),
    "last output": _net(
        "self.lstm = nn.LSTM(3, 8, num_layers=2, batch_first=True); self.fc = nn.Linear(8, 2)",
        "out, (h_n, c_n) = self.lstm(x); return self.fc(out[:, -1])",
    ),
    "last states of two directions": _net(
        f"{_BOTH}; self.fc = nn.Linear(8, 2)",
        "_, (h_n, _) = self.lstm(x); return self.fc(torch.cat((h_n[-2], h_n[-1]), dim=1))",
    ),
    "states of a slice": _net(
        f"{_BOTH}; self.fc = nn.Linear(4, 2)",
        "_, (h_n, _) = self.lstm(x); return self.fc(h_n[-2:].mean(0))",
    ),
    # github.com/pytorch/pytorch/issues/4145: h_n isn't batch first
    "states with the batch first": _net(
        "self.gru = nn.GRU(3, 8, 2, batch_first=True); self.fc = nn.Linear(16, 2)",
        "_, h_n = self.gru(x); return self.fc(h_n.permute(1, 0, 2).reshape(x.size(0), -1))",
    ),
    # stackoverflow.com: all outputs into a Linear
    "flattened outputs": _net(
        "self.rnn = nn.RNN(3, 5, batch_first=True); self.fc = nn.Linear(45, 2)",
        "out, _ = self.rnn(x); return self.fc(F.relu(out.flatten(1)))",
    ),
    # discuss.pytorch.org: a series with one feature
    "a series": _net(
        "self.lstm = nn.LSTM(1, 4, batch_first=True); self.fc = nn.Linear(4, 1)",
        "out, _ = self.lstm(x.unsqueeze(-1)); return self.fc(out[:, -1]).squeeze(1)",
        "6, 9",
    ),
    # discuss.pytorch.org: a Linear before the LSTM
    "projected inputs": _net(
        "self.fc = nn.Linear(3, 8); self.lstm = nn.LSTM(8, 4); self.last = nn.Linear(4, 2)",
        "x = torch.tanh(self.fc(x)); out, _ = self.lstm(x); return self.last(out[-1])",
    ),
}

_LSTM, _OUT = "self.gru = nn.GRU(3, 4)", "out, h = self.gru(x)"
ERRORS = {  # from discuss.pytorch.org and stackoverflow.com: code that PyTorch refuses
    "half of the features": _net(
        f"{_BOTH}; self.fc = nn.Linear(4, 2)", "out, _ = self.lstm(x); return self.fc(out[:, -1])"
    ),
    "features of a flat output": _net(
        "self.lstm = nn.LSTM(3, 16, batch_first=True); self.fc = nn.Linear(16, 1)",
        "out, _ = self.lstm(x); return self.fc(out.flatten(1))",
    ),
    "an index of a tuple": _net(_LSTM, "out = self.gru(x); return out[:, -1]"),
    "a view of a tuple": _net(_LSTM, "out = self.gru(x); return out.view(6, -1)"),
    "a view of another size": _net(_LSTM, f"{_OUT}; return out.view(6, 2, 3)"),
    "too many indices": _net(_LSTM, f"{_OUT}; return out[-1][:, -1, :]"),
    "states beside outputs": _net(
        "self.gru = nn.GRU(3, 4)", f"{_OUT}; return torch.cat((out, h), dim=1)"
    ),
}
_LINES = [
    "model = nn.Sequential(nn.LSTM(3, 16), nn.Linear(16, 1)); model(torch.randn(12, 4, 3))",
    "model = nn.Sequential(nn.LSTM(3, 4), nn.LSTM(4, 4)); model(torch.randn(12, 4, 3))",
    "gru = nn.GRU(10, 20); out, h = gru(torch.randn(5, 3, 28))",
    "lstm = nn.LSTM(10, 20, 2, batch_first=True); h0, c0 = torch.zeros(3, 2, 20), torch.zeros("
    "3, 2, 20); out, (h, c) = lstm(torch.randn(3, 5, 10), (h0, c0))",
    "conv = nn.Conv1d(3, 8, 3); y = conv(torch.randn(6, 40, 3))",
    "lstm = nn.LSTM(3); y = lstm(torch.randn(5, 3, 3))",
    "lstm = nn.LSTM(3, 16, return_sequences=True); out, (h, c) = lstm(torch.randn(5, 3, 3))",
    "x = torch.randn(3, 2, 3); y = nn.ReLU()(x).unsqueeze(0); z = nn.LSTM(3, 4)(y)",
]
ERRORS |= {line: HEAD + line.replace("; ", "\n") for line in _LINES}
