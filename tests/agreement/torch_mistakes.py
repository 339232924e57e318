"""Mistakes with recurrent layers of PyTorch, and parts of the explanation for each.

The code uses the names of `names`. Its last line raises an error or a warning.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader

N, T, F, U, C = 8, 5, 3, 4, 6


def names():
    """Return the names that the code of mistakes and fixes may use."""
    lstm, gru = nn.LSTM(F, U, batch_first=True), nn.GRU(F, U, batch_first=True)
    x = torch.randn(N, T, F)
    out, (h_n, c_n) = lstm(x)
    lengths = torch.tensor([5, 4, 3, 3, 2, 2, 1, 1])
    labels = torch.zeros(N, T, dtype=torch.long)
    return {
        "torch": torch, "nn": nn, "DataLoader": DataLoader, "N": N, "T": T, "F": F, "U": U, "C": C,
        "pack_padded_sequence": pack_padded_sequence, "input_size": F, "hidden_size": U,
        "pad_packed_sequence": pad_packed_sequence, "cell": nn.GRUCell(F, U),
        "packed": pack_padded_sequence(x, lengths, batch_first=True),
        "lstm": lstm, "gru": gru, "head": nn.Linear(U, 1), "model": nn.Linear(U, 1),
        "x": x, "y": torch.zeros(N, 1), "out": out, "h_n": h_n, "y_hat": torch.zeros(N, 1),
        "h_0": torch.zeros(1, N, U), "c_0": torch.zeros(1, N, U), "state": (h_n, c_n),
        "lengths": lengths, "tokens": torch.arange(N * T) % C,
        "logits": torch.zeros(N, T, C), "labels": labels,
        "mask": torch.ones(N, T, U, dtype=torch.bool), "embedding_dim": 2, "device": "cpu",
        "saved": lstm.state_dict(), "dataset": [*zip(x, labels, strict=True)], "a": x, "b": x,
        "weights": torch.ones(N, T), "recurrent_layer": gru, "LSTM": lambda *_, **__: gru,
        "cross_entropy": nn.functional.cross_entropy, "loss": torch.zeros(()),
    }  # fmt: skip


MISTAKES = {
    "lstm = nn.LSTM(10, U)\nlstm(x)":
        ("input_size is 10, but the last axis of x has the size 3", "nn.LSTM(3, hidden_size"),
    "x = x[..., 0]\nnn.LSTM(1, U)(x)": ("x has 1 feature", "x.unsqueeze(-1)"),
    "x = x.mT\nlstm(x)": ("features precede timesteps", "x = x.transpose(1, 2)"),
    "h_0 = torch.zeros(1, 2, U)\ngru(x, h_0)":
        ("a batch of 2 samples made the state, and this one has 8", "torch.zeros(1, x.size(0), 4)"),
    "lstm = nn.LSTM(F, U)\nlstm(x, (h_0, c_0))":
        ("lacks batch_first=True and reads 5 timesteps as samples", "batch_first=True"),
    "h_0 = torch.zeros(N, 1, U)\ngru(x, h_0)":
        ("It is (8, 1, 4)", "batch_first=True doesn't apply to states"),
    "gru = nn.GRU(F, U, 2, batch_first=True)\ngru(x, h_0)":
        ("should be (2, 8, 4)", "torch.zeros(2, x.size(0), 4)"),
    "x = torch.zeros(N, T, 1, F)\nlstm(x)": ("x has 4 axes", "x = x.flatten(2)"),
    "x = torch.zeros(N, 1, T, F)\nnn.RNN(F, U)(x)": ("x has 4 axes", "x = x.squeeze(1)"),
    "x = x[0]\nlstm(x, (h_0[:, :1], c_0[:, :1]))": ("x has fewer axes", "x.unsqueeze(0 if"),
    "h_0, c_0 = h_0[0], c_0[0]\nlstm(x, (h_0, c_0))": ("This state has 2 axes", "h_0.unsqueeze(0)"),
    "head(lstm(x))": ("linear needs a tensor but received a tuple", "out, _ = lstm(x)"),
    "nn.Sequential(lstm, nn.GRU(U, U))(x)": ("returned the tuple", "nn.Sequential can't"),
    "gru(x, (h_0, c_0))": ("a GRU started from (h_0, c_0)", "gru(x, h_0)"),
    "lstm(x).size()": ("size needs a tensor", "out, _ = lstm(x)"),
    "norm = nn.LayerNorm(2)\nnorm(x)": ("expects the size 2 there", "nn.LayerNorm(x.size(-1))"),
    "head = nn.Linear(2, 1)\nhead(out)": ("40 rows of 4 numbers", "nn.Linear(4, 1)"),
    "head = nn.Linear(T * U, 1)\nhead(out)": ("all 5 timesteps together", "out.flatten(1)"),
    'pack_padded_sequence(x, lengths.to("meta"), batch_first=True)':
        ("They are a 1D meta Long tensor", "lengths.flatten().cpu()"),
    "lengths = lengths - 1\npack_padded_sequence(x, lengths, True)":
        ("has the length 0", "lengths[lengths > 0]"),
    "pack_padded_sequence(x, lengths.flip(0), True)":
        ("The longest sequence must come first", "enforce_sorted=False"),
    "cross_entropy(logits, labels)":
        ("needs labels of shape [8, 6]. They are [8, 5]", "transpose(1, 2)"),
    "cross_entropy(logits, labels[:, 0])": ("They are [8]", "head(out[:, -1])"),
    "cross_entropy(logits[:, -1], y[:, 0])": ("received Float", "nn.functional.mse_loss(y_hat, y)"),
    "labels = labels[:, 0].float()\ncross_entropy(logits[:, 0], labels)":
        ("received Float", "labels.long()"),
    "labels = labels[:, 0].int()\ncross_entropy(logits[:, 0], labels)":
        ("received Int", "labels.long()"),
    "nn.Embedding(C, 2)(x)": ("x holds measured values", "out, state = lstm(x)"),
    "x = x.abs()\nnn.Embedding(C, 2)(x)": ("but received Float", "x.long()"),
    "labels = labels[:, :1]\ncross_entropy(logits[:, 0], labels)":
        ("labels are (samples, 1)", "labels.squeeze(-1)"),
    "labels = nn.functional.one_hot(labels[:, 0], C + 1)\n"
    "cross_entropy(logits[:, 0], labels)": ("there is a column per class", "labels.argmax(dim=-1)"),
    "cross_entropy(head(out).flatten(0, 1), labels[:, 0])":
        ("40 rows of outputs for 8 labels. Most likely the head received all 5", "out[:, -1]"),
    "labels = labels.T\ncross_entropy(logits.flatten(0, 1), labels)":
        ("(samples, timesteps)", "labels.flatten()"),
    "cross_entropy(logits[:, 0], labels.flatten())":
        ("each sample has 5 labels", "head(out).flatten(0, 1)"),
    "cross_entropy(logits[0], labels[:, 0])": ("come from two batches", "batch_first=True"),
    "labels = labels[:, 0] + C\ncross_entropy(logits[:, 0], labels)":
        ("A label is 6", "labels - 1"),
    "y = y[:, 0]\nnn.functional.mse_loss(y_hat, y)":
        ("y is (8,), but the output is (8, 1). PyTorch only warns", "y = y.unsqueeze(-1)"),
    "nn.BCEWithLogitsLoss()(y_hat[:, 0], y)": ("y is (8, 1), but", "y = y.squeeze(-1)"),
    "nn.BCELoss()(torch.zeros(N, T, 1), y)": ("output is (8, 5, 1)", "head(out[:, -1])"),
    "nn.functional.mse_loss(torch.zeros(1, 2), torch.zeros(N, 2))": ("y is (8, 2)", "the shape of"),
    "nn.functional.mse_loss(torch.zeros(2 * N, 1), y)": ("h_n of all layers", "head(h_n[-1])"),
    "nn.functional.mse_loss(y_hat[0].squeeze(), y[0])": ("squeeze() removed its", "squeeze(-1)"),
    "x = x.double()\nlstm(x)": ("torch.float64 and torch.float32", "x.float()"),
    "x = x.double()\nnn.Linear(F, 1)(x)": ("types: Double and Float", "x.float()"),
    "x = x.double()\nnn.Conv1d(T, 1, 1)(x)": ("types: double and float", "x.float()"),
    "x = x.double()\nx @ torch.ones(F, 1)": ("types: double and float", "x.float()"),
    "h_0 = h_0.double()\ngru(x, h_0)": ("types: Double and Float", "h_0.float()"),
    "x = tokens.view(N, T)\nlstm(x)": ("x holds whole numbers", "nn.Embedding(int(x.max())"),
    "x = x.long().abs()\nnn.Linear(F, 1)(x)": ("whole numbers (Long)", "x.float()"),
    "y = y.long()\nnn.BCELoss()(y_hat, y)": ("takes Float numbers as y", "y.float()"),
    "y = y.long()\nnn.BCEWithLogitsLoss()(y_hat, y)": ("takes Float numbers as y", "y.float()"),
    'lstm(x.to("meta"))': ("are on different devices: meta and cpu", "model.to(device)"),
    "out.mean().backward()\nlstm(x, state)[0].mean().backward()":
        ("an earlier backward freed", "each.detach() for each in state"),
    "out = torch.tanh(out)\nout[0] = 0\nout.mean().backward()":
        ("changed the output of Tanh", "torch.where(mask, 0, out)"),
    "nn.LSTM(F, 2).load_state_dict(saved)":
        ("bias_hh_l0 has other sizes in the file", "nn.LSTM(input_size, 4,"),
    "nn.LSTM(F, U, 2).load_state_dict(saved)": ("file has no weight_ih_l1", "model.state_dict()"),
    'saved = {"lstm." + name: saved[name] for name in saved}\n'
    'nn.ModuleDict({"rnn": lstm}).load_state_dict(saved)':
        ("has a layer rnn. The file has lstm in its place", '.replace("lstm.", "rnn.")'),
    "h_0, c_0 = h_0[None], c_0[None]\nlstm(x, (h_0, c_0))": ("state has four", "h_0.squeeze(0)"),
    "head(out).backward(torch.ones(N, T, 1), retain_graph=True)\n"
    "torch.optim.SGD(lstm.parameters(), 0.1).step()\nhead(lstm(x, state)[0]).mean().backward()":
        ("an operation changed them", "each.detach() for each in state"),
    'lstm.load_state_dict({"module." + name: saved[name] for name in saved})':
        ("nn.DataParallel", 'removeprefix("module.")'),
    "nn.LSTM(F, U, dropout=0.2)": ("dropout=0.2 does nothing", "out = nn.Dropout(0.2)(out)"),
    "embedding = nn.Embedding(3, 2)\nembedding(tokens)":
        ("0 to num_embeddings - 1", "int(tokens.max()) + 1"),
    "logits, labels = logits[:, 0], labels[:, 0] - 1\ncross_entropy(logits, labels)":
        ("A label is -1", "ignore_index=-1"),
    "h_n[-1][:, -1, :]": ("more axes than the tensor has: 2", "head(h_n[-1])"),
    "lstm(x, h_0)": ("no entry 1", "lstm(x, (h_0, c_0))"),
    "h_0, c_0 = h_0[0], c_0[0]\ngru(x, h_0)": ("This state has 2", "gru(x, h_0.unsqueeze(0))"),
    "lstm(x)[:, -1]": ("received a tuple", "out[:, -1]"),
    "lstm(x).shape": ("received a tuple", "out, _ = lstm(x)"),
    "nn.LSTMCell(F, U)(x)": ("but x has 3 axes", "x.unbind(1)"),
    "x = x * 1\nnn.Conv1d(F, U, 3)(x)": ("the size 3 on axis 1, but received 5", "transpose(1, 2)"),
    "nn.BatchNorm1d(2)(out)": ("the size 2 on axis 1, but received 5", "nn.BatchNorm1d(5)"),
    "pack_padded_sequence(x, lengths)": ("8 lengths, but 5 samples", "batch_first=True"),
    "torch.stack([x[0], x[0, :3]])": ("[5, 3] and [3, 3]", "pad_sequence"),
    "nn.LSTM(F, U, proj_size=U)": ("smaller than hidden_size", "nn.LSTM(input_size"),
    "nn.LSTM(F, U, 0)": ("num_layers must be at least 1", "nn.LSTM(input_size"),
    "nn.LSTM(F)": ("need hidden_size", "nn.LSTM(input_size"),
    'nn.LSTM(F, U, nonlinearity="relu")': ("only nn.RNN has it", "rnn = nn.RNN("),
    'nn.GRU(F, U, activation="relu")': ("no argument activation", "Use nn.RNN"),
    "nn.LSTM(F, U, num_layer=2)": ("num_layer is misspelt", "num_layers"),
    "class Model(nn.Module):\n    def forward(self, x, hidden): ...\nModel()(x)":
        ("also needs hidden", "hidden=None"),
    "out.detach().mean().backward()": ("element 0 comes from an output without", "mse_loss(head("),
    "out[:, T]": ("Axis 1 has the size 5, so there is no entry 5", "out[:, -1]"),
    "out.softmax(3)": ("from -3 to 2, so there is no axis 3", "dim=-1"),
    "torch.cat((out, h_n[-1]), dim=-1)": ("received 3 and 2", "unsqueeze(1).expand"),
    "a, b = out, x\ntorch.cat((a, b), dim=1)": ("is 4 in a tensor and 3", "(a, b), dim=-1"),
    "a, b = x, x[:, 1:]\ntorch.cat((a, b), dim=-1)": ("all other axes must be equal", "dim=2"),
    "h_0 = h_0[0, 1:]\ncell(x[:, 0], h_0)": ("but the state has 7", "x.size(0), hidden_"),
    "state = h_0[0]\nfor x_t in x: state = cell(x_t, state)": ("reads samples", "x.unbind(1)"),
    "nn.LSTM(F, U, 2, dropout=20)": ("dropout is a number from 0 to 1", "dropout=0.2"),
    "nn.Dropout(20)": ("dropout is a number from 0 to 1", "Divide a percentage by 100"),
    "conv = nn.Conv1d(T, U, 4)\nconv(x)":
        ("has the size 3 with its padding, but the kernel covers 4", "x = x.transpose(1, 2)"),
    'nn.Conv1d(F, U, 3, stride=2, padding="same")': ("no stride above 1", "stride=2, padding=1"),
    "out.numpy()": ("records the tensor for gradients", "y_hat.detach().cpu().numpy()"),
    "x = x.numpy()\nlstm(x)": ("received a numpy.ndarray", "torch.as_tensor(x)"),
    "x = x.tolist()\nnn.Linear(F, U)(x)": ("received a list", "torch.as_tensor(x)"),
    "pad_packed_sequence(out, True)": ("a tensor has no batch_sizes", "ack x for the recurrent"),
    "lstm(packed)[0].size()": ("so it has no size", "pad_packed_sequence(out"),
    "head(lstm(packed)[0])": ("A packed sequence isn't a tensor", "pad_packed_sequence(out"),
    "torch.zeros(N, T, 2) - torch.zeros(N, 2)": ("the sizes are 5 and 8", "head(out[:, -1])"),
    "weights * out": ("the sizes are 5 and 4", "weights.unsqueeze(-1) * out"),
    "out @ out": ("as many columns in a as rows in b", "out.transpose(1, 2)"),
    "x.view(N, T, 2)": ("80 numbers fit the shape [8, 5, 2], but the tensor has 120", "(8, 5, -1)"),
    "x.view(-1, 7)": ("A multiple of 7 numbers", "x.flatten(1)"),
    "x.permute(0, 0, 1)": ("every axis once", "x.permute(0, 2, 1)"),
    "out.mT.view(N, -1)": ("view can't join axes", "reshape(len(x), -1)"),
    "nn.LSTMCell(F, U)(x[:, 0], h_0[0])": ("start from two states", "(h_0[-1], c_0[-1])"),
    "h_0 = h_0[0, :, :2]\ncell(x[:, 0], h_0)":
        ("hidden_size is 4, but the state has 2", "nn.GRUCell(input_size, 2)"),
    'nn.Conv1d(F, U, 3, padding="causal")': ("padding is a number", "pad(x, (2, 0))"),
    "nn.MaxPool1d(4)(x)": ("covers more timesteps than there are", "x.transpose(1, 2)"),
    'nn.RNN(F, U, nonlinearity="sigmoid")': ('"tanh" or "relu"', "rnn = nn.RNN("),
    "lstm(x, batch_first=True)": ("takes no batch_first", "lstm = nn.LSTM(input_size"),
    "state.detach()": ("detach needs a tensor but received a tuple", "each.detach()"),
    "del lstm._flat_weights\nlstm(x)": ("The LSTM has no _flat_weights", "lstm.load_state_dict("),
    "torch.stack([h_n, out])": ("other axes or features than [1, 8, 4]", "each[0].shape"),
    "labels[0, 0][0]": ("without an axis", "value = loss.item()"),
    "labels.log_softmax(-1)": ("log_softmax_lastdim_kernel_impl of this", "x.float()"),
    "nn.LSTM(F, U, return_sequences=True)": ("which has return_sequences", "out, state = lstm"),
}  # fmt: skip

SAME_LINE = ("lstm", "x", "h_0", "gru", "lengths", "y", "embedding", "labels", "conv")
"""If a mistake assigns one of these names, its last line runs after the fix's code.

Other fixes replace the line.
"""
