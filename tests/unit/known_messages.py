"""Messages that are known, and that tests/agreement/mistakes.py doesn't provoke."""

from __future__ import annotations

TODAY = [
    (
        "Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
        "Dense has no activaton.",
        "Write activation.",
    ),
    (
        "Incompatible shapes: [2,12] vs. [4,12] [Op:AddV2] name:\n\nArguments received by "
        "LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n  • "
        "states=('tf.Tensor(shape=(4, 3), dtype=float32)',)",
        "2 samples and states of 4",
        "initial_state=states",
    ),
    (
        "expects 1 input(s), but it received 2 input tensors",
        "takes one tensor and got 2. Most likely the layer before has return_state=True, and",
        "out, h = ",
    ),
    (
        "expects 1 input(s), but it received 5 input tensors",
        "layer takes one tensor and got 5. Most likely the layer before has return_state=True",
        "back_c = ",
    ),
    (
        "Expected shape (None, 5, 2), but input has incompatible shape (8, 2, 5, 1)",
        "got (8, 2, 5, 1)",
        "x = np.squeeze(x, axis=3)",
    ),
    (
        "Dimensions must be equal, but are 4 and 3 for '{{node compile_loss/mse/sub}} = "
        "Sub[T](data, dense/MatMul)' with input shapes: [?,5,4], [?,5,3].",
        "different columns",
        "Dense",
    ),
    (
        "Dimensions must be equal, but are 5 and 6 for '{{node compile_loss/mse/sub}} = "
        "Sub[T](data, x)' with input shapes: [?,5,1], [?,6,1].",
        "different timesteps",
        "outputs = outputs[:, -5:]",
    ),
    (
        "Unrecognized data type: x=[[[1.0",
        "Keras takes a list for several inputs, not for an array.",
        "np.asarray(y)",
    ),
    (
        "Arguments `target` and `output` must have the same shape",
        "shape; the sparse one, class numbers. Most likely y holds class numbers",
        "sparse",
    ),
    (
        "Arguments `target` and `output` must have the same shape up until the last dimension: "
        "target.shape=(None, 4), output.shape=(None, 5, 3)",
        "y is (None, 4)",
        "outputs = outputs[:, -4:]",
    ),
    ("Dimensions must be equal, but are 8 and 2", "8 and 2 meet", "print"),
    (
        "Exception encountered when calling LSTM.call().",
        "It happened in LSTM. The rest of the message, below, says what was wrong.",
        "last line",
    ),
    (
        "Kernel shape must have the same length as input, but received kernel of shape (3, 8, "
        "32) and input of shape (None, 8).",
        "got (None, 8): there is no time axis.",
        "keras.Input((timesteps, 1))",
    ),
    (
        'The name "lstm" is used 2 times in the model. All operation names should be unique.',
        "Two layers of the model are called lstm, or it has one layer twice.",
        'name="another"',
    ),
    (
        "AttributeError: 'LSTM' object has no attribute 'shape'",
        "The layer got a LSTM",
        "give a layer what another one returned",
    ),
    (
        "The shape of the target variable and the shape of the target value in "
        "`variable.assign(value)` must match. variable.shape=(3, 64), Received: "
        "value.shape=(8, 64). Target variable: <Variable path=lstm/kernel, shape=(3, 64)>",
        "is (3, 64) here, and (8, 64) came: 3 features here, 8 there.",
        "Build the model as the other was",
    ),
    (
        "`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
        "labels.shape=(320,) and logits.shape=(32, 5)",
        "(320,), the output (32, 5), 10 times as many. Most likely y has one answer for each",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "Could not interpret initializer identifier: orthogonall",
        "Keras knows no initializer orthogonall",
        'kernel_initializer="orthogonal"',
    ),
    (
        "TypeError: SpatialDropout1D.__init__() got an unexpected keyword argument 'foo'",
        "SpatialDropout1D has no foo.",
        "help(SpatialDropout1D)",
    ),
]
"""Messages, whole or in part, each with words of its cause, and of its fix or code."""

OLDER = [
    (
        "Input 0 of layer dense is incompatible with the layer: expected axis -1 of input shape to "
        "have value 16 but received input with shape [None, 8]",
        "It wants 16 features and got [None, 8], 8 of them.",
        "keras.Input((timesteps, features))",
    ),
    (
        "Dimensions must be equal, but are 20 and 10 for '{{node Equal}} = "
        "Equal[T=DT_FLOAT](IteratorGetNext:1, Cast_1)' with input shapes: [?,20], [?,10].",
        "A metric can't compare 20 with 10",
        'metrics=["accuracy"]',
    ),
    (
        "InvalidArgumentError: Input to reshape is a tensor with 3200 values, but the "
        "requested shape requires a multiple of 640",
        "reshape has to",
        "Windows",
    ),
    (
        "ValueError: Error when checking target: expected dense_1 to have 2 dimensions, but "
        "got array with shape (100, 1, 5)",
        "The loss wants y in the output's shape: y is (100, 1, 5), the output of 2 axes:",
        "y = y.reshape(-1, 5)",
    ),
    (
        "Error when checking target: expected lstm_1 to have 3 dimensions, but got array with "
        "shape (100,)",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "y = y[:, None]",
    ),
    (
        "Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
        "shape (100, 5, 1, 1)",
        "The loss wants y in the output's shape: y is (100, 5, 1, 1), the output of 2",
        "print(y.shape, model.output_shape)",
    ),
    (
        "ValueError: A target array with shape (100, 10, 1) was passed for an output of shape "
        "(None, 1) while using as loss `mean_squared_error`. This loss expects targets to have "
        "the same shape as the output.",
        "y is (100, 10, 1), the output (None, 1)",
        "LSTM(units, return_sequences=True)",
    ),
    ("Specified a list with shape [4,5] from a tensor with shape [4,6]", None, None),
    (
        "Shapes (32, 1, 5) and (32, 5) are incompatible",
        "The loss wants y in the output's shape: y is (32, 1, 5), the output (32, 5): y",
        "y = y.reshape(-1, 5)",
    ),
    (
        "Shapes (32, 1, 1) and (32, 5) are incompatible",
        "The loss wants y in the output's shape: y is (32, 1, 1), the output (32, 5): y",
        "y = y.reshape(-1)",
    ),
    (
        "the size the model expected. Expected to see 2 array(s), for inputs ['a', 'b'] but "
        "instead got the following list of 1 arrays: [<tf.Tensor",
        "The model takes 2 arrays, and got 1.",
        "model.predict([x1, x2])",
    ),
    ("(Unsupported object type Timestamp)", None, None),
    (
        "Failed to convert a NumPy array to a Tensor (Unsupported object type Timestamp).",
        "x or y holds text, dates or the like, and",
        "table.drop",
    ),
    (
        "ValueError: The model expects 2 input arrays, but only received one array. Found: "
        "array with shape (100, 5)",
        "The model takes 2 arrays, and got 1.",
        "[x1, x2]",
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
    ("TypeError: Person.__init__() missing 1 required positional argument: 'name'", None, None),
    (
        "Layer lstm_1 was called with an input that isn't a symbolic tensor. Received type: "
        "<class 'numpy.ndarray'>. Full input: [array(",
        "lstm_1 got a numpy.ndarray, or a list of that, and takes tensors or arrays; a",
        'x = LSTM(units)(np.asarray(x, dtype="float32"))',
    ),
    (
        "logits and labels must have the same first dimension, got logits shape [384,10] and "
        "labels shape [32]",
        "y is [32], the output [384,10]",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "Shapes (None, 5, 10) and (None, 10) are incompatible",
        "y has a time axis and the output has none. Most likely y has one answer per timestep",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "Node: 'mean_squared_error/SquaredDifference'\nIncompatible shapes: [32,5] vs. [32,2]",
        "output with y: they have different columns. Most likely y has one answer per sample",
        "Dense(2)",
    ),
    (
        "Dimensions must be equal, but are 5 and 3 for 'loss/dense_1_loss/sub' (op: 'Sub') "
        "with input shapes: [?,5], [?,3].",
        "timesteps may have met columns. Most likely output and y have different columns",
        "Dense(y.shape[-1])",
    ),
    (
        "ValueError: `class_weight` not supported for 3+ dimensional targets.",
        "once for each sample",
        "sample_weight=weights[",
    ),
    (
        "Layer has 2 states but was passed 3 initial states.",
        "The layer keeps 2 for states, and got 3. If it comes from a recurrent layer",
        "out, *states =",
    ),
    (
        "ValueError: You are trying to load a weight file containing 2 layers into a model "
        "with 3 layers.",
        "a model with other layers",
        "model.save(",
    ),
    (
        "Cannot convert a symbolic Tensor (dense/BiasAdd:0) to a numpy array.",
        "While the model is built a tensor",
        "y = keras.ops.mean(x, axis=1)  # tf.reduce_mean, np.mean",
    ),
    (
        "ValueError: Index out of range using input dim 2; input has only 2 dims for '{{node "
        "strided_slice}}'",
        "than there are: 2",
        "[:, -1, :]",
    ),
    (
        "ValueError: Found array with dim 3. StandardScaler expected <= 2.",
        "got 3 axes",
        "x.reshape(-1, x.shape[-1])",
    ),
    (
        "expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
        "swapped",
        "np.transpose",
    ),
    (
        "expected shape=(None, 5, 1), found shape=(None, 5)",
        "The model takes (None, 5, 1) and got (None, 5): 1 axis too few, of features.",
        "x[..., None]",
    ),
    (
        "expected shape=(None, 5, 2), found shape=(None, 2)",
        "few, of samples or timesteps. Most likely these are rows of a table, features of one",
        "x = np.stack([x[i : i + timesteps] for i in range(len(x) - timesteps + 1)])",
    ),
    (
        "expected shape=(None, 5, 2), found shape=(None, 7)",
        "The model takes (None, 5, 2) and got (None, 7): 1 axis too few. Most likely the",
        "print(x.shape, model.input_shape)",
    ),
    (
        "expected dense_1_input to have shape (3,) but got array with shape (4,)",
        "takes (3,) and got (4,)",
        "keras.Input((4,))",
    ),
    (
        "expected dense_1 to have shape (None, 12, 1) but got array with shape (320, 5, 1)",
        "The loss wants y in the output's shape: y is (320, 5, 1), the output (None, 12,",
        "outputs = outputs[:, -5:]",
    ),
    (
        "Error when checking target: expected lstm_1 to have shape (12, 1) but got array with "
        "shape (1,)",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "return_sequences=False",
    ),
    (
        "Shapes (None, 1) and (None, 10) are incompatible",
        "(None, 10): they have different columns. Most likely y holds class numbers",
        "sparse",
    ),
    (
        "Shape mismatch: The shape of labels (received (320,)) should equal the shape of "
        "logits except for the last dimension (received (32, 10)).",
        "y is (320,), the output (32, 10)",
        'loss="categorical_crossentropy"',
    ),
    (
        "The shape of labels (received (32,)) should equal the shape of logits except for the "
        "last dimension (received (384, 10)).",
        "y is (32,), the output (384, 10)",
        "return_sequences=False",
    ),
    (
        "The shape of labels (received (160,)) should equal the shape of logits except for the "
        "last dimension (received (32, 10)).",
        "the output (32, 10), 5 times as many. Most likely y has one answer for each timestep",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "WARNING:tensorflow:Model was constructed with shape (None, 30, 8) for input "
        "KerasTensor(type_spec=TensorSpec(shape=(None, 30, 8), dtype=tf.float32, name='x'), "
        "name='x'), but it was called on an input with incompatible shape (None, 20, 8).",
        "takes (None, 30, 8) and got (None, 20, 8): 20 timesteps instead of 30.",
        "keras.Input((None, features))",
    ),
    (
        "ModuleNotFoundError: No module named 'keras.layers.core'",
        "keras has no layers.core in Keras 3.",
        "from keras.layers import",
    ),
    (
        "ModuleNotFoundError: No module named 'keras.wrappers'",
        "keras has no wrappers in Keras 3.",
        "from keras.wrappers import SKLearnClassifier",
    ),
    (
        "model = load_model('lstm_model.h5')\nTypeError: Unrecognized keyword arguments passed "
        "to LSTM: {'batch_input_shape': [None, 60, 1], 'time_major': False}",
        "in which LSTM had batch_input_shape, time_major.",
        "batch_input_shape=None, time_major=None, **options):\n        super().__init__(*args, "
        '**options)\n\nmodel = keras.models.load_model("lstm_model.h5"',
    ),
    (
        "model = load_model(path)\nTypeError: Unrecognized keyword arguments passed to LSTM: "
        "{'time_major': False, 'policy': {'config': {'name': 'float32'}}}",
        "in which LSTM had time_major, policy",
        "*args, time_major=None, policy=None, **options",
    ),
    (
        "ValueError: Cannot feed value of shape (64, 10) for Tensor 'dense_1_target:0', which "
        "has shape '(?, 1)'",
        "output (?, 1): they have different columns. Most likely y has a column for each class",
        "np.argmax(y, axis=-1)",
    ),
    (
        "TypeError: Could not locate function 'mse'. Make sure custom classes are decorated "
        "with `@keras.saving.register_keras_serializable()`.",
        "mse, a loss or metric of Keras's own",
        'load_model(path, compile=False)\nmodel.compile("adam", loss="mse")',
    ),
    (
        "ValueError: Unknown loss function: 'root_mean_squared_error'. Please ensure you are "
        "using a `keras.utils.custom_object_scope`",
        "metric root_mean_squared_error. Most likely it stands in compile.",
        "model.compile(optimizer, loss=root_mean_squared_error)",
    ),
    (
        "ValueError: Unknown metric function:rmse",
        "or metric rmse. Most likely it stands in compile.",
        "model.compile(optimizer, loss, metrics=[rmse])",
    ),
    (
        "model = load_model('a.h5')\nValueError: Unknown loss function:my_loss",
        "The file names my_loss, which Keras doesn't know",
        'custom_objects={"my_loss": my_loss}',
    ),
    (
        "ValueError: operands could not be broadcast together with shapes (1393,5) (6,) (1393,5)",
        "is worked on, (1393,5), doesn't fit (6,). Most likely a scaler was fitted on other",
        "scaler of its own",
    ),
    (
        "ValueError: non-broadcastable output operand with shape (3000,1) doesn't match the "
        "broadcast shape (3000,4)",
        "(3000,1), doesn't fit (3000,4). Most likely a scaler was fitted on other columns",
        "scaler_y.inverse_transform(model.predict(x))",
    ),
    (
        "ValueError: `logits` and `labels` must have the same shape, received ((None, 1) vs "
        "(None, 2)).",
        "Most likely y has a column for each class. Or output and y have different columns",
        "Dense(2, activation='softmax')",
    ),
    (
        "ValueError: A target array with shape (1000, 10) was passed for an output of shape "
        "(None, 1) while using as loss `binary_crossentropy`.",
        "Most likely y has a column for each class. Or output and y have different columns",
        "Dense(10, activation='softmax')",
    ),
    (
        "TypeError: Failed to convert elements of [None, 64] to Tensor. Consider casting "
        "elements to a supported type.",
        "wants sizes as numbers, and got [None, 64]: None is the batch",
        "keras.ops.shape(x)[0]",
    ),
]
"""Likewise, in the words of earlier versions; None for what anybody's own code may raise."""
