"""Error messages with parts of their explanations. threads.jsonl and mistakes.py have more."""

import json

from lib.shapes import explain_error
from lib.shapes.errors import TORCH as OF_TORCH
from lib.shapes.errors import explanations
from lib.shapes.errors.pasted import error_and_whole
from tests.agreement.recorded import ANSWERS
from tests.unit.threads import ROWS

KERAS_3 = [
    ("Unrecognized keyword arguments passed to Dense: {'activaton': 'relu'}",
     "Dense has no activaton.", "Rename activaton to activation."),
    ("Unrecognized data type: x=[[[1.0",
     "Keras reads a list as several inputs, not as an array.", "np.asarray(y)"),
    ("Arguments `target` and `output` must have the same shape",
     "or hold class numbers for a sparse loss", "sparse_categorical"),
    ("Arguments `target` and `output` must have the same shape up until the last dimension: "
     "target.shape=(None, 4), output.shape=(None, 5, 3)",
     "y is (None, 4)", "outputs = outputs[:, -4:]"),
    ("Dimensions must be equal, but are 8 and 2", "Two sizes differ: 8 and 2.", "print"),
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
     "The loss can't be weighted. (5, 6) doesn't fit (5,).", "w = np.repeat(w[:, None]"),
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
]  # fmt: skip
"""Messages of Keras 3, whole or in part, with words of the cause and of the fix or the code."""

EARLIER = [
    ("Data cardinality is ambiguous:\n  x sizes: 1\n  y sizes: 4177\nMake sure all arrays",
     "x has 1 sample, but y has more", "y = y[steps - 1 :]"),
    ("All input arrays (x) should have the same number of samples. Got array shapes: [(9, 4), (8, "
     "2)]", "different numbers of samples: [(9, 4), (8, 2)]", "len(each) for each in x"),
    ("Your input ran out of data; interrupting training. Make sure that your dataset",
     "The data ended before all steps", "dataset.repeat()"),
    ("Input to reshape is a tensor with 5000 values, but the requested shape requires a multiple "
     "of 640", "5000 values, but its shape requires a multiple of 640", "Reshape((-1, 16))"),
    ("Shape must be rank 2 but is rank 3 for 'MatMul' (op: 'MatMul') with input shapes: "
     "[?,20,128], [128,10].", "received [?,20,128]", "y = Dense(1)(x)"),
    ("Found input variables with inconsistent numbers of samples: [100, 98]",
     "their sizes are [100, 98]", "y[-len(model.predict(x)) :]"),
    ("Value passed to parameter 'indices' has DataType float32 not in list of allowed values",
     "only whole numbers, but received float32", 'astype("int32")'),
    ("State 0 is incompatible with layer lstm_1: expected shape=(32, 64), found shape=(1, 64)",
     "states of shape (32, 64)", "layer.reset_states()"),
    ("line 177, in build\n    assert len(input_shape) >= 3\nAssertionError",
     "TimeDistributed works along the time axis, but its input has none", "return_sequences=True"),
    ("In a stateful network, you should only pass inputs with a number of samples that can be "
     "divided by the batch size. Found: 1 samples. Batch size: 32.",
     "It received a batch of 1", "predicts any number of samples"),
    ("expected time_distributed_1_input to have 4 dimensions but got array with shape (800, 60, 1)",
     "takes (samples, parts, timesteps, features)", "x.reshape(len(x), parts, -1, x.shape[-1])"),
    ("Dimensions must be equal, but are 20 and 10 for '{{node Equal}} = "
     "Equal[T=DT_FLOAT](IteratorGetNext:1, Cast_1)' with input shapes: [?,20], [?,10].",
     "A metric can't pair y with the output. The sizes are 20 and 10", 'metrics=["accuracy"]'),
    ("Error when checking target: expected dense_1 to have 2 dimensions, but got array with "
     "shape (100, 5, 1, 1)",
     "y is (100, 5, 1, 1) and the output is of rank 2", "print(y.shape, model.output_shape)"),
    ("Specified a list with shape [4,5] from a tensor with shape [4,6]", None, None),
    ("Shapes (32, 1, 1) and (32, 5) are incompatible",
     "y is (32, 1, 1) and the output is (32, 5): 1 axis", "y = y.reshape(-1)"),
    ("Failed to convert a NumPy array to a Tensor (Unsupported object type Timestamp).",
     "x or y holds text, dates or the like, but", "table.drop"),
    ("ValueError: The model expects 2 input arrays, but only received one array. Found: array "
     "with shape (100, 5)",
     "It received one.", "np.asarray(x2)"),
    ("TypeError: __init__() got an unexpected keyword argument 'color'", None, None),
    ("TypeError: Person.__init__() missing 1 required positional argument: 'name'", None, None),
    ("Node: 'mean_squared_error/SquaredDifference'\nIncompatible shapes: [32,5] vs. [32,2]",
     "with y (32, 2): 2 columns instead of 5.", "Dense(2)"),
    ("Dimensions must be equal, but are 5 and 3 for 'loss/dense_1_loss/sub' (op: 'Sub') with "
     "input shapes: [?,5], [?,3].",
     "the numbers of columns differ. Most likely y has one column", "Dense(y.shape[-1])"),
    ('ValueError: Found a sample_weight array for an input with shape (18, 3). Timestep-wise '
     'sample weighting (use of sample_weight_mode="temporal") is restricted to outputs that are at '
     "least 3D, i.e. that have a time dimension.",
     "Most likely sample_weight has one number per timestep", "w = w[:, -1]"),
    ("Found a sample_weight array with shape (100, 10) for an input with shape (100, 3). "
     "sample_weight cannot be broadcast.", "(100, 10) doesn't fit (100, 3)", "w = w[:, -1]"),
    ("`class_weight` must contain all classes in the data. The classes {4} exist in the data but "
     "not in `class_weight`.", "classes without a weight are {4}.", "class_weight=weights"),
    ("Expected `class_weight` to be a dict with keys from 0 to one less than the number of "
     "classes, found {1: 1, 2: 3}", "numbered from 0.", "np.searchsorted(np.unique(y), y)"),
    ("`class_weight` is only supported for Models with a single output.",
     "Most likely this model has several.", "sample_weight=weights"),
    ("Classification metrics can't handle a mix of multilabel-indicator and multiclass targets",
     "received multilabel-indicator and multiclass.", "np.argmax(y, axis=-1)"),
    ("ValueError: invalid literal for int() with base 10: 'rain'",
     "x or y holds text", "np.unique(y, return_inverse=True)"),
    ("ValueError: You are trying to load a weight file containing 2 layers into a model with 3 "
     "layers.",
     "another version: expected 3, received 2", "in their order"),
    ("ValueError: Input X contains NaN.", "neither NaN nor infinity", "table.dropna()"),
    ("Shape of passed values is (200, 1), indices imply (230, 1)",
     "200 values should stand beside 230 rows", "table.index[-len(prediction) :]"),
    ("Shape of passed values is (230, 1), indices imply (230, 4)", None, None),
    ("Early stopping conditioned on metric `val_loss` which is not available. Available metrics "
     "are: loss", "A callback watches val_loss", "validation_split="),
    ("WARNING:tensorflow:Layer lstm_3 will not use cuDNN kernels since it doesn't meet",
     "A warning: lstm_3 can't use cuDNN", "recurrent_dropout"),
    ("WARNING:tensorflow:5 out of the last 13 calls to <function Model.make_predict_function> "
     "triggered tf.function retracing.", "anew in most calls", "model(x, training=False)"),
    ("Do not pass an `input_shape`/`input_dim` argument to a layer.", "prefers an Input", "Input("),
    ("UserWarning: Do not pass an `input_shape` argument to a layer.\nKeyError: 'a'", None, None),
    ("Gradients do not exist for variables ['lstm/lstm_cell/kernel'] when minimizing the loss.",
     "doesn't depend on lstm/lstm_cell/kernel", "remove it"),
    ("Error: Python module keras was not found.", "a Python without Keras", "install_keras()"),
    ("Shapes (2, 192) and (192,) are incompatible", "(2, 192) but received (192,)", "reset_after"),
    ("X_train = np.reshape(X_train, (X_train.shape[0], X_train.shape[1], 1))\n"
     "IndexError: tuple index out of range", "an axis that x doesn't have", "np.stack("),
    ("`generator` yielded an element of shape (24,) where an element of shape (None, 24) was "
     "expected.", "yields single samples, (24)", "dataset.batch(32)"),
    ("_SymbolicException: Inputs to eager execution function cannot be Keras symbolic tensors",
     "a loss of your own, in eager execution", "self.add_loss("),
    ("cannot reshape array of size 1440 into shape (4,6,20,1)", "has 360",
     "x.reshape(4, 6, 20, -1)"),
    ("Data must be 1-dimensional, got ndarray of shape (87, 1) instead",
     "the shape (87, 1)", "np.ravel("),
    ("The filename must end in `.weights.h5`. Received: filepath=a.h5", ".weights.h5", ".weights"),
    ("Found array with dim 3. StandardScaler expected <= 2.", "received 3 axes", "x.shape[-1])"),
    ("expected lstm_1_input to have shape (5, 2) but got array with shape (2, 5)",
     "swapped", "np.transpose"),
    ("expected shape=(None, 5, 2), found shape=(None, 2)",
     "1 axis is missing (samples or timesteps).", "x = np.stack([x[i "),
    ("WARNING:tensorflow:Model was constructed with shape (None, 30, 8) for input "
     "KerasTensor(type_spec=TensorSpec(shape=(None, 30, 8), dtype=tf.float32, name='x'), "
     "name='x'), but it was called on an input with incompatible shape (None, 20, 8).",
     "takes (None, 30, 8) but received (None, 20, 8)", "adds 10 steps of zeros"),
    ("ValueError: Cannot feed value of shape (64, 10) for Tensor 'dense_1_target:0', which has "
     "shape '(?, 1)'",
     "output is (?, 1): 10 columns instead of 1.", "np.argmax(y, axis=-1)"),
    ("TypeError: Could not locate function 'mse'. Make sure custom classes are decorated with "
     "`@keras.saving.register_keras_serializable()`.",
     "mse, a loss or metric of Keras,", "compile=False"),
    ("ValueError: Unknown metric function:rmse",
     "or metric rmse: most likely it is your own", "metrics=[rmse]"),
    ("model = load_model('a.h5')\nValueError: Unknown loss function:my_loss",
     "Keras has no loss or metric my_loss", 'custom_objects={"my_loss": my_loss}'),
    ("ValueError: operands could not be broadcast together with shapes (1393,5) (6,) (1393,5)",
     "(1393,5) doesn't fit (6,).", "a separate scaler"),
    ("ValueError: A target array with shape (1000, 10) was passed for an output of shape (None, "
     "1) while using as loss `binary_crossentropy`.",
     "Most likely y has a column per class.", 'Dense(10, activation="softmax")'),
    ("Exception: Input 0 is incompatible with layer lstm_2: expected shape=(32, 53, 16), found "
     "shape=(None, 53, 16)", "a fixed batch size of 32", "batch_shape=(32, 53, 16)"),
    ("ValueError: cannot reshape array of size 24 into shape (4,5)", "from 24 to (4,5)", ""),
    ("TypeError: ('Bad input argument to theano function at index 0(0-based)', 'Wrong number of "
     "dimensions: expected 3, got 1 with shape (128,).')", "2 axes are missing", "x[..., None]"),
    ("TypeError: Failed to convert elements of [None, 64] to Tensor. Consider casting elements "
     "to a supported type.",
     "needs sizes as numbers, but received [None, 64]", "keras.ops.shape(x)[0]"),
    ("NotFoundError: Key rnn/basic_lstm_cell/kernel not found in checkpoint",
     "names end in weights and biases", "Saver(names)"),
    ("ValueError: bad marshal data (unknown type code)", "a Lambda layer", "load_weights"),
    ("Dimension 1 in both shapes must be equal, but are 23 and 22 for 'Assign_2' (op: 'Assign') "
     "with input shapes: [256,23], [256,22].", "22 classes or units instead of 23", "Dense(22)"),
    ("load_model('lstm.h5')\nAttributeError: 'float' object has no attribute 'shape'",
     "as initial_state or mask", "load_weights"),
    ("weight_decay is not a valid argument, kwargs should be empty for `optimizer_experimental`",
     "Most likely you load a file", "compile=False"),
    ("TypeError: can't pickle _thread.RLock objects", "can't store this model", "model.save("),
    ("RuntimeError: Unable to create link (name already exists)", "the same name", "add_weight"),
    ("cannot import name 'get_config' from 'tensorflow.python.eager.context'",
     "the traceback ends inside keras", "pip install --upgrade keras"),
    ("Dimension 0 in both shapes must be equal, but are 2 and 1. Shapes are [2] and [1]. for "
     "'AssignAddVariableOp' (op: 'AssignAddVariableOp') with input shapes: [], [1].",
     "A metric counts 2 classes", 'Dense(2, activation="softmax")'),
    ("InvalidArgumentError: sequence_length(0) <= 15",
     "The output has 15 timesteps", "input_length = np.full("),
    ("Saw a non-null label (index >= num_classes - 1) following a null label, batch: 0 "
     "num_classes: 40 labels: 35,4,40", "The output has 40 columns", "int(y.max()) + 2"),
    ("Can not squeeze dim[1], expected a dimension of 1, got 10 [[{{node metrics/acc/Squeeze}}]]",
     "has the size 10", "categorical_crossentropy"),
    ("Can not squeeze dim[2], expected a dimension of 1, got 5 for 'encode_features/Squeeze'",
     "axis 2 has the size 5. Most likely the model squeezes the rows", "keras.ops.mean(h, axis=1)"),
    ("Received a label value of -2147483648 which is outside the valid range of [0, 256).",
     "it was NaN", "np.isnan(y)"),
    ("Error when checking model target: the list of Numpy arrays that you are passing to your "
     "model is not the size the model expected. Expected to see 1 array(s), but instead got the "
     "following list of 100 arrays: [array([[0.", "the list as 100 outputs", "y = np.stack(y)"),
    ("RuntimeError: The model cannot be compiled because it has no loss to optimize.",
     "no loss", 'loss="mean_squared_error"'),
    ("assertion failed: [predictions must be >= 0] [Condition x >= y did not hold element-wise:]",
     "predictions from 0 to 1", 'activation="sigmoid"'),
    ("TypeError: Input 'y' of 'Mul' Op has type float32 that does not match type int32 of argument "
     "'x'.", "received float32 and int32", 'np.asarray(y, dtype="float32")'),
    ("KeyError: 'val_acc'", "The history of fit has no val_acc", "history.history.keys()"),
    ("Invalid argument: Labels length is zero in batch 25", "is empty", "x[keep], y[keep]"),
    ("InvalidArgumentError: Incompatible shapes: [5] vs. [32]\n [[Node: loss/dense_loss/mul_grad]]",
     "Most likely the loss or metric is your own", "use axis=-1"),
    ("Cannot feed value of shape (32, 3) for Tensor 'lstm_9_target:0', which has shape '(?, ?, ?)'",
     "y has one number per timestep", "y = y[..., None]"),
    ("Found a sample_weight array with shape (100, 5, 5, 1). In order to use timestep-wise sample "
     "weighting, you should pass a 2D sample_weight array.",
     "sample_weight has an axis for more than", "np.ones(y.shape[:2])"),
    ("Input dimension mis-match. (input[0].shape[2] = 4, input[1].shape[2] = 100) Apply node: "
     "Elemwise{Composite{(i0 * log(i1))}} Inputs shapes: [(32, 100, 4), (32, 100, 100)]",
     "y (32, 100, 4) with the output (32, 100, 100): 4 columns instead", 'Dense(4, activation="'),
    ("Incompatible shapes: [2,5] vs. [2] [[Node: loss/td_loss/sub_3_grad/BroadcastGradientArgs]]",
     "Most likely the loss is your own", "keras.ops.mean(a, axis=-1) + b"),
    ("Shapes (None, 4) and (None, 3) are incompatible", "4 columns instead of 3", "y = y[..., 1:]"),
    ("Detected unsupported operations when trying to compile graph on XLA_GPU_JIT: CudnnRNN",
     "XLA can't compile", "jit_compile=False"),
    ("but source was compiled with: 7.6.5\nUnknownError: Fail to find the dnn implementation.",
     "another cuDNN than it was built for", "Install the cuDNN"),
    ("UnknownError: Fail to find the dnn implementation.", "can't start cuDNN", "memory_growth"),
    ("No OpKernel was registered to support Op 'CudnnRNN' with these attrs. [CPU]",
     "runs only on an NVIDIA GPU", "LSTM(16)"),
    ("Using a symbolic `tf.Tensor` as a Python `bool` is not allowed. Arguments received by "
     "LSTM.call(): mask=tf.Tensor(", "LSTM has a mask. An early Keras 3", "--upgrade keras"),
    ("Exception encountered when calling BroadcastTo.call(). x=tf.Tensor(dtype=bool)",
     "Concatenate has to join the masks", "without mask_zero"),
    ("calling LSTM.call().\n\nlist index out of range", "from fewer states", "states"),
    ("('Keyword argument not understood:', 'state_size')", "passes all of **kwargs", "self.state"),
    ("The Dataset is defined on an unknown TensorShape", "no shape", "output_signature"),
    ("Cannot take the length of shape with unknown rank.", "how many axes", "np.reshape"),
    ("get_input_spec\nIndexError: list assignment index out of range", "too few axes", "build("),
    ("get_initial_state() takes 2 positional arguments", "by name", "batch_size=32"),
    ("The first argument to `Layer.call` must always be passed.", "without a tensor", "(16)(x)"),
    ("Failed to call ThenRnnBackward with model config", "gradients", "batch_size=32"),
    ("Dimension 1 in both shapes must be equal for 'BasicConvLSTMCell/concat' (op: "
     "'ConcatV2') with input shapes: [?,12,12,4], [16,8,8,4]", "its state [16,8,8,4]", "x.shape"),
    ("The graph tensor has name: lstm_cell_1/ones_like:0", "dropout mask", "reset_drop"),
    ("'TCN' object has no attribute 'stateful'", "A TCN has no stateful", "keras.layers.RNN"),
    ("mis-match. (input[1].shape[1] = 128, input[2].shape[1] = 64)", "axis 1", "y.shape"),
    ("OOM when allocating tensor with shape[59,128,195370]", "the words of a voc", "max_tokens"),
    ("Expected 2D array, got 1D array instead", "received one axis", "y.reshape(-1, 1)"),
    ("could not broadcast input array from shape (0,250) into shape (250)", "is empty", "len(tab"),
    ("Layer weight shape (50000, 300) not compatible with provided weight shape (0, 300)",
     "Most likely a matrix of word vectors is empty", "fit the tokenizer"),
    ("expected lstm_1_input to have 3 dimensions", "needs x with 3 axes", "windows of rows"),
    ("Error when checking target: expected dense_2 to have shape (10,) but got",
     "dense_2 needs y with (10,)", "sparse_categorical_crossentropy"),
    ("Cant convert non-rectangular Python sequence to Tensor", "different shapes", "pad_sequences"),
    ("logits and labels must have the same first dimension", "one row of labels", "argmax"),
    ("concatenate() missing 1 required positional argument: 'inputs'",
     "concatenate, with a small letter, is a function", "y = Concatenate()([a, b])"),
    ("In[0] is not a matrix. Instead it has shape [128] [Op:MatMul]",
     "[128], a tensor without the samples axis", "pass the state in a list."),
    ("module tensorflow.keras.layers has no attribute CuDNNLSTM", "has no CuDNNLSTM", "LSTM(16)"),
    ("could not broadcast input array from shape (5,2) into shape (6,2)", "(6,2)", "pad_sequences"),
    ("Dense.call() got multiple values for argument 'training'", "as separate", "Dense(1)(Conc"),
    ("use_cudnn=True was specified, but cuDNN is not supported", "forces the cuDNN", "LSTM(16)"),
    ("calling LSTMCell.call().\n\nlist index out of range", "states are nested", "[[h, c], "),
    ("in reset_states\nTypeError: 'NoneType' object is not subscriptable", "batch size", "reset_"),
    ("AttributeError: Layer must be stateful.", "Only a stateful layer", "stateful=True"),
    ("Cannot unroll a RNN if the time dimension is undefined.", "must be known", "x.shape[1:]"),
    ("Tried to stack elements of an empty list with non-fully-defined", "without timesteps", "len"),
    ("'b' of 'MatMul' Op has type float16 that does not match type float32 of argument 'a'.",
     "float16 and float32", 'dtype="float32"'),
    ("wrappers.py\nAttributeError: can't set attribute", "different packages", "tensorflow.keras"),
    ("too many indices for array: array is 2-dimensional", "array has 2 axes", "np.shape"),
    ("fit_generator\nValueError: No gradients provided for any variable", "got no y", "yield x"),
    ("ValueError: None values not supported.", "received None in place", "model.fit(x, y)"),
    ("Please initialize `Bidirectional` layer with a `Layer` instance", "takes a layer", "(x)"),
    ("Unable to allocate 9. GiB for an array with shape (9, 9, 9)", "(9, 9, 9)", "class numbers"),
    ("OOM when allocating tensor with shape[32,9,2048]", "[32,9,2048]", "batch_size=8"),
    ("non-broadcastable output operand with shape (9,1) doesn't match the broadcast shape (9,4)",
     "was fitted on (9,4)", "a separate scaler"),
    ("Output of generator should be a tuple (x, y). Found: [[array(", "yields a list", "yield x["),
    ("output of generator should be a tuple (x, y). Found: None", "yields nothing", "yield x["),
    ("generator\nStopIteration: index 9 is out of bounds for axis 0 with size 9", "row 9", "len("),
    ("KeyError: '[3 1] not in index'", "looks for a column", "to_numpy"),
    ("The initial state or constants of an RNN layer cannot be specified with a mix of Keras "
     "tensors and non-Keras tensors", "x is a tensor of a Keras model", "initial_state=[h, c]"),
    ("Failed to find data adapter that can handle input: <class 'pandas.core.frame.DataFrame'>",
     "The type is DataFrame.", "np.asarray(x"),
    ("When using data tensors as input to a model, you should specify the `steps_per_epoch`",
     "a tensor of TensorFlow", "np.asarray(x)"),
    ("When passing an infinitely repeating dataset, you must specify the `steps_per_epoch`",
     "can't count the batches", "steps_per_epoch="),
    ("TypeError: Unable to build `Dense` layer with non-floating point dtype <dtype: 'int64'>",
     "received whole numbers", "Embedding("),
    ('Tensor Tensor("dense_1/Softmax:0", shape=(?, 10), dtype=float32) is not an element of this '
     "graph.", "another graph or session", "upgrade to TensorFlow 2."),
]  # fmt: skip
"""Messages of earlier Keras versions. Messages that any code may raise have None."""

TORCH = [
    ("CUDNN_STATUS_BAD_PARAM", "the GPU library of TensorFlow and PyTorch", "pad at the end"),
    ("input.size(-1) must be equal to input_size. Expected 3, got 3", None, None),
    ("Expected hidden size (2, 24, 50), got (2, 30, 50)",
     "reads 24 timesteps as samples", "batch_first=True"),
    ("Expected hidden[0] size (1, 32, 16), got [1, 32, 16]", None, None),
    ("Expected hidden[0] size (1, 64, 256), got (64, 256)",
     "This state is (64, 256). Most likely each state is (samples", "h_0.unsqueeze(0)"),
    ("Expected hidden size (2, 24, 128), got (1L, 48L, 128L)",
     "should be (2, 24, 128)", "nn.DataParallel splits a state"),
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
    ("CUDA error: device-side assert triggered", "largest token number", "labels.unique("),
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
