"""PyTorch models as in its documentation, in tutorials and in forums, each with a call.

They are shortened and written anew. The comment of each names its source.
"""

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
_CLASS = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"


def _net(created: str, forward: str, call: str) -> str:
    """Return a class with these lines in `__init__` and `forward`, and the lines that call it."""
    lines = [f"        {line}" for line in created.strip().split("\n")]
    lines.append("    def forward(self, x):")
    lines += [f"        {line}" for line in forward.strip().split("\n")]
    return HEAD + _CLASS + "\n".join(lines) + f"\nmodel = Net()\n{call}\n"


MODELS = {
    # docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
    "lstm of the documentation": HEAD
    + "rnn = nn.LSTM(10, 20, 2)\ninput = torch.randn(5, 3, 10)\nh0 = torch.randn(2, 3, 20)\n"
    "c0 = torch.randn(2, 3, 20)\noutput, (hn, cn) = rnn(input, (h0, c0))\n",
    # docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
    "gru of the documentation": HEAD
    + "rnn = nn.GRU(10, 20, 2)\ninput = torch.randn(5, 3, 10)\nh0 = torch.randn(2, 3, 20)\n"
    "output, hn = rnn(input, h0)\n",
    # docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
    "rnn with relu": HEAD + "rnn = nn.RNN(10, 20, 2, 'relu', False)\n"
    "output, hn = rnn(torch.randn(5, 3, 10))\n",
    # docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html: proj_size
    "projections": HEAD + "rnn = nn.LSTM(10, 20, num_layers=2, proj_size=5, bidirectional=True)\n"
    "output, (hn, cn) = rnn(torch.randn(7, 3, 10))\n",
    # docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html: unbatched input
    "unbatched": HEAD + "rnn = nn.LSTM(4, 6, batch_first=True)\n"
    "out, (h, c) = rnn(torch.randn(9, 4))\n",
    # docs.pytorch.org/tutorials/beginner/nlp/sequence_models_tutorial.html
    "part of speech tagger": _net(
        "self.emb = nn.Embedding(50, 6)\nself.lstm = nn.LSTM(6, 8)\nself.tag = nn.Linear(8, 3)",
        "embeds = self.emb(x)\n"
        "lstm_out, _ = self.lstm(embeds.view(len(x), 1, -1))\n"
        "tags = self.tag(lstm_out.view(len(x), -1))\nreturn F.log_softmax(tags, dim=1)",
        "model(torch.randint(50, (5,)))",
    ),
    # github.com/yunjey/pytorch-tutorial: recurrent_neural_network
    "rows of digits": _net(
        "self.lstm = nn.LSTM(28, 32, 2, batch_first=True)\nself.fc = nn.Linear(32, 10)",
        "h0 = torch.zeros(2, x.size(0), 32).to(x.device)\nc0 = torch.zeros_like(h0)\n"
        "out, _ = self.lstm(x, (torch.zeros(2, x.size(0), 32), torch.zeros(2, x.size(0), 32)))\n"
        "return self.fc(out[:, -1, :])",
        "images = torch.randn(6, 1, 28, 28)\nmodel(images.reshape(-1, 28, 28))",
    ),
    # github.com/yunjey/pytorch-tutorial: bidirectional_recurrent_neural_network
    "last output of two directions": _net(
        "self.lstm = nn.LSTM(28, 16, 2, batch_first=True, bidirectional=True)\n"
        "self.fc = nn.Linear(16 * 2, 10)",
        "out, _ = self.lstm(x)\nreturn self.fc(out[:, -1, :])",
        "model(torch.randn(6, 28, 28))",
    ),
    # github.com/pytorch/examples: word_language_model
    "language model": _net(
        "self.drop = nn.Dropout(0.2)\nself.encoder = nn.Embedding(40, 12)\n"
        "self.rnn = nn.LSTM(12, 16, 2, dropout=0.2)\nself.decoder = nn.Linear(16, 40)",
        "emb = self.drop(self.encoder(x))\noutput, hidden = self.rnn(emb)\n"
        "decoded = self.decoder(self.drop(output)).view(-1, 40)\n"
        "return F.log_softmax(decoded, dim=1)",
        "model(torch.randint(40, (35, 20)))",
    ),
    # github.com/bentrevett/pytorch-sentiment-analysis: packed padded sequences
    "packed sentiment": _net(
        "self.embedding = nn.Embedding(100, 10, padding_idx=1)\n"
        "self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, dropout=0.5)\n"
        "self.fc = nn.Linear(32, 1)\nself.dropout = nn.Dropout(0.5)",
        "embedded = self.dropout(self.embedding(x))\n"
        "packed = nn.utils.rnn.pack_padded_sequence(embedded, torch.tensor([7, 7, 4, 2]))\n"
        "packed_output, (hidden, cell) = self.rnn(packed)\n"
        "output, lengths = nn.utils.rnn.pad_packed_sequence(packed_output)\n"
        "hidden = self.dropout(torch.cat((hidden[-2,:,:], hidden[-1,:,:]), dim=1))\n"
        "return self.fc(hidden)",
        "model(torch.randint(100, (7, 4)))",
    ),
    # github.com/udacity/deep-learning-v2-pytorch: sentiment-rnn
    "sentiment of reviews": _net(
        "self.embedding = nn.Embedding(90, 12)\n"
        "self.lstm = nn.LSTM(12, 16, 2, dropout=0.5, batch_first=True)\n"
        "self.dropout = nn.Dropout(0.3)\nself.fc = nn.Linear(16, 1)\nself.sig = nn.Sigmoid()",
        "batch_size = x.size(0)\nlstm_out, hidden = self.lstm(self.embedding(x))\n"
        "lstm_out = lstm_out.contiguous().view(-1, 16)\n"
        "sig_out = self.sig(self.fc(self.dropout(lstm_out)))\n"
        "sig_out = sig_out.view(batch_size, -1)\nreturn sig_out[:, -1]",
        "model(torch.randint(90, (5, 20)))",
    ),
    # discuss.pytorch.org: a convolution before an LSTM
    "convolution and lstm": _net(
        "self.conv = nn.Sequential(nn.Conv1d(3, 8, kernel_size=5, stride=2, padding=2),\n"
        "    nn.ReLU(), nn.BatchNorm1d(8), nn.MaxPool1d(2))\n"
        "self.lstm = nn.LSTM(8, 16, batch_first=True)\nself.fc = nn.Linear(16, 4)",
        "x = self.conv(x.permute(0, 2, 1)).permute(0, 2, 1)\n_, (h_n, _) = self.lstm(x)\n"
        "return F.softmax(self.fc(h_n[-1]), dim=1)",
        "model(torch.randn(6, 40, 3))",
    ),
    # discuss.pytorch.org: the same convolution for every length
    "pooled convolution": HEAD
    + "from collections import OrderedDict\nmodel = nn.Sequential(OrderedDict([\n"
    "    ('conv', nn.Conv1d(4, 8, 3, padding='same', bias=False)), ('act', nn.Tanh()),\n"
    "    ('avg', nn.AvgPool1d(2)), ('pool', nn.AdaptiveMaxPool1d(1)), ('flat', nn.Flatten()),\n"
    "    ('fc', nn.Linear(8, 2))]))\nmodel(torch.randn(3, 4, 16))\n",
    # discuss.pytorch.org: mean and maximum over time
    "mean and max over time": _net(
        "self.gru = nn.GRU(5, 8, bidirectional=True, batch_first=True)\n"
        "self.norm = nn.LayerNorm(32)\nself.fc = nn.Linear(32, 3)",
        "out, _ = self.gru(x)\npooled = torch.cat([out.mean(dim=1), out.max(dim=1)[0]], dim=1)\n"
        "return self.fc(self.norm(pooled))",
        "model(torch.randn(4, 11, 5))",
    ),
    # stackoverflow.com: layers in a ModuleList
    "layers of a list": _net(
        "self.layers = nn.ModuleList([nn.GRU(4 if i == 0 else 6, 6) for i in range(3)])\n"
        "self.fc = nn.Linear(6, 1)",
        "for layer in self.layers:\n    x, h = layer(x)\nreturn self.fc(h.squeeze(0))",
        "model(torch.randn(9, 2, 4))",
    ),
    # stackoverflow.com: views of h_n by layer and direction
    "states by direction": _net(
        "self.lstm = nn.LSTM(4, 6, 3, bidirectional=True, batch_first=True)\n"
        "self.fc = nn.Linear(12, 2)",
        "out, (h, c) = self.lstm(x)\nh = h.view(3, 2, x.size(0), 6)[-1]\n"
        "return self.fc(torch.cat([h[0], h[1]], 1))",
        "model(torch.randn(5, 7, 4))",
    ),
    # discuss.pytorch.org: many to many with a transposed output
    "transposed": _net(
        "self.rnn = nn.RNN(3, 5)\nself.fc = nn.Linear(5, 2)",
        "out, h = self.rnn(x.transpose(0, 1))\nreturn self.fc(out.transpose(0, 1))",
        "model(torch.randn(6, 9, 3))",
    ),
    # discuss.pytorch.org: an encoder and a decoder
    "autoencoder": _net(
        "self.encoder = nn.LSTM(3, 8, batch_first=True)\n"
        "self.decoder = nn.LSTM(8, 3, batch_first=True)",
        "_, (h, _) = self.encoder(x)\nh = h[-1].unsqueeze(1)\nout, _ = self.decoder(h)\nreturn out",
        "model(torch.randn(6, 9, 3))",
    ),
}
# From discuss.pytorch.org and stackoverflow.com: code that PyTorch refuses.
ERRORS = {
    "a tuple into Linear": HEAD + "model = nn.Sequential(nn.LSTM(3, 16), nn.Linear(16, 1))\n"
    "model(torch.randn(12, 4, 3))\n",
    "features of a flat output": _net(
        "self.lstm = nn.LSTM(3, 16, batch_first=True)\nself.fc = nn.Linear(16, 1)",
        "out, _ = self.lstm(x)\nreturn self.fc(out.flatten(1))",
        "model(torch.randn(4, 12, 3))",
    ),
    "one feature too many": HEAD + "gru = nn.GRU(10, 20)\nout, h = gru(torch.randn(5, 3, 28))\n",
    "states batch first": HEAD + "lstm = nn.LSTM(10, 20, 2, batch_first=True)\n"
    "h0, c0 = torch.zeros(3, 2, 20), torch.zeros(3, 2, 20)\n"
    "out, (h, c) = lstm(torch.randn(3, 5, 10), (h0, c0))\n",
    "flat states": HEAD
    + "gru = nn.GRU(10, 20)\nout, h = gru(torch.randn(5, 3, 10), torch.zeros(3, 20))\n",
    "channels last": HEAD + "conv = nn.Conv1d(3, 8, 3)\ny = conv(torch.randn(6, 40, 3))\n",
    "no hidden_size": HEAD + "lstm = nn.LSTM(3)\n",
    "no sizes": HEAD + "gru = nn.GRU()\nout, h = gru(torch.randn(5, 3, 3))\n",
    "an argument of Keras": HEAD + "lstm = nn.LSTM(3, 16, return_sequences=True)\n"
    "out, (h, c) = lstm(torch.randn(5, 3, 3))\n",
    "outputs and states in one list": _net(
        "self.gru = nn.GRU(3, 4)",
        "out, h = self.gru(x)\nreturn torch.cat((out, h), dim=1)",
        "model(torch.randn(5, 2, 3))",
    ),
    "an index of a tuple": _net(
        "self.lstm = nn.LSTM(3, 4)",
        "out = self.lstm(x)\nreturn out[:, -1]",
        "model(torch.randn(5, 2, 3))",
    ),
    "a view of another size": _net(
        "self.gru = nn.GRU(3, 4)",
        "out, h = self.gru(x)\nreturn out.view(5, 2, 3)",
        "model(torch.randn(5, 2, 3))",
    ),
}
# For each other message: a layer, the sizes of its input, and an operation on its output.
_CASES = [
    ("nn.GRU(3, 4)", "3,", ""),
    ("nn.Conv1d(3, 8, 5)", "32, 3, 2", ""),
    ("nn.MaxPool1d(5)", "32, 3, 3", ""),
    ("nn.AvgPool1d(5)", "32, 3, 3", ""),
    ("nn.BatchNorm1d(3)", "4, 10, 3", ""),
    ("nn.LayerNorm(16)", "32, 10, 3", ""),
    ("nn.Softmax(3)", "2, 3", ""),
    ("nn.Dropout(2)", "2, 3", ""),
    ("nn.LSTM(3, 0)", "2, 3", ""),
    ("nn.LSTM(3, 4, dropout=2)", "2, 3", ""),
    ("nn.Sequential(nn.LSTM(3, 4), nn.Flatten())", "2, 3, 3", ""),
    ("nn.ReLU()", "2, 3", "[:, -1, :]"),
    ("nn.ReLU()", "2, 5, 3", "[:, 7]"),
    ("nn.ReLU()", "2, 3", ".permute(1, 0, 2)"),
    ("nn.ReLU()", "2, 3", ".view(-1, -1)"),
    ("nn.ReLU()", "2, 3", ".unsqueeze(4)"),
    ("nn.ReLU()", "2, 3", ".mean(dim=2)"),
]
_LAYERS = ("LSTM(3, 4)", "RNN(3, 4)", "Conv1d(3, 8, 3)", "MaxPool1d(2)", "AvgPool1d(5)")
_LAYERS += ("AdaptiveAvgPool1d(1)", "BatchNorm1d(3)")
_CASES += [("nn.ReLU()", "3, 2, 3", f".unsqueeze(0)\nz = nn.{layer}(y)") for layer in _LAYERS]
for _layer, _sizes, _operation in _CASES:
    _lines = f"x = torch.randn({_sizes})\nlayer = {_layer}\ny = layer(x){_operation}\n"
    ERRORS[f"{_layer} of {_sizes} {_operation}"] = HEAD + _lines
