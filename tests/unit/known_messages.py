"""Messages that are known, and that tests/agreement/mistakes.py doesn't provoke."""

from __future__ import annotations

TODAY = [
    ("expected ndim=3, found ndim=2", "no time axis", "return_sequences=True"),
    (
        "expected ndim=3, found ndim=4. Full shape received: (None, 8, 5, 2)",
        "8, 5, 2): 1 axis too many. Most likely the Input counts the samples, which Keras",
        "keras.Input((5, 2))",
    ),
    (
        "expected min_ndim=2, found ndim=1",
        "The layer takes (samples, features) and got 1 axis: 1 axis too few. Most likely",
        "print(x.shape, model.input_shape)",
    ),
    ("logits and labels must be broadcastable", "a time axis", "return_sequences=True"),
    (
        "expected ndim=2, found ndim=4",
        "The layer takes (samples, features) and got 4 axes: 2 axes too many. Most",
        "print(x.shape, model.input_shape)",
    ),
    (
        "expected ndim=3, found ndim=5",
        "The layer takes (samples, timesteps, features) and got 5 axes: 2 axes too many.",
        "print(x.shape, model.input_shape)",
    ),
    (
        "name 'states' is not defined",
        "The name states was never imported or set, or no layer before gave it.",
        "*states =",
    ),
    ("axis -1 is out of bounds for an array with dimension 0", "several", "*states ="),
    ("expected ndim=2, found ndim=3", "every timestep", "return_sequences=False"),
    (
        "Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
        "Dense has no activaton.",
        "Write activation.",
    ),
    ("Unrecognized keyword arguments passed to GRU: {'xyz': 1}", "no xyz", "look up its name"),
    (
        "Incompatible shapes: [2,12] vs. [4,12] [Op:AddV2] name:\n\nArguments received by "
        "LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n  • "
        "states=('tf.Tensor(shape=(4, 3), dtype=float32)',)",
        "2 samples and states of 4",
        "initial_state=states",
    ),
    (
        "Incompatible shapes: [4,3] vs. [4,5,3]",
        "has a time axis and the other has none. Most likely y has one answer for each sample",
        "return_sequences=False",
    ),
    ("Incompatible shapes", "has a time axis", "return_sequences=True"),
    ("object has no attribute 'reset_states'", "reset_state", "layer.reset_state()"),
    ("should be passed an input_shape with at least 3 dimensions", "time axis", "=True"),
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
        "Expected shape (None, 5, 1), but input has incompatible shape (8, 5)",
        "axis of features",
        "x[..., None]",
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
    ("must be fully-defined (no `None` dimensions)", "Flatten", "keras.Input((timesteps,"),
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
        "ValueError: Error when checking target: expected dense_1 to have shape (1,) but got "
        "array with shape (10,)",
        "output (1,): they have different columns. Most likely y has a column for each class",
        'model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])',
    ),
    (
        "ValueError: Error when checking target: expected dense_1 to have 2 dimensions, but "
        "got array with shape (100, 1, 5)",
        "The loss wants y in the output's shape: y is (100, 1, 5), the output of 2 axes:",
        "y = y.reshape(-1, 5)",
    ),
    (
        "Error when checking target: expected dense_1 to have shape (5,) but got array with "
        "shape (1, 5)",
        "The loss wants y in the output's shape: y is (1, 5), the output (5,): y has a",
        "y = y.reshape(-1, 5)",
    ),
    (
        "Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
        "shape (100, 7, 5)",
        "y has a time axis and the output has none. Most likely y has one answer per timestep",
        "LSTM(units, return_sequences=True)",
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
        "ValueError: You are passing a target array of shape (100, 1) while using as loss "
        "`categorical_crossentropy`. `categorical_crossentropy` expects targets to be binary",
        "y is (100, 1), with one column: class numbers",
        'loss="sparse_categorical_crossentropy"',
    ),
    (
        "ValueError: A target array with shape (100, 10, 1) was passed for an output of shape "
        "(None, 1) while using as loss `mean_squared_error`. This loss expects targets to have "
        "the same shape as the output.",
        "y is (100, 10, 1), the output (None, 1)",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "A target array with shape (6682, 2) was passed for an output of shape (None, 15, 2) "
        "while using as loss `categorical_crossentropy`.",
        "y is (6682, 2), the output (None, 15, 2)",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "InvalidArgumentError: Specified a list with shape [4,5] from a tensor with shape [32,5]",
        "The layer is stateful, with one state for each sample, and was built for",
        "n = len(x) // 4 * 4",
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
        "Error when checking model input: the list of Numpy arrays that you are passing to "
        "your model is not the size the model expected. Expected to see 1 array(s), but "
        "instead got the following list of 320 arrays: [array([[0.1",
        "takes one array and got a list of 320",
        "np.stack(x)",
    ),
    (
        "the size the model expected. Expected to see 2 array(s), for inputs ['a', 'b'] but "
        "instead got the following list of 1 arrays: [<tf.Tensor",
        "The model takes 2 arrays, and got 1.",
        "model.predict([x1, x2])",
    ),
    (
        "Input arrays should have the same number of samples as target arrays. Found 100 input "
        "samples and 99 target samples.",
        "x has 100 samples and y has 99",
        "same windows",
    ),
    (
        "ValueError: In a stateful network, you should only pass inputs with a number of "
        "samples that can be divided by the batch size. Found: 100 samples",
        "100 doesn't divide by it",
        "n = len(x) // batch_size * batch_size",
    ),
    (
        "Failed to convert a NumPy array to a Tensor (Unsupported object type numpy.ndarray).",
        "The array holds Python objects of the type ndarray, not numbers. Most likely",
        "pad_sequences",
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
        "ValueError: Input 0 of layer sequential is incompatible with the layer: expected "
        "ndim=3, found ndim=2. Full shape received: [None, 5]",
        "got [None, 5]: 1 axis too few. Most likely each number of a sample is a timestep, and",
        "x = x[..., None]",
    ),
    (
        "Input 0 of layer dense is incompatible with the layer: expected axis -1 of input "
        "shape to have value 16 but received input with shape [None, 8]",
        "and got [None, 8], 8 of them. Most likely the data, or the layer before, has other",
        "keras.Input((timesteps, features))",
    ),
    (
        "TypeError: The added layer must be an instance of class Layer. Found: "
        'Tensor("lstm/strided_slice_3:0", shape=(None, 4), dtype=float32)',
        "This one had been called already, and is what it",
        "keras.Sequential([keras.Input(",
    ),
    (
        "TypeError: The added layer must be an instance of class Layer. Found: "
        "<keras.layers.recurrent.LSTM object at 0x7f5a>",
        "layer. keras.layers.recurrent.LSTM is of another Keras than",
        "Bidirectional(LSTM(units)), Dense(1)])",
    ),
    (
        "Please initialize `TimeDistributed` layer with a `tf.keras.layers.Layer` instance. "
        'You passed: Tensor("dense/BiasAdd:0", shape=(None, 5, 1), dtype=float32)',
        "This one had been called already, and is what it",
        "Bidirectional(LSTM(units)), Dense(1)])",
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
        "TypeError: Layer flatten_1 does not support masking, but was passed an input_mask: "
        'Tensor("embedding_1/NotEqual:0", shape=(?, 5), dtype=bool)',
        "flatten_1 gets a mask, of a Masking layer or of mask_zero=True before it, and",
        "return_sequences=False",
    ),
    (
        "You are passing a RNN mask that does not correspond to right-padded sequences, while "
        "using cuDNN, which is not supported.",
        "in front",
        'padding="post"',
    ),
    (
        "logits and labels must have the same first dimension, got logits shape [32,10] and "
        "labels shape [384]",
        "y is [384], the output [32,10]",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "logits and labels must have the same first dimension, got logits shape [384,10] and "
        "labels shape [32]",
        "y is [32], the output [384,10]",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "ValueError: Shapes (None, 10) and (None, 3) are incompatible",
        "(None, 3): they have different columns. Most likely y has one answer per sample",
        "Dense(10)",
    ),
    (
        "Shapes (None, 5, 10) and (None, 10) are incompatible",
        "y has a time axis and the output has none. Most likely y has one answer per timestep",
        "LSTM(units, return_sequences=True)",
    ),
    (
        "Shapes (None, 10) and (None, 5, 10) are incompatible",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "InvalidArgumentError: Incompatible shapes: [32,5,3] vs. [32,3]\n\t [[node "
        "mean_squared_error/SquaredDifference (defined at train.py:12) ]] [Op:__inference_1234]",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "LSTM(units, return_sequences=False)",
    ),
    (
        "Node: 'mean_squared_error/SquaredDifference'\nIncompatible shapes: [32,5] vs. [32,2]",
        "output with y: they have different columns. Most likely y has one answer per sample",
        "Dense(2)",
    ),
    (
        "Dimensions must be equal, but are 3 and 5 for '{{node "
        "mean_squared_error/SquaredDifference}} = "
        "SquaredDifference[T=DT_FLOAT](sequential/dense/BiasAdd, IteratorGetNext:1)' with "
        "input shapes: [?,3], [?,5].",
        "output with y: they have different columns. Most likely y has one answer per sample",
        "Dense(5)",
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
        "ValueError: An `initial_state` was passed that is not compatible with "
        "`cell.state_size`. Received `state_spec`=ListWrapper([InputSpec(shape=(None, 9, 128), "
        "ndim=3), InputSpec(shape=(None, 128), ndim=2)]); however `cell.state_size` is [128]",
        "The layer keeps [128] for states, and got ListWrapper([InputSpec(shape=(None,",
        "initial_state=states",
    ),
    (
        "Layer has 2 states but was passed 3 initial states.",
        "The layer keeps 2 for states, and got 3. If it comes from a recurrent layer",
        "out, *states =",
    ),
    (
        "InvalidArgumentError: Invalid input_h shape: [1,33,16] [1,32,16] [Op:CudnnRNN]",
        "The layer is stateful, with one state for each sample, and was built for",
        "n = len(x) // 33 * 33",
    ),
    (
        "ValueError: Layer #0 (named \"lstm_1\"), weight <tf.Variable 'lstm_1/kernel:0' "
        "shape=(3, 16) dtype=float32> has shape (3, 16), but the saved weight has shape (2, "
        "16).",
        "The weight of lstm_1 is (3, 16) here, and (2, 16) came: 3 features here, 2",
        "w.shape",
    ),
    (
        'Layer #0 (named "lstm_1") expects 3 weight(s), but the saved weights have 12 element(s).',
        "has 3 weights and got 12",
        "get_weights",
    ),
    (
        "ValueError: You are trying to load a weight file containing 2 layers into a model "
        "with 3 layers.",
        "a model with other layers",
        "model.save(",
    ),
    (
        "NotImplementedError: Cannot convert a symbolic Tensor (lstm/strided_slice:0) to a "
        "numpy array. This error may indicate that you're trying to pass a Tensor to a NumPy "
        "call",
        "TensorFlow up to 2.4 can't build those with NumPy 1.20",
        "pip install --upgrade tensorflow",
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
        "ImportError: cannot import name 'CuDNNLSTM' from 'tensorflow.keras.layers' (unknown",
        "tensorflow.keras.layers has no CuDNNLSTM",
        "LSTM(units)",
    ),
    (
        "ValueError: Found array with dim 3. StandardScaler expected <= 2.",
        "got 3 axes",
        "x.reshape(-1, x.shape[-1])",
    ),
    (
        "ConcatOp : Dimensions of inputs should match: shape[0] = [32,10] vs. shape[1] = [31,10]",
        "[32,10] and [31,10] are to be joined",
        "y = Concatenate(axis=0)([a, b])",
    ),
    (
        "Error when checking input: expected lstm_1_input to have 3 dimensions, but got array "
        "with shape (32, 4)",
        "1 axis too few. Most likely these are rows of a table, features of one timestep, and",
        "x[..., None]",
    ),
    (
        "expected lstm_1_input to have 3 dimensions, but got array with shape (32, 4, 2, 1)",
        "and got (32, 4, 2, 1): 1 axis too many. Most likely one axis is 1, and says nothing",
        "reshape",
    ),
    (
        "Error when checking target: expected dense_1 to have 3 dimensions, but got array with "
        "shape (32, 1)",
        "output has a time axis and y has none. Most likely y has one answer for each sample",
        "return_sequences=False",
    ),
    (
        "expected dense_3 to have shape (10,) but got array with shape (1,)",
        "output (10,): they have different columns. Most likely y holds class numbers",
        "sparse_categorical_crossentropy",
    ),
    (
        "expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
        "swapped",
        "np.transpose",
    ),
    (
        'Input 0 of layer "sequential" is incompatible with the layer: expected shape=(None, '
        "5, 2), found shape=(None, 7, 3)",
        "takes (None, 5, 2) and got (None, 7, 3)",
        "keras.Input((7, 3))",
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
        "Error when checking input: expected input_1 to have 3 dimensions, but got array with "
        "shape (32, 4)",
        "1 axis too few. Most likely these are rows of a table, features of one timestep, and",
        "x[..., None]",
    ),
    (
        "expected lstm_input_1 to have shape (None, 12, 3) but got array with shape (320, 12, 1)",
        "takes (None, 12, 3) and got (320, 12, 1)",
        "keras.Input((12, 1))",
    ),
    (
        "Error when checking model input: expected lstm_1_input to have shape (None, 3) but "
        "got array with shape (12, 4)",
        "takes (None, 3) and got (12, 4)",
        "keras.Input((12, 4))",
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
        "expected dense_1 to have shape (2,) but got array with shape (3,)",
        "output (2,): they have different columns. Most likely y has one answer per sample",
        "Dense(3)",
    ),
    (
        "expected dense_1 to have shape (None, 10) but got array with shape (320, 1)",
        "(None, 10): they have different columns. Most likely y holds class numbers",
        "sparse_categorical_crossentropy",
    ),
    (
        "Error when checking target: expected lstm_1 to have shape (12, 1) but got array with "
        "shape (1,)",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "return_sequences=False",
    ),
    (
        "Input 0 is incompatible with layer lstm_2: expected ndim=3, found ndim=2",
        "2 axes: there is no time axis. Most likely the layer before drops it: an LSTM that",
        "return_sequences=True",
    ),
    (
        "`logits` and `labels` must have the same shape, received ((None, 10) vs (None, 1)).",
        "(None, 10): they have different columns. Most likely y holds class numbers",
        'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
    ),
    (
        "`logits` and `labels` must have the same shape, received ((None, 12, 1) vs (None, 1)).",
        "the output has a time axis and y has none. Most likely y has one answer per sample",
        "LSTM(units, return_sequences=False)",
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
        "Received a label value of 10 which is outside the valid range of [0, 10).",
        "y holds the class 10, and the output has 10 columns, for classes from 0 on.",
        "Dense",
    ),
    (
        "Unrecognized keyword arguments passed to Embedding: {'input_length': 100}",
        "Embedding has no input_length in Keras 3.",
        "keras.Input((timesteps,))",
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
        "ModuleNotFoundError: No module named 'keras.layers.wrappers'",
        "keras has no layers.wrappers in Keras 3.",
        "from keras.layers import Bidirectional",
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
        "TypeError: Could not locate class 'Functional'. Make sure custom classes are "
        "decorated with `@keras.saving.register_keras_serializable()`.",
        "Functional is Keras's own: the file is of another version",
        "tf_keras.models.load_model(path)",
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
    (
        "ValueError: Unexpectedly found an instance of type `<class "
        "'keras.layers.recurrent.LSTM'>`. Expected a symbolic tensor instance.",
        "got a keras.layers.recurrent.LSTM",
        "give a layer what another one",
    ),
]
"""Likewise, in the words of earlier versions; None for what anybody's own code may raise."""
