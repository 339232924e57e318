"""The one table of lib.shapes' whole sentences; more are in real_messages.toml and mistakes.py."""

TODAY = [
    ("Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
     "Dense has no activaton.", "Write activation."),
    ("Unrecognized data type: x=[[[1.0",
     "Keras takes a list for several inputs, not for an", "np.asarray(y)"),
    ("Arguments `target` and `output` must have the same shape",
     "shape; the sparse one, class numbers.", "sparse"),
    ("Arguments `target` and `output` must have the same shape up until the last dimension: "
     "target.shape=(None, 4), output.shape=(None, 5, 3)",
     "y is (None, 4)", "outputs = outputs[:, -4:]"),
    ("Dimensions must be equal, but are 8 and 2", "8 and 2 meet", "print"),
    ("AttributeError: 'LSTM' object has no attribute 'shape'",
     "The layer got a LSTM", "give a layer what another one"),
    ("The shape of the target variable and the shape of the target value in "
     "`variable.assign(value)` must match. variable.shape=(3, 64), Received: value.shape=(8, "
     "64). Target variable: <Variable path=lstm/kernel, shape=(3, 64)>",
     "is (3, 64) here, and (8, 64) came", "Build the model as the other was"),
    ("`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
     "labels.shape=(320,) and logits.shape=(32, 5)",
     "(320,), the output (32, 5).", "LSTM(units, return_sequences=True)"),
    ("Argument `n` should be a positive integer. Received: n=0",
     "Keras takes a positive integer. It got n=0.", ""),
    ("All `outputs` values must be KerasTensors. Received: outputs=<LSTM name=lstm>",
     "must be what an Input or a called layer gave", "name the two ends"),
    ("can only have a single required positional argument, the input tensor",
     "gives each layer one tensor", "MultiHeadAttention"),
    ("Sequential.add() got an unexpected keyword argument 'return_sequences'",
     "return_sequences stands in the brackets of model.add", "return_sequences=True"),
    ("LSTM.__init__() takes 2 positional arguments but 5 were given",
     "LSTM got too many values", "LSTM(units=…)"),
    ("'int' object is not iterable", "a size belongs into brackets", "Reshape((12,))"),
    ("'_VariantDataset' object is not subscriptable", "a dataset for each window", "flat_map"),
    ("Unexpected result of `train_function` (Empty Logs).", "too few batches", "steps_per_epoch"),
    ("only 0-dimensional arrays can be converted to Python scalars", None, None),
    ("class_weight_to_sample_weights(y)\nTypeError: only 0-dimensional arrays can be converted",
     "The loss can't be weighted.", "sample_weight"),
    ("Invalid permutation argument `dims` for Permute Layer.",
     "settings don't go together", "counts axes from 1"),
    ("expected shape=(32, 12, 3), found shape=(16, 12, 3)", "batch size is fixed at 32", ""),
]  # fmt: skip
"""Messages, whole or in part, each with words of its cause, and of its fix or code."""

OLDER = [
    ("Dimensions must be equal, but are 20 and 10 for '{{node Equal}} = "
     "Equal[T=DT_FLOAT](IteratorGetNext:1, Cast_1)' with input shapes: [?,20], [?,10].",
     "A metric can't compare 20 with 10", 'metrics=["accuracy"]'),
    ("Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
     "shape (100, 5, 1, 1)",
     "y is (100, 5, 1, 1), the output of 2", "print(y.shape, model.output_shape)"),
    ("Specified a list with shape [4,5] from a tensor with shape [4,6]", None, None),
    ("Shapes (32, 1, 1) and (32, 5) are incompatible",
     "y is (32, 1, 1), the output (32, 5): y", "y = y.reshape(-1)"),
    ("Failed to convert a NumPy array to a Tensor (Unsupported object type Timestamp).",
     "x or y holds text, dates or the like, and", "table.drop"),
    ("ValueError: The model expects 2 input arrays, but only received one array. Found: array "
     "with shape (100, 5)",
     "The model takes 2 arrays, and got 1.", "[x1, x2]"),
    ("TypeError: __init__() got an unexpected keyword argument 'color'", None, None),
    ("TypeError: Person.__init__() missing 1 required positional argument: 'name'", None, None),
    ("Node: 'mean_squared_error/SquaredDifference'\nIncompatible shapes: [32,5] vs. [32,2]",
     "output with y: they have different columns.", "Dense(2)"),
    ("Dimensions must be equal, but are 5 and 3 for 'loss/dense_1_loss/sub' (op: 'Sub') with "
     "input shapes: [?,5], [?,3].",
     "Most likely output and y have different columns", "Dense(y.shape[-1])"),
    ("ValueError: `class_weight` not supported for 3+ dimensional targets.",
     "The loss can't be weighted.", "sample_weight"),
    ("ValueError: You are trying to load a weight file containing 2 layers into a model with 3 "
     "layers.",
     "of other layers: 3 are wanted, 2 came", "save the whole model"),
    ("Found array with dim 3. StandardScaler expected <= 2.", "got 3 axes", "x.shape[-1])"),
    ("expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
     "swapped", "np.transpose"),
    ("expected shape=(None, 219566, 6), found shape=(None, 6)",
     "counts the rows of the whole table for timesteps", "keras.Input((timesteps, features))"),
    ("expected shape=(None, 5, 2), found shape=(None, 2)",
     "few, of samples or timesteps.", "x = np.stack([x[i "),
    ("WARNING:tensorflow:Model was constructed with shape (None, 30, 8) for input "
     "KerasTensor(type_spec=TensorSpec(shape=(None, 30, 8), dtype=tf.float32, name='x'), "
     "name='x'), but it was called on an input with incompatible shape (None, 20, 8).",
     "takes (None, 30, 8) and got (None, 20, 8)", "keras.Input((None, features))"),
    ("ValueError: Cannot feed value of shape (64, 10) for Tensor 'dense_1_target:0', which has "
     "shape '(?, 1)'",
     "output (?, 1): they have different columns.", "np.argmax(y, axis=-1)"),
    ("TypeError: Could not locate function 'mse'. Make sure custom classes are decorated with "
     "`@keras.saving.register_keras_serializable()`.",
     "mse, a loss or metric of Keras's own", "load_model(path,"),
    ("ValueError: Unknown metric function:rmse",
     "or metric rmse: most likely it is your own", "model.compile(optimizer, loss,"),
    ("model = load_model('a.h5')\nValueError: Unknown loss function:my_loss",
     "Keras knows no loss or metric my_loss", 'custom_objects={"my_loss": my_loss}'),
    ("ValueError: operands could not be broadcast together with shapes (1393,5) (6,) (1393,5)",
     "(1393,5) doesn't fit (6,).", "scaler of its own"),
    ("ValueError: A target array with shape (1000, 10) was passed for an output of shape (None, "
     "1) while using as loss `binary_crossentropy`.",
     "Most likely y has a column for each class.", "Dense(10, activation='softmax')"),
    ("TypeError: Failed to convert elements of [None, 64] to Tensor. Consider casting elements "
     "to a supported type.",
     "wants sizes as numbers, and got [None, 64]", "keras.ops.shape(x)[0]"),
]  # fmt: skip
"""Likewise, in the words of earlier versions; None for what anybody's own code may raise."""
