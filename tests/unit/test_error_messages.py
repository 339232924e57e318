"""The error decoder, message by message: those of earlier versions, and those of a long traceback.

The messages that Keras raises today are provoked in tests/agreement/test_error_messages.py. More
examples, of both kinds, are in test_doctor.py.
"""

from __future__ import annotations

import ast

import pytest

from lib.errors import FAMILIES, explain_error

OLDER = [
    # x and y before the first epoch
    (
        "ValueError: Error when checking target: expected dense_1 to have shape (1,) but got array "
        "with shape (10,)",
        "y is (10,): they have different columns",
        'Dense(10)\nmodel.compile(optimizer, loss="categorical_crossentropy")',
    ),
    (
        "ValueError: Error when checking target: expected dense_1 to have 2 dimensions, but got "
        "array with shape (100, 1, 5)",
        "one answer too, with an axis of 1 for timesteps",
        "y = y[:, 0]",
    ),
    (
        "Error when checking target: expected dense_1 to have shape (5,) but got array with shape "
        "(1, 5)",
        "with an axis of 1 for timesteps",
        "y = y[:, 0]",
    ),
    (
        "Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
        "shape (100, 7, 5)",
        "one for each timestep",
        "raises only where the sizes don't broadcast: with one column it says nothing",
    ),
    (
        "Error when checking target: expected lstm_1 to have 3 dimensions, but got array with "
        "shape (100,)",
        "3 axes and y has 1, (100,): one number for each sample",
        "LSTM(units, return_sequences=False)\nDense(1)\ny = y[:, None]",
    ),
    (
        "Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
        "shape (100, 5, 1, 1)",
        "an axis of 1 among them",
        "y = y.reshape(-1, *model.output_shape[1:])",
    ),
    (
        "Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
        "shape (100, 5, 4, 3)",
        "2 axes and y has 4",
        "print(y.shape, model.output_shape)",
    ),
    (
        "ValueError: You are passing a target array of shape (100, 1) while using as loss "
        "`categorical_crossentropy`. `categorical_crossentropy` expects targets to be binary",
        "y is (100, 1), with one column: class numbers",
        'loss="sparse_categorical_crossentropy"',
    ),
    (
        "ValueError: A target array with shape (100, 10, 1) was passed for an output of shape "
        "(None, 1) while using as loss `mean_squared_error`. This loss expects targets to have the "
        "same shape as the output.",
        "y is (100, 10, 1), the output (None, 1)",
        "return every step.\nLSTM(units, return_sequences=True)",
    ),
    (
        "A target array with shape (6682, 2) was passed for an output of shape (None, 15, 2) while "
        "using as loss `categorical_crossentropy`.",
        "y is (6682, 2), the output (None, 15, 2)",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "InvalidArgumentError: Specified a list with shape [4,5] from a tensor with shape [32,5]",
        "built for batches of 4 and got one of 32",
        "n = len(x) // 4 * 4",
    ),
    ("Specified a list with shape [4,5] from a tensor with shape [4,6]", None, None),
    (
        "Can not squeeze dim[1], expected a dimension of 1, got 3",
        "y has 3 columns, one per class",
        'loss="categorical_crossentropy"',
    ),
    (
        "ValueError: The first layer in a Sequential model must get an `input_shape` or "
        "`batch_input_shape` argument.",
        "the shape of one sample",
        "keras.Sequential([keras.Input((timesteps, features))",
    ),
    ("y_true and y_pred have different structures", "several", "without return_state"),
    ("Shapes (32, 1, 5) and (32, 5) are incompatible", "(32, 1, 5) with", "y = y[:, 0]"),
    (
        "Shapes (32, 1, 1) and (32, 5) are incompatible",
        "(32, 1, 1) with",
        "with class numbers take the sparse loss.",
    ),
    (
        "Error when checking model input: the list of Numpy arrays that you are passing to your "
        "model is not the size the model expected. Expected to see 1 array(s), but instead got the "
        "following list of 320 arrays: [array([[0.1",
        "takes one array and got a list of 320",
        "np.stack(x)",
    ),
    (
        "the size the model expected. Expected to see 2 array(s), for inputs ['a', 'b'] but "
        "instead got the following list of 1 arrays: [<tf.Tensor",
        "takes 2 arrays and got 1",
        "model.fit([x1, x2], y)",
    ),
    (
        "Input arrays should have the same number of samples as target arrays. Found 100 input "
        "samples and 99 target samples.",
        "x has 100 samples and y has 99",
        "same windows",
    ),
    (
        "ValueError: In a stateful network, you should only pass inputs with a number of samples "
        "that can be divided by the batch size. Found: 100 samples",
        "100 doesn't divide by it",
        "n = len(x) // batch_size * batch_size",
    ),
    (
        "ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type float).",
        "one of them of the type float",
        'np.asarray(x).astype("float32")',
    ),
    (
        "Failed to convert a NumPy array to a Tensor (Unsupported object type numpy.ndarray).",
        "of the type ndarray, not numbers: the sequences have different lengths",
        "pad_sequences",
    ),
    ("(Unsupported object type Timestamp)", None, None),
    (
        "Failed to convert a NumPy array to a Tensor (Unsupported object type Timestamp).",
        "holds a Timestamp",
        "table.drop",
    ),
    ("`y` argument is not supported when using dataset as input.", "beside it", "fit(dataset)"),
    (
        "ValueError: The model expects 2 input arrays, but only received one array. Found: array "
        "with shape (100, 5)",
        "takes 2 arrays and got 1",
        "[x1, x2]",
    ),
    # the layers
    (
        "ValueError: Input 0 of layer sequential is incompatible with the layer: expected ndim=3, "
        "found ndim=2. Full shape received: [None, 5]",
        "'sequential' needs (batch, timesteps, features) and got [None, 5]",
        "x = x[..., None]",
    ),
    (
        "Input 0 of layer dense is incompatible with the layer: expected axis -1 of input shape to "
        "have value 16 but received input with shape [None, 8]",
        "'dense' was made for 16 features and got [None, 8], 8 of them",
        "keras.Input((8,))",
    ),
    (
        "ValueError: Layer lstm expects 1 input(s), but it received 2 input tensors.",
        "returns 2 tensors, its output and its states (or, with merge_mode=None",
        "out, h = recurrent_layer(x)\ny = layer(out)\ny = layer(x, initial_state=h)",
    ),
    (
        "TypeError: The added layer must be an instance of class Layer. Found: Tensor("
        '"lstm/strided_slice_3:0", shape=(None, 4), dtype=float32)',
        "A tensor was added",
        "keras.Sequential([keras.Input(",
    ),
    (
        "The added layer must be an instance of class Layer. Found: <class "
        "'tensorflow.python.keras.layers.recurrent_v2.LSTM'>",
        "LSTM was added, the class",
        "model.add(LSTM(units))",
    ),
    (
        "TypeError: The added layer must be an instance of class Layer. Found: "
        "<keras.layers.recurrent.LSTM object at 0x7f5a>",
        "of another Keras than the model's",
        "from keras.layers import",
    ),
    (
        "Please initialize `TimeDistributed` layer with a `tf.keras.layers.Layer` instance. You "
        'passed: Tensor("dense/BiasAdd:0", shape=(None, 5, 1), dtype=float32)',
        "what it returned is a tensor",
        "TimeDistributed(Dense(1))(x)",
    ),
    (
        "TypeError: ('Keyword argument not understood:', 'return_sequence')",
        "no return_sequence.",
        "Write return_sequences.",
    ),
    (
        "TypeError: __init__() got an unexpected keyword argument 'batch_input_shape'",
        "no batch_input_shape in Keras 3",
        "keras.Input(batch_shape=(…))",
    ),
    ("TypeError: __init__() got an unexpected keyword argument 'color'", None, None),
    (
        "TypeError: __init__() missing 2 required positional arguments: 'input_dim' and "
        "'output_dim'",
        "Embedding has to know how many different numbers",
        "Embedding(",
    ),
    ("TypeError: Person.__init__() missing 1 required positional argument: 'name'", None, None),
    (
        "Layer lstm_1 was called with an input that isn't a symbolic tensor. Received type: "
        "<class 'numpy.ndarray'>. Full input: [array(",
        "lstm_1 got something of the type numpy.ndarray",
        "keras.Input((timesteps, features))",
    ),
    (
        "TypeError: Layer flatten_1 does not support masking, but was passed an input_mask: "
        'Tensor("embedding_1/NotEqual:0", shape=(?, 5), dtype=bool)',
        "flatten_1 gets a mask from below",
        "return_sequences=False",
    ),
    (
        "You are passing a RNN mask that does not correspond to right-padded sequences, while "
        "using cuDNN, which is not supported.",
        "in front",
        'padding="post"',
    ),
    (
        "Cannot unroll a RNN if the time dimension is undefined or equal to 1.",
        "open there",
        "keras.Input((timesteps, features))",
    ),
    # losses
    (
        "logits and labels must have the same first dimension, got logits shape [32,10] and labels "
        "shape [384]",
        "y is [384], the output [32,10]",
        "With a class per timestep return every step.\nLSTM(units, return_sequences=True)",
    ),
    (
        "logits and labels must have the same first dimension, got logits shape [384,10] and "
        "labels shape [32]",
        "y is [32], the output [384,10]",
        "return the last step only.\nLSTM(units, return_sequences=False)",
    ),
    (
        "ValueError: Shapes (None, 10) and (None, 3) are incompatible",
        "They have different columns",
        "Dense(10)",
    ),
    (
        "Shapes (None, 5, 10) and (None, 10) are incompatible",
        "(None, 5, 10) with (None, 10)",
        "y has a time axis and the output has none: return every step.",
    ),
    (
        "Shapes (None, 10) and (None, 5, 10) are incompatible",
        "(None, 10) with (None, 5, 10)",
        "The output has a time axis and y has none: return the last step only.",
    ),
    (
        "InvalidArgumentError: Incompatible shapes: [32,5,3] vs. [32,3]\n\t [[node "
        "mean_squared_error/SquaredDifference (defined at train.py:12) ]] [Op:__inference_1234]",
        "The loss can't pair [32,5,3] with [32,3], the output with y: the output has a time axis",
        "Return the last step only.",
    ),
    (
        "Node: 'mean_squared_error/SquaredDifference'\nIncompatible shapes: [32,5] vs. [32,2]",
        "[32,5] with [32,2], the output with y: Keras drops a last axis of 1",
        "print(y.shape, model.output_shape)",
    ),
    (
        "Dimensions must be equal, but are 3 and 5 for '{{node mean_squared_error/SquaredDifference"
        "}} = SquaredDifference[T=DT_FLOAT](sequential/dense/BiasAdd, IteratorGetNext:1)' with "
        "input shapes: [?,3], [?,5].",
        "[?,3] with [?,5], the output with y: output and y have different columns",
        "Dense(5)",
    ),
    (
        "Dimensions must be equal, but are 5 and 3 for '{{node mean_squared_error/SquaredDifference"
        "}} = SquaredDifference[T=DT_FLOAT](mean_squared_error/remove_squeezable_dimensions/Squeeze"
        ", IteratorGetNext:1)' with input shapes: [?,5], [?,3].",
        "Keras dropped the output's last axis, of 1, and 5 timesteps met 3 columns of y",
        "LSTM(units, return_sequences=False)\nDense(3)",
    ),
    (
        "Dimensions must be equal, but are 5 and 3 for 'loss/dense_1_loss/sub' (op: 'Sub') with "
        "input shapes: [?,5], [?,3].",
        "The loss can't pair [?,5] with [?,3]. Either",
        "print(y.shape, model.output_shape)",
    ),
    (
        "Incompatible shapes: [32] vs. [32,5]\n\t [[node mean_squared_error/weighted_loss/Mul "
        "(defined at a.py:3) ]]",
        "The loss can't be weighted",
        "np.repeat(w[:, None]",
    ),
    (
        "ValueError: `class_weight` not supported for 3+ dimensional targets.",
        "once for each sample",
        "sample_weight=weights[",
    ),
    # states and features
    (
        "ValueError: An `initial_state` was passed that is not compatible with `cell.state_size`. "
        "Received `state_spec`=ListWrapper([InputSpec(shape=(None, 9, 128), ndim=3), InputSpec("
        "shape=(None, 128), ndim=2)]); however `cell.state_size` is [128]",
        "keeps 1 state, of 128 units, and got 2, of the shapes (None, 9, 128), (None, 128)",
        "initial_state=states",
    ),
    (
        "Layer has 2 states but was passed 3 initial states.",
        "keeps 2 states and got 3",
        "out, *states =",
    ),
    (
        "InvalidArgumentError: Invalid input_h shape: [1,33,16] [1,32,16] [Op:CudnnRNN]",
        "batches of 33 and the batch has 32, or the other way round",
        "batch_shape=",
    ),
    (
        "Dimensions must be equal, but are 2 and 5 for 'lstm_1/while/MatMul_1' (op: 'MatMul') with "
        "input shapes: [?,2], [5,16].",
        "made for 5 features and the data has 2",
        "np.transpose",
    ),
    (
        "ValueError: Layer #0 (named \"lstm_1\"), weight <tf.Variable 'lstm_1/kernel:0' shape=(3, "
        "16) dtype=float32> has shape (3, 16), but the saved weight has shape (2, 16).",
        "has 3 features, and the weights come from one for 2",
        "w.shape",
    ),
    (
        'Layer #0 (named "lstm_1") expects 3 weight(s), but the saved weights have 12 element(s).',
        "has 3 weights and got 12",
        "get_weights",
    ),
    (
        "ValueError: You are trying to load a weight file containing 2 layers into a model with 3 "
        "layers.",
        "a model with other layers",
        "model.save(",
    ),
    # building, and the machine
    (
        "NotImplementedError: Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a numpy "
        "array. This error may indicate that you're trying to pass a Tensor to a NumPy call",
        "TensorFlow up to 2.4 can't build those with NumPy 1.20",
        "pip install --upgrade tensorflow",
    ),
    (
        "Cannot convert a symbolic Tensor (dense/BiasAdd:0) to a numpy array.",
        "dense/BiasAdd:0 has no numbers yet",
        "keras.ops.mean(keras.ops.square(y - y_pred))",
    ),
    (
        "InvalidArgumentError: You must feed a value for placeholder tensor 'input_1' with dtype "
        "float and shape [1,10]",
        "needs input_1, [1,10], and wasn't given it",
        "keras.Model(x, inner(x))",
    ),
    (
        'ValueError: Graph disconnected: cannot obtain value for tensor Tensor("input_2:0", shape='
        '(?, 5, 2), dtype=float32) at layer "input_2".',
        "another Input",
        "keras.Model(x, y)",
    ),
    (
        "Output tensors to a Model must be the output of a TensorFlow `Layer`",
        "The outputs of a Model",
        "keras.Model(x, y)",
    ),
    (
        "AttributeError: 'NoneType' object has no attribute '_inbound_nodes'",
        "that Keras couldn't follow",
        "keras.ops.mean",
    ),
    ("This model has not yet been built.", "doesn't know its shapes", "keras.Input("),
    (
        "ValueError: Index out of range using input dim 2; input has only 2 dims for "
        "'{{node strided_slice}}'",
        "than there are: 2.",
        "[:, -1, :]",
    ),
    (
        "AttributeError: 'Sequential' object has no attribute 'predict_classes'",
        "Sequential has no predict_classes",
        "np.argmax(model.predict(x), axis=-1)",
    ),
    (
        "ImportError: cannot import name 'CuDNNLSTM' from 'tensorflow.keras.layers' (unknown",
        "tensorflow.keras.layers has no CuDNNLSTM",
        "LSTM(units)",
    ),
    (
        "Failed to call ThenRnnForward with model config: [rnn_mode, rnn_input_mode, "
        "rnn_direction_mode]: 2, 0, 0 , [num_layers, input_size, num_units, dir_count, "
        "max_seq_length, batch_size, cell_num_units]: [1, 5, 64, 1, 100, 32, 64]",
        "on 32 sequences of 100 timesteps, with 64 units",
        "use_cudnn=False",
    ),
    (
        "ResourceExhaustedError: OOM when allocating tensor with shape[64,5000,1024] and type",
        "[64,5000,1024], 1,311 MB",
        "batch_size=8",
    ),
    ("Epoch 3/50 10/10 - 1s - loss: nan - mae: nan", "no number any more", "np.isnan(x).sum()"),
    (
        "ValueError: Found array with dim 3. StandardScaler expected <= 2.",
        "got 3 axes",
        "x.reshape(-1, x.shape[-1])",
    ),
    (
        "ConcatOp : Dimensions of inputs should match: shape[0] = [32,10] vs. shape[1] = [31,10]",
        "[32,10] and [31,10] are to be joined",
        "Concatenate(axis=1)",
    ),
]


@pytest.mark.parametrize(("message", "cause", "fix"), OLDER)
def test_a_message_of_an_earlier_version_is_told_with_its_numbers(message, cause, fix):
    """With what is right today; and what anybody's own code may raise is left alone."""
    told = explain_error(message)
    if cause is None:
        assert told is None
        return
    assert cause in told.cause
    assert fix in f"{told.fix}\n{told.code}"


@pytest.mark.parametrize("message", [message for message, cause, _ in OLDER if cause])
def test_what_is_handed_out_fits_on_the_page_and_is_python(message):
    """The page cuts at 600 characters; "…" stands for anything."""
    told = explain_error(message)
    assert max(len(told.cause), len(told.fix), len(told.code)) < 600
    ast.parse(told.code.replace("…", "0"))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            'in assert_input_compatibility\n    f"expected shape={spec.shape}, found shape={shape}"'
            "\nValueError: expected shape=(None, 5, 2), found shape=(8, 5, 3)",
            "takes (None, 5, 2) and got (8, 5, 3)",
        ),
        (
            'in get\n    raise ValueError(f"Could not interpret loss identifier: {identifier}")\n'
            "ValueError: Could not interpret loss identifier: mean_square_error",
            "no loss of the name mean_square_error",
        ),
        (
            'f"Data cardinality is ambiguous. Make sure all arrays contain the same number"\n'
            "ValueError: Data cardinality is ambiguous. 'x' sizes: 8 'y' sizes: 7",
            "x has 8 samples and y has 7",
        ),
    ],
)
def test_a_traceback_quotes_the_code_and_the_message_comes_last(text, cause):
    """In the code the message has no numbers yet."""
    assert cause in explain_error(text).cause


def test_an_error_in_a_layer_isnt_laid_to_the_loss():
    """The message says where it happened."""
    told = explain_error(
        "Exception encountered when calling AdditiveAttention.call().\n\nIncompatible shapes: "
        "[8,5,1,3] vs. [8,1,5,4] [Op:AddV2]"
    )
    assert "In AdditiveAttention two tensors meet that can't be paired" in told.cause
    told = explain_error("Incompatible shapes: [8,5,3] vs. [8,5] [Op:Mul]")
    assert "A multiplication can't pair [8,5,3] with [8,5]" in told.cause
    assert "mask[..., None]" in told.code


def test_a_loss_of_ones_own_is_told_by_the_line_that_is_quoted():
    """Its subtraction says which comes first."""
    message = "Incompatible shapes: [8,3] vs. [8,5,3] [Op:Sub]"
    line = "in my_loss\n    return ops.mean((y_true - y_pred) ** 2)\n"
    assert "[8,3] with [8,5,3], y with the output" in explain_error(line + message).cause
    turned = line.replace("y_true - y_pred", "y_pred - y_true")
    assert "[8,3] with [8,5,3], the output with y" in explain_error(turned + message).cause


def test_class_weights_for_every_step_are_known_by_the_traceback():
    """The message alone may be anything."""
    message = "TypeError: only 0-dimensional arrays can be converted to Python scalars"
    assert explain_error(message) is None
    told = explain_error(f"class_weight_to_sample_weights(y, class_weight)\n{message}")
    assert "sample_weight" in told.code


def test_no_two_families_look_for_the_same_words():
    """Else the second would never be asked."""
    patterns = [pattern for family in FAMILIES for pattern in family.MESSAGES.patterns]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize(
    "text",
    [
        "Incompatible shapes: [1] vs. [2] " * 30_000,
        "expects 1 input(s), but it received 3 input tensors" * 20_000,
        "states=(tf.Tensor(shape=(" * 40_000,
        "Exception encountered when calling LSTMCell.call() " * 20_000,
        "node compile_loss/" * 50_000,
        "missing 1 required positional argument: 'a'" * 20_000,
        "The following argument value should be passed as a keyword argument: " * 15_000,
        "Data cardinality is ambiguous 'x' sizes: 5" + ", 5" * 300_000,
        "Could not interpret loss identifier: (" * 25_000,
        "class_weight" * 80_000,
        ".shape[2]" * 100_000,
        "mask=tf.Tensor(shape=" * 45_000,
        "SelectV2" * 120_000,
    ],
    ids=range(13),
)
def test_a_megabyte_of_beginnings_is_read_in_a_moment(text):
    """An answer or none comes back, however often a message begins."""
    explain_error(text)
