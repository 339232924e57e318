"""Error messages of Keras 3 and PyTorch with parts of their explanations.

threads.jsonl and mistakes.py have more, earlier_messages.jsonl those of earlier Keras versions.
There, a message that any code may raise has null.
"""

import json
from pathlib import Path

from lib.shapes import explain_error
from lib.shapes.errors import TORCH as OF_TORCH
from lib.shapes.errors import explanations
from lib.shapes.errors.pasted import error_and_whole
from tests.agreement.recorded import ANSWERS
from tests.unit.threads import ROWS

_LINES = Path(__file__).with_name("earlier_messages.jsonl").read_text("utf-8").splitlines()
EARLIER = [tuple(json.loads(line).values()) for line in _LINES]
"""Messages of earlier Keras versions, with parts of their explanations."""
KERAS_3 = [
    ("Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
     "Dense has no activaton.", "Rename activaton to activation."),
    ("Unrecognized data type: x={'a': [1]} (of type <class 'dict'>)", "a dict", '"a": np'),
    ("too many values to unpack (expected 3)", "layer has", "*states"),
    ("o, h, c = GRU(64, return_state=True)(i)\nValueError: not enough values to unpack (expected "
     "3, got 2)", "Most likely a GRU", "out, h = GRU("),
    ("Data cardinality is ambiguous. 'x' sizes: 100 'y' sizes: 100 'sample_weight' sizes: 90",
     "x and y have 100 samples, but sample_weight has 90.", "sample_weight = np.ones("),
    ("Data cardinality is ambiguous. 'x' sizes: 80 'y' sizes: 90 'sample_weight' sizes: 90",
     "So x is the array that differs", "y[steps - 1 :]"),
    ("cannot reshape array of size 99 into shape (1,100,1)",
     "all data have at least 100 rows", "x[-100:][None]"),
    ("Too many failed attempts to build model.", "a loop adds them", "i < count - 1"),
    ("units1 is not a legal parameter", "This argument is units1", "def build_model("),
    ("Invalid parameter units for estimator KerasRegressor(", "is units", "model__"),
    ("Cannot set tensor: Dimension mismatch. Got 20 but expected 30 for dimension 1 of input 0.",
     "the size 20 instead of 30", "x[i : i + 1]"),
    ("Cannot set tensor: Got value of type FLOAT64 but expected type FLOAT32 for input 0",
     "the type FLOAT64", "float32"),
    ("An InputLayer should be passed either a `batchInputShape` or an `inputShape`.",
     "Keras 3 saved the InputLayer", "TF_USE_LEGACY_KERAS"),
    ("in pad_sequences\nValueError: invalid literal for int() with base 10: 'film'",
     "received words", "numbers[word]"),
    ("indices[63,55] = 6319 is not in [0, 32)", "6319 is the number of a word", "vector"),
    ("cannot reshape array of size 1000 into shape (10,12,3)", "100 numbers", "x.reshape(10, -1)"),
    ("Unrecognized data type: x=[[[1.0",
     "Keras reads a list as several inputs, not as an array.", "np.asarray(y)"),
    ("Arguments `target` and `output` must have the same shape",
     "or hold class numbers for a sparse loss", "sparse_categorical"),
    ("Arguments `target` and `output` must have the same shape up until the last dimension: "
     "target.shape=(None, 4), output.shape=(None, 5, 3)",
     "y is (None, 4)", "outputs = outputs[:, -4:]"),
    ("Dimensions must be equal, but are 8 and 2", "Their sizes are 8 and 2.", "same units"),
    ("AttributeError: 'LSTM' object has no attribute 'shape'",
     "the output of a layer, but received LSTM, alone", "the output of a layer"),
    ("The shape of the target variable and the shape of the target value in "
     "`variable.assign(value)` must match. variable.shape=(3, 64), Received: value.shape=(8, "
     "64). Target variable: <Variable path=lstm/kernel, shape=(3, 64)>",
     "has the shape (3, 64) but received (8, 64)", "keras.Input((None, 8))"),
    ("`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
     "labels.shape=(320,) and logits.shape=(32, 5)",
     "y is (320,), the output (32, 5).", "LSTM(16, return_sequences=True)"),
    ("Argument `n` should be a positive integer. Received: n=0",
     "It expects a positive integer. It received n=0.", ""),
    ("All `outputs` values must be KerasTensors. Received: outputs=<LSTM name=lstm>",
     "must be tensors from an Input or a called layer", "the first and last tensor"),
    ("can only have a single required positional argument, the input tensor",
     "gives each layer one tensor", "MultiHeadAttention"),
    ("Sequential.add() got an unexpected keyword argument 'return_sequences'",
     "model.add received return_sequences", "return_sequences=True"),
    ("LSTM.__init__() takes 2 positional arguments but 5 were given",
     "LSTM received too many arguments", "LSTM(units="),
    ("'int' object is not iterable", "one of its sizes must be a tuple", "Reshape((12,))"),
    ("'_VariantDataset' object is not subscriptable", "a dataset for each window", "flat_map"),
    ("Unexpected result of `train_function` (Empty Logs).", "too few batches", "steps_per_epoch"),
    ("only 0-dimensional arrays can be converted to Python scalars", None, None),
    ("class_weight_to_sample_weights(y)\nTypeError: only 0-dimensional arrays can be converted",
     "class_weight needs one label per sample", "weights[labels]"),
    ("The `mask` must be broadcastable to `inputs`. Each mask dimension must be 1 or match the "
     "corresponding input dimension. Received: inputs.shape=(None, 6, 3), mask.shape=(None, 6)",
     "The mask is (None, 6), and the input is (None, 6, 3).", 'Activation("softmax")'),
    ("index 3 is out of bounds for axis 1 with size 3",
     "y contains class 3, but num_classes is 3, and classes are numbered from 0.", "y = y - 1"),
    ("index 3 is out of bounds for axis 0 with size 3", None, None),
    ("in reduce_weighted_values\nIncompatible shapes: [5,6] vs. [5] [Op:Mul]",
     "Weights or a mask don't fit the loss. (5, 6) doesn't fit (5,).", "w = np.repeat(w[:, None]"),
    ("Error in user-defined function passed to MapDataset:2 transformation with iterator: "
     "Iterator::Root::Prefetch::ParallelMapV2: indices[0] = 3 is not in [0, 2)\n\t [[{{node "
     "GatherV2}}]]\n\t [[IteratorGetNext]]",
     "no weight for class 3", "class_weight=weights"),
    ('UserWarning: "`sparse_categorical_crossentropy` received `from_logits=True`, but the '
     "`output` argument was produced by a Softmax activation and thus does not represent logits.",
     "The last layer has the activation Softmax", "Remove the activation, or"),
    ("UserWarning: You are using a softmax over axis -1 of a tensor of shape (None, 1). This axis "
     "has size 1. The softmax operation will always return the value 1, which is likely not what "
     "you intended. Did you mean to use a sigmoid instead?",
     "Its shape is (None, 1). A softmax", 'Dense(1, activation="sigmoid")'),
    ("SyntaxWarning: In loss categorical_crossentropy, expected y_pred.shape to be (batch_size, "
     "num_classes) with num_classes > 1. Received: y_pred.shape=(None, 5, 1). Consider using "
     "'binary_crossentropy' if you only have 2 classes.",
     "Its shape is (None, 5, 1).", "binary_crossentropy"),
    ("UserWarning: Layer 'lambda' (of type Lambda) was passed an input with a mask attached to it. "
     "However, this layer does not support masking and will therefore destroy the mask.",
     "the loss and the accuracy count the padding", "weighted_metrics"),
    ("data.shape = [40] does not start with segment_ids.shape = [160]\n [[UnsortedSegmentSum_1]]",
     "A metric can't pair y with the output.", "to_categorical"),
    ("Invalid permutation argument `dims` for Permute Layer.",
     "settings don't fit together", "counts axes from 1"),
    ("expected shape=(32, 12, 3), found shape=(16, 12, 3)", "batch size is fixed at 32", ""),
    ("A total of 2 objects could not be loaded. Example error message for object <LSTMCell "
     "name=lstm_cell, built=True>:\n\nThe shape of the target variable and the shape of the target "
     "value in `variable.assign(value)` must match. variable.shape=(3, 64), Received: "
     "value.shape=(3, 32). Target variable: <Variable path=sequential/lstm/lstm_cell/kernel",
     "has the shape (3, 64) but received (3, 32)", "LSTM(8)"),
    ("Layer gru weight shape (2, 48) is not compatible with provided weight shape (48,).",
     "saved with reset_after=False", "GRU(16, reset_after=False)"),
    ("Layer lstm weight shape (3, 16) is not compatible with provided weight shape (16, 3).",
     "the weights come from PyTorch", "w_ih.T"),
    ("with a weight list of length 5000, but the layer was expecting 1 weights.",
     "the matrix itself", "set_weights([weights])"),
    ("Unknown layer: 'NotEqual'. Please ensure you are using a `keras.utils.custom_object_scope`",
     "NotEqual is an operation", "Save the model as .keras"),
    ("config={'class_name': 'InputLayer', 'config': {'batch_shape': [None, 5, 3]}}\n\nException "
     "encountered: Could not locate class 'Att'. Make sure custom classes are decorated",
     "Keras needs Att for the model", 'custom_objects={"Att": Att}'),
    ("Object Att was created by passing\nnon-serializable argument values in `__init__()`,\nand "
     "therefore the object must override `get_config()` in\norder to be serializable.",
     "can't save or copy your own class", "def get_config"),
    ("<class 'keras.src.models.functional.Functional'> could not be deserialized properly. Please",
     'after "Exception encountered"', "custom_objects"),
    ("Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda.",
     "may contain any code", "safe_mode=False"),
    ("No model config found in the file at model.weights.h5.", "weights alone", "load_weights"),
    ("File not found: filepath=model.keras. Please ensure the file is an accessible `.keras` zip "
     "file.", "Most likely the folder has no such file", "with its ending"),
    ("Unable to open file (unable to open file: name = 'm.h5', errno = 2)", "no file", "rglob"),
    ("Unable to open file (file signature not found)", "isn't in HDF5", "is_zipfile"),
    ("Unrecognized keyword arguments passed to LSTMCell: {'go_backwards': True}",
     "Most likely LSTMCell is inside Bidirectional", "RNN(LSTMCell("),
    ("RNN.reset_states() got an unexpected keyword argument 'states'", "sets all", ".assign("),
    ("Inputs to operation while/select_1 of type Select must have the same size and shape. "
     "Input 0: [32,100] != input 1: [20,100]", "20", "batch_size=32"),
    ("'KerasTensor' object is not callable", "calls a tensor", "LSTM(16)(inputs)"),
    ("Skipping variable loading for optimizer 'adam', because it has 5 variables whereas the saved "
     "optimizer has 1 variables.", "saved state doesn't fit", "compile=False"),
    ("<class '__main__.Sub'>: Error encountered during deserialization: Sub.__init__() got an "
     "unexpected keyword argument 'trainable'", "own class doesn't take trainable", "**kwargs"),
    ("Unrecognized keyword arguments passed to Dense: {'quantization_config': None}",
     "a newer Keras saved the file", "Update Keras"),
    ("'tf.TensorListReserve' op requires element_shape to be static during TF Lite transformation "
     "pass", "TFLite can't convert", "batch_shape=(1,"),
    ("y_true and y_pred have different structures.\ny_true: ('*', '*')\ny_pred: *\n",
     "one output, but y is a list or tuple", "np.stack(y)"),
    ("FBetaScore expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
     "y_pred.shape=(None, 5, 3) and y_true.shape=(None, 5).",
     "y is (None, 5), and the output is (None, 5, 3).", "np.argmax(model.predict(x)"),
    ("sample_weight[i] = class_weight.get(int(y[i]), 1.0)\n'str' object has no attribute 'get'",
     "class_weight is a dict", "class_weight={0: 1.0"),
    ("TypeError: sub got incompatible shapes for broadcasting: (8, 5, 3), (8, 4, 3).",
     "the numbers of timesteps differ", "y = y[:, :4]"),
    ("expected shape=(None, 157, 40), found shape=(None, 626, 40)",
     "626 timesteps instead of 157", "keeps only the last 157 of 626 steps"),
    ("Input 0 with name 'None' of layer 'dense_3' is incompatible with the layer: expected "
     "min_ndim=2, found ndim=0. Full shape received: ()", "dense_3 received a single number", ""),
    ("Kernel shape must have the same length as input, but received kernel of shape (3, 3, 1, 2) "
     "and input of shape (None, 28, 1).", "each sample of x is one image", "windows of images"),
    ("Input 0 of layer \"conv_lstm2d_1\" is incompatible with the layer: expected ndim=5, found "
     "ndim=4. Full shape received: (None, 12, 28, 28)",
     "(samples, timesteps, rows, columns, channels) but received (None, 12, 28, 28): 1 axis is "
     "missing. Most likely x has no channel axis", "x = x[..., None]"),
    ("We could not automatically infer the shape of the Lambda's output. Please specify the "
     "`output_shape` argument. Arguments received by Lambda.call(): args=('<KerasTensor "
     "shape=(None, 16), dtype=float32>',)", "(None, 16)", "keras.ops.mean"),
    ("NotImplementedError: Model Encoder does not have a `call()` method implemented.",
     "neither inputs and outputs nor", "keras.Model(inputs=inputs, outputs="),
    ("TypeError: Layer.add_weight() got multiple values for argument 'shape'",
     "written for another Keras", 'add_weight(name="w", shape='),
    ("You cannot add new elements of state (variables or sub-layers) to a layer that is already "
     "built.", "only its first run", "self.lstm = LSTM(16)"),
    ("The structure of `inputs` doesn't match the expected structure. Expected: keras_tensor",
     "isn't nested like the inputs", "one array, not a list"),
    ("Forward layer and backward layer should have different `go_backwards` value.",
     "The two layers of a Bidirectional don't match", "go_backwards=True"),
    ("Expected `metrics` argument to be a list, tuple, or dict. Received instead: metrics=mae of "
     "type <class 'str'>", "but is mae", 'metrics=["mae"]'),
    ("MyLayer.call() got an unexpected keyword argument 'mask'", "A layer's call", "mask=None"),
    ("exp is not implemented for Layer", None, None),
]  # fmt: skip
"""Messages of Keras 3, whole or in part, with words of the cause and of the fix or the code."""

TORCH = [
    ("CUDNN_STATUS_BAD_PARAM", "the GPU library of TensorFlow and PyTorch", "pad at the end"),
    ("input.size(-1) must be equal to input_size. Expected 3, got 3", None, None),
    ("Expected hidden size (2, 24, 50), got (2, 30, 50)",
     "reads 24 timesteps as samples", "batch_first=True"),
    ("Expected hidden[0] size (1, 32, 16), got [1, 32, 16]", None, None),
    ("Expected hidden[0] size (1, 64, 256), got (64, 256)",
     "This state is (64, 256). Most likely each state is (samples", "h_0.unsqueeze(0)"),
    ("Expected hidden size (2, 24, 128), got (1L, 48L, 128L)",
     "should be (2, 24, 128)", "nn.DataParallel splits x"),
    ("Input batch size 1 doesn't match hidden[0] batch size 512",
     "x has 1 samples, but the state has 512. Most likely one tensor", "(h_0[-1], c_0[-1])"),
    ("inconsistent tensor size, expected r_ [5 x 25] and src [2 x 25]", "2 layers", "transpose"),
    ('in forward\n  File "torch/nn/modules/module.py"\n    out, (h, c) = self.gru(x)\n'
     "ValueError: too many values to unpack (expected 2)", "one state", "out, h_n = gru(x)"),
    ("index 188 is out of bounds for dimension 1 with size 188", "188 is the number", "tokens.max"),
    ("AssertionError: LSTM: Expected input to be 2-D or 3-D but received 4-D tensor",
     "x has 4 axes", "x.flatten(2)"),
    ("RuntimeError: input must have 3 dimensions, got 2", "x is one sequence", "x.unsqueeze(-1)"),
    ("size mismatch, m1: [320 x 16], m2: [160 x 1] at /pytorch/aten/src/TH",
     "for all 10 timesteps together", "out.flatten(1)"),
    ("keras/src/backend/torch/numpy.py\nRuntimeError: mat1 and mat2 shapes cannot be multiplied "
     "(320x16 and 8x1)", None, None),
    ("'lengths' argument should be a 1D CPU int64 tensor, but got 1D cuda:0 Long tensor",
     "They are a 1D cuda:0 Long tensor", ".cpu()"),
    ("lengths array has to be sorted in decreasing order", "longest", "enforce_sorted=False"),
    ("Expected target size (32, 5), got torch.Size([32, 12])",
     "labels of shape (32, 5). They are [32, 12]", "transpose(1, 2)"),
    ("Expected target size [32, 5], got [32, 5]", None, None),
    ("Expected input batch_size (32) to match target batch_size (32).", None, None),
    ("expected scalar type Long but found Float", "but received Float", "labels.long()"),
    ("expected scalar type Float but found Double", "types: Double and Float", "x.float()"),
    ("Input and parameter tensors are not the same dtype, found input tensor with Double and "
     "parameter tensor with Float", "types: Double and Float", "x.float()"),
    ("Input and hidden tensors are not at the same device, found input tensor at cuda:0 and "
     "hidden tensor at cpu", "different devices: cuda:0 and cpu", "device=x.device"),
    ("Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same",
     "different devices: torch.FloatTensor and torch.cuda.FloatTensor", "x.to(device)"),
    ("Input type (torch.DoubleTensor) and weight type (torch.FloatTensor) should be the same",
     "different types", "x.float()"),
    ("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and "
     "cpu!", "different devices: cuda:0 and cpu", "model.to(device)"),
    ("same device. Received cuda:0 and cpu", "devices: cuda:0 and cpu", "device=x.device"),
    ("Expected object of backend CUDA but got backend CPU", "devices: CUDA and CPU", "device)"),
    ("not enough values to unpack (expected 2, got 1)",
     "Most likely an nn.GRU or nn.RNN returned one state", "out, h_n = gru(x)"),
    ("not enough values to unpack (expected 3, got 2)", "of Keras", "out, (h_n, c_n) = lstm(x)"),
    ("keras/src/ops\nAttributeError: 'tuple' object has no attribute 'shape'",
     "return_state=True", "out, *states"),
    ("The size of tensor a (12) must match the size of tensor b (12)", None, None),
    ("Sizes of tensors must match except in dimension 1. Got 16 and 4 in dimension 2", "is 16", ""),
    ("CUDA error: device-side assert triggered", "tokens.max() reaches", "labels.unique("),
    ("size mismatch for e.weight: copying a param of torch.Size([9, 2]) from checkpoint, where the "
     "shape is torch.Size([8, 2]) in current model.", "shape is [9, 2]", "nn.Embedding(9, 2)"),
    ("Expected input batch_size (1216) to match target batch_size (1280)", "start", "[:, 1:]"),
    ("gather got an input of invalid size: got 10x110, but expected 10x226", "differ", "total_len"),
    ("shape '[32, 10, 64]' is invalid for input of size 10240",
     "20480 numbers fit the shape [32, 10, 64], but the tensor has 10240. Most likely axis 0 has",
     "x.reshape(-1, 10, 64)"),
    ("shape '[32, 10, 64]' is invalid for input of size 20480", None, None),
    ("expected sequence of length 12 at dim 1 (got 7)", "lists of 12 and 7", "pad_sequence("),
    ("size mismatch for fc.weight: copying a param of torch.Size([10, 64]) from checkpoint, where "
     "the shape in current model is torch.Size([10, 128]).", "is [10, 64]", "nn.Linear(64, 10)"),
    ("shape '[32, 7]' is invalid for input of size 100", "the tensor has 100", "print(x.shape)"),
    ("Expected input batch_size (32) to match target batch_size (31).", "two batches", "labels"),
    ("RNN module weights are not part of single contiguous chunk of memory.", "", "flatten_param"),
    ("backward_input can only be called in training mode", "evaluation", "model.train()"),
    ("torch/nn/_functions/rnn.py\nRuntimeError: CUDNN_STATUS_EXECUTION_FAILED",
     "is CUDNN_STATUS_EXECUTION_FAILED. Most likely x or a state is still", ".to(device)"),
    ("torchsummary.py\nAttributeError: 'tuple' object has no attribute 'size'",
     "torchsummary raised this", "torchinfo.summary(model"),
    ("Cannot export individual pack_padded_sequence or pad_packed_sequence", "ONNX", "pad_packed"),
    ("Expected hidden[0] size (1, 32, 8), got (2, 32, 4)", "hidden_size. It is", "two directions"),
    ("Expected hidden size (2, 5, 9), got (2, 7, 4)", "an encoder", "num_layers=2"),
    ("Expected hidden size (1, 16, 8), got (20, 16, 8)", "It is (20, 16, 8)", "h_0[-1:]"),
    ("Expected object of scalar type Float but got scalar type Double for argument #2 'mat2'",
     "Double is the default of NumPy", "x.float()"),
    ("Expected object of type torch.FloatTensor but found type torch.LongTensor for argument #2 "
     "'target'", "as y, not Long", "y = y.float()"),
    ("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a "
     "non-contiguous input.", "isn't contiguous", "x.contiguous()"),
]  # fmt: skip
"""Messages of PyTorch in earlier wordings, of GPUs, and with sizes that fit."""

RECORDED = (ANSWERS / "mistakes.jsonl").read_text("utf-8").splitlines()[1:]
TEXTS = [text for text, *_ in KERAS_3 + EARLIER + TORCH] + [row["text"] for row in ROWS]
TEXTS += [
    answer["message"]
    for answer in (json.loads(line)["answer"] for line in RECORDED)
    if isinstance(answer, dict)
]
"""All messages of the tests: of these tables, of public threads, and of the recorded mistakes."""


def known_message(text):
    """Return the known message that explains a text; None for an unknown message."""
    part, whole = error_and_whole(text)
    found = (known for each in (part, whole) for known, _ in explanations(each, whole))
    return next(found, None)


def fixes_for_keras():
    """Yield each text whose message isn't PyTorch's, its explanation, and the code of each fix."""
    of_torch = [message for module in OF_TORCH for message in module.MESSAGES]
    for text in TEXTS:
        explanation = explain_error(text)
        if explanation and known_message(text) not in of_torch:
            for meaning in explanation.meanings:
                for code in meaning.code.split("# or:\n"):
                    yield text, explanation, code.strip()
