"""Messages that the decoder knows, for test_error_messages.py: one row each."""

from __future__ import annotations

TODAY = [
    ("expected ndim=3, found ndim=2", "no time axis", "return_sequences=True"),
    (
        "expected ndim=3, found ndim=4. Full shape received: (None, 8, 5, 2)",
        "(None, 8, 5, 2): one axis too many. Most likely",
        "keras.Input((5, 2))",
    ),
    ("expected min_ndim=3, found ndim=2", "no time axis", "return_sequences=True"),
    ("expected min_ndim=2, found ndim=1", "1 too few", "keras.Input((features,))"),
    (
        "too many values to unpack (expected 3)",
        "If they come from a recurrent layer",
        "*states",
    ),
    (
        "ValueError: not enough values to unpack (expected 3, got 2)",
        "3 values were to be unpacked, and 2 came",
        "return_state=True",
    ),
    (
        "TypeError: GRU.__init__() missing 1 required positional argument: 'units'",
        "GRU has to know how many units",
        "GRU(16)",
    ),
    ("logits and labels must be broadcastable", "a time axis", "return_sequences=True"),
    (
        "logits and labels must be broadcastable: logits_size=[160,4] labels_size=[32,4]",
        "the output is [160,4], y [32,4]",
        "return_sequences=False",
    ),
    (
        "logits and labels must be broadcastable: logits_size=[32,4] labels_size=[32,3]",
        "a column of y for each",
        "Dense(3)",
    ),
    ("expected ndim=2, found ndim=4", "2 too many", "keras.Input((features,))"),
    ("expected ndim=3, found ndim=5", "2 too many", "keras.Input((timesteps, features))"),
    ("name 'states' is not defined", "none were kept", "*states ="),
    ("axis -1 is out of bounds for an array with dimension 0", "several", "*states ="),
    ("Output with path `1` is not connected to `inputs`", "several", "*states ="),
    ("Shapes must be equal rank, but are 3 and 2", "several", "*states ="),
    (
        "Cannot convert '((None, 16), 1)' to a shape. Found invalid dimension '(None, 16)'",
        "several",
        "*states =",
    ),
    ("expected ndim=2, found ndim=3", "every timestep", "return_sequences=False"),
    (
        "Unrecognized keyword arguments passed to LSTM: {'batch_input_shape': (8, 5, 2)}",
        "batch_input_shape",
        "keras.Input(batch_shape=(8, 5, 2))",
    ),
    (
        "Unrecognized keyword arguments passed to LSTM: {'return_sequence': True}",
        "return_sequence",
        "Write return_sequences.",
    ),
    (
        "Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
        "Dense has no activaton.",
        "Write activation.",
    ),
    (
        "Unrecognized keyword arguments passed to Dense: {'return_sequences': True}",
        "return_sequences is an argument of LSTM, GRU and SimpleRNN, not of Dense.",
        "LSTM(units, return_sequences=…)",
    ),
    ("Unrecognized keyword arguments passed to Model", "inputs and outputs", "outputs=…"),
    ("Unrecognized keyword arguments passed to GRU: {'xyz': 1}", "no xyz", "look up its name"),
    ("the batch size must be static", "known when the model is built", "batch_shape="),
    ("Incompatible shapes: [2,3] vs. [4,3]", "A batch of 2", "len(x) // 4 * 4"),
    (
        "Detected at node gradient_tape/lstm/while/gradients/lstm/while/lstm_cell/Add_grad/"
        "BroadcastGradientArgs defined at (most recent call last):\n"
        "Incompatible shapes: [8,4] vs. [4,4]",
        "A batch of 8 met states of 4 samples. Most likely the model is stateful",
        "batch_size=4",
    ),
    (
        "Incompatible shapes: [2,12] vs. [4,12] [Op:AddV2] name:\n\nArguments received by "
        "LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n"
        "  • states=('tf.Tensor(shape=(4, 3), dtype=float32)',)",
        "2 samples and states of 4",
        "initial_state=states",
    ),
    ("Incompatible shapes: [4,3] vs. [4,5,3]", "[4,3] with [4,5,3]", "return_sequences=False"),
    ("Incompatible shapes", "has a time axis", "return_sequences=True"),
    (
        "the batch size of the input sequences must be the same as the batch size of the "
        "initial state. \n- Expected batch size: 4\n- Received batch size: 1",
        "batches of 4",
        "get_weights",
    ),
    ("object has no attribute 'reset_states'", "reset_state", "layer.reset_state()"),
    ("should be passed an input_shape with at least 3 dimensions", "time axis", "=True"),
    ("expects 1 input(s), but it received 2 input tensors", "2 tensors", "out, h = "),
    ("expects 1 input(s), but it received 5 input tensors", "5 tensors", "back_c = "),
    (
        "Expected shape (None, 5, 2), but input has incompatible shape (5, 2)",
        "one sample, (5, 2)",
        "x[None]",
    ),
    (
        "Expected shape (None, 5, 1), but input has incompatible shape (8, 5)",
        "axis of features",
        "x[..., None]",
    ),
    (
        "Expected shape (None, 5, 2), but input has incompatible shape (8, 2, 5, 1)",
        "got (8, 2, 5, 1)",
        "(N, T, F)",
    ),
    (
        "Dimensions must be equal, but are 5 and 2 … MatMul",
        "2 features and the data has 5",
        "np.transpose(x, (0, 2, 1))",
    ),
    (
        "Matrix size-incompatible: In[0]: [3,5], In[1]: [2,16]",
        "2 features and the data has 5",
        "np.transpose",
    ),
    (
        "Matrix size-incompatible: In[0]: [2,4], In[1]: [3,12] [Op:MatMul] name:\n\nArguments "
        "received by LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 2), dtype=float32)\n"
        "  • states=('tf.Tensor(shape=(2, 4), dtype=float32)',)",
        "has 3 units and starts from states of 4",
        "return_state=True",
    ),
    (
        "Matrix size-incompatible: In[0]: [2,5], In[1]: [2,12] [Op:MatMul] name:\n\nArguments "
        "received by LSTMCell.call():\n  • inputs=tf.Tensor(shape=(2, 5), dtype=float32)\n"
        "  • states=('tf.Tensor(shape=(2, 3), dtype=float32)',)",
        "2 features and the data has 5",
        "np.transpose",
    ),
    (
        "Dimensions must be equal, but are 4 and 3 for '{{node compile_loss/mse/sub}} = Sub[T]"
        "(data, dense/MatMul)' with input shapes: [?,5,4], [?,5,3].",
        "different columns",
        "Dense",
    ),
    (
        "Dimensions must be equal, but are 5 and 6 for '{{node compile_loss/mse/sub}} = Sub[T]"
        "(data, x)' with input shapes: [?,5,1], [?,6,1].",
        "different timesteps",
        "same timesteps",
    ),
    (
        "Dimensions must be equal, but are 5 and 2 for '{{node compile_loss/mse/sub}} = Sub[T]"
        "(compile_loss/mse/Squeeze, lstm/strided_slice_3)'",
        "y has a time axis and one column",
        "return_sequences=True",
    ),
    (
        "Dimensions must be equal, but are 2 and 5 for '{{node compile_loss/mse/sub}} = Sub[T]"
        "(data_1, compile_loss/mse/Squeeze)' with input shapes: [?,2], [?,5].",
        "[?,5] with [?,2]. The output has a time axis and one column",
        "return_sequences=False",
    ),
    ("must be fully-defined (no `None` dimensions)", "Flatten", "keras.Input((timesteps,"),
    (
        "must be fully-defined (no `None` dimensions). Received: shape=(None, 16) for variable "
        "path='lstm/lstm_cell/kernel'",
        "number of features isn't known",
        "(None, features)",
    ),
    (
        "must be fully-defined (no `None` dimensions). Received: shape=(None, 12) for variable "
        "path='time_distributed/lstm/lstm_cell/kernel'",
        "one timestep after the other",
        "Use it alone",
    ),
    (
        "Unrecognized data type: x=[[[1.0",
        "y or sample_weight may be the list as well",
        "np.asarray(y)",
    ),
    (
        "Data cardinality is ambiguous. 'x' sizes: 8 'y' sizes: 7",
        "8 samples and y has 7",
        "Cut",
    ),
    (
        "Arguments `target` and `output` must have the same shape",
        "shape of the output",
        "sparse",
    ),
    (
        "Arguments `target` and `output` must have the same shape up until the last dimension: "
        "target.shape=(None, 4), output.shape=(None, 5, 3)",
        "y is (None, 4)",
        "y answers for the last timesteps only. Keep those of the output.",
    ),
    (
        "Exception encountered when calling GRUCell.call().\n\nDimensions must be equal, but "
        "are 5 and 3 for '{{node gru/add_1}}' …\n\nArguments received by GRUCell.call():\n"
        "  • inputs=tf.Tensor(shape=(5, 2), dtype=float32)\n"
        "  • states=('tf.Tensor(shape=(5, 3, 4), dtype=float32)',)",
        "The GRU starts from (5, 3, 4), a whole sequence",
        "return_state=True",
    ),
    (
        "Exception encountered when calling LSTM.call().\n\nlist index out of range",
        "The LSTM got fewer initial states",
        "[h, c]",
    ),
    ("IndexError: list index out of range", "If it comes from a recurrent layer", "[h, c]"),
    ("Dimensions must be equal, but are 8 and 2", "8 and 2 meet", "print"),
    ("Dimension 1 in both shapes must be equal, but are 4 and 2", "several tensors", "Unpack"),
    ("Exception encountered when calling LSTM.call().", "only where it happened", "last line"),
    ("use_cudnn=True was specified, but cuDNN is not supported", "NVIDIA", '"auto"'),
    ("Invalid dtype: object", "different lengths", "pad_sequences"),
]
"""Messages, whole or in part, each with words of its cause, and of its fix or code."""

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
        "'sequential' needs (N, T, F) and got [None, 5]",
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
    (
        "Error when checking input: expected lstm_1_input to have 3 dimensions, but got array "
        "with shape (32, 4)",
        "3 axes, (N, T, F), and the array has 2, (32, 4)",
        "x[..., None]",
    ),
    (
        "expected lstm_1_input to have 3 dimensions, but got array with shape (32, 4, 2, 1)",
        "the array has 4, (32, 4, 2, 1)",
        "reshape",
    ),
    (
        "Error when checking target: expected dense_1 to have 3 dimensions, but got array "
        "with shape (32, 1)",
        "y has 2, (32, 1): one answer for each sample",
        "return_sequences=False",
    ),
    (
        "Error when checking model target: expected lstm_2 to have 2 dimensions, but got array "
        "with shape (32, 5, 1)",
        "y has 3, (32, 5, 1): one for each timestep",
        "return_sequences=True",
    ),
    (
        "expected dense_3 to have shape (10,) but got array with shape (1,)",
        "10 columns and y has one",
        "sparse_categorical_crossentropy",
    ),
    (
        "expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
        "swapped",
        "np.transpose",
    ),
    (
        'Input 0 of layer "sequential" is incompatible with the layer: expected '
        "shape=(None, 5, 2), found shape=(None, 7, 3)",
        "takes (None, 5, 2) and got (None, 7, 3)",
        "keras.Input((7, 3))",
    ),
    (
        "expected shape=(None, 5, 1), found shape=(None, 5)",
        "takes (None, 5, 1) and got (None, 5): the axis of features is missing",
        "x[..., None]",
    ),
    (
        "expected shape=(None, 5, 2), found shape=(None, 2)",
        "takes (None, 5, 2), and got one sample, (None, 2), without the batch axis",
        "model.predict(x[None])",
    ),
    (
        "expected shape=(None, 5, 2), found shape=(None, 7)",
        "the number of axes differs",
        "has to become (None, 5, 2)",
    ),
    (
        "Error when checking input: expected input_1 to have 3 dimensions, but got array with "
        "shape (32, 4)",
        "the array has 2, (32, 4): the time axis or the axis of features is missing",
        "x[..., None]",
    ),
    (
        "expected input_2 to have 3 dimensions, but got array with shape (32, 4)",
        "the array has 2, (32, 4)",
        "x[..., None]",
    ),
    (
        "Error when checking target: expected my_input to have 2 dimensions, but got array "
        "with shape (32, 5, 1)",
        "y has 3, (32, 5, 1): one for each timestep",
        "return_sequences=True",
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
        "(320, 5, 1): they have different timesteps",
        "x[:, :steps], y[:, :steps]",
    ),
    (
        "expected dense_1 to have shape (2,) but got array with shape (3,)",
        "y is (3,): they have different columns",
        "Dense(3)",
    ),
    (
        "expected dense_1 to have shape (None, 10) but got array with shape (320, 1)",
        "10 columns and y has one, (320, 1)",
        "sparse_categorical_crossentropy",
    ),
    (
        "expected dense_1 to have shape (1,) but got array with shape (3,)",
        "y is (3,): they have different columns",
        "Dense(3)",
    ),
    (
        "Error when checking target: expected lstm_1 to have shape (12, 1) but got array with "
        "shape (1,)",
        "one answer for each sample",
        "return_sequences=False",
    ),
    (
        "Input 0 is incompatible with layer lstm_2: expected ndim=3, found ndim=2",
        "'lstm_2' needs (N, T, F)",
        "return_sequences=True",
    ),
    (
        "Input 0 of layer lstm_1 is incompatible with the layer: expected ndim=3, found ndim=2."
        " Full shape received: [None, 4]",
        "'lstm_1' needs (N, T, F) and got [None, 4]",
        "return_sequences=True",
    ),
    ("If a RNN is stateful, it needs to know its batch size.", "one state", "batch_shape"),
    ("Layer dense expects 1 inputs, but it received 3 input tensors", "3 tensors", "out, h, c"),
    (
        "`logits` and `labels` must have the same shape, received ((None, 10) vs (None, 1)).",
        "(None, 10) with (None, 1)",
        "return_sequences=False)  # the output is (N, 10, 1)\nDense(1)",
    ),
    (
        "`logits` and `labels` must have the same shape, received ((None, 12, 1) vs (None, 1)).",
        "(None, 12, 1) with (None, 1)",
        "y has none: return the last step only.\nLSTM(units, return_sequences=False)",
    ),
    ("Shapes (None, 1) and (None, 10) are incompatible", "(None, 1) with (None, 10)", "sparse"),
    (
        "The last dimension of the inputs to `Dense` should be defined. Found `None`.",
        "Flatten",
        "keras.Input((timesteps",
    ),
    (
        "`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 "
        "dimensions, received: [None, 4]",
        "[None, 4]",
        "return_sequences=True",
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
        "The shape of labels (received (32, 1)) should equal the shape of logits except for "
        "the last dimension (received (32, 5, 10)).",
        "y is (32, 1), the output (32, 5, 10)",
        "return_sequences=False",
    ),
    (
        "The shape of labels (received (160,)) should equal the shape of logits except for "
        "the last dimension (received (32, 10)).",
        "one class number for each answer",
        "a class per timestep return every step.\nLSTM(units, return_sequences=True)",
    ),
    ("setting an array element with a sequence.", "different lengths", "pad_sequences"),
    (
        "Received a label value of 10 which is outside the valid range of [0, 10).",
        "class number 10",
        "Dense",
    ),
]
"""Likewise, in the words of earlier versions; None for what anybody's own code may raise."""
