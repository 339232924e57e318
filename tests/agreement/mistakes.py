"""Mistakes with recurrent layers, and parts of the explanation for each.

The code uses names that `questions/mistakes.py` defines.
"""

MISTAKES = {
    "layers.Embedding()":
        ('Embedding needs the arguments "input_dim" and', "Embedding(input_dim=1000, "),
    "layers.LSTM((T, F))":
        ("units is one whole number", "keras.Input("),
    "keras.Input((T, -1))": ("has whole numbers of at least 0", "not -1, for an unknown size"),
    'last_step().compile("adamm")':
        ("no optimizer called adamm", 'model.compile("adam",'),
    "layers.LSTM(4, units=U)": ("LSTM received too many arguments without a name", "LSTM(units="),
    "keras.Input(5)":
        ("Input takes shape, for one sample, or", "keras.Input("),
    "layers.LSTM(U, True)": ("True is the second argument", "return_sequences=True"),
    'layers.LSTM(U, activation="than")':
        ("no activation called than", 'LSTM(16, activation="tanh"'),
    "layers.LSTM(U)(X, return_sequences=True)":
        ("The call of a layer takes the sequence first,", "initial_state=states"),
    "keras.Sequential([keras.Input((T, F)), layers.LSTM])":
        ("LSTM without parentheses is a class, not a layer", "LSTM(16), Dense(1)"),
    "layers.Bidirectional(U)": ("Bidirectional takes a layer", "LSTM(16)"),
    "layers.RNN(U)": ("which process one timestep, such as LSTMCell", "RNN(LSTMCell(16))"),
    "keras.Sequential([keras.Input((T, F)), layers.GRUCell(U)])":
        ("which process one timestep, such as GRUCell", "RNN(GRUCell(16))  # as GRU(16)"),
    "layers.LSTM(U)(X.tolist())": ("A layer must be called first", "np.asarray(x"),
    "layers.LSTM(U)(None)": ("NoneType comes from a function without return", "model.predict("),
    "layers.LSTM(U)(keras.Input((T, 7, 7, 3)))":
        ("2 axes too many.", "TimeDistributed(Flatten())"),
    "fit(last_step(), X[:, 0])":
        ("Most likely x holds rows of a table (features", "x = np.stack([x[i "),
    "last_step().fit(dataset(X, LAST).batch(4).batch(2), verbose=0)":
        ("1 axis too many (samples or", "dataset.unbatch()"),
    "last_step().fit(dataset(X, LAST), verbose=0)":
        ("The model takes (None, 5, 2) but received (5, 2)", "dataset = dataset.batch(32)"),
    "[dense(X[..., :width]) for dense in [layers.Dense(U)] for width in (2, 1)]":
        ("takes 2 features but received (8, 5, 1)", "keras.Input(x.shape[1:])"),
    "layers.LSTM(U)(keras.Input((T, F)))[:, -1, :]":
        ("needs more axes than the tensor has", "return_sequences=True)(x)[:, -1, :]"),
    "layers.Reshape((4, 2))(X)": ("A Reshape must keep all values of", "Reshape((12, -1))"),
    "layers.Concatenate()([keras.Input((T, F)), keras.Input((F,))])":
        ("only one of them has a time axis", "RepeatVector(a.shape[1])(b)"),
    "layers.Concatenate()([keras.Input((T, F)), keras.Input((6, F))])":
        ("(None, 5, 2) and (None, 6, 2) differ in their number", "Concatenate(axis=1)([a, b])"),
    "layers.Conv1D(3, 8)(keras.Input((T, F)))":
        ("longer than its input", 'padding="same"'),
    "np.zeros((N, T, F)) - np.zeros((N, 3))":
        ("pairs the axes of (8,5,2) and (8,3) from the right", "model.predict(x)[:, -1]"),
    "np.stack([X[0], X[0, :4]])": ("lengths differ", "pad_sequences"),
    "np.transpose(LAST, (0, 2, 1))": ("x has two axes", "x[..., None]"),
    "layers.Attention()(keras.Input((T, F)))":
        ("Attention takes a list of several tensors, but", "y = Attention()([a, b])"),
    "keras.Input((T, F)) + keras.Input((T, 4))":
        ("The two input tensors of a layer", "the same units and the same return_sequences"),
    "layers.Conv2D(4, 3)(keras.Input((None, 28, 28, 1)))":
        ("received (None, None, 28, 28, 1): 1 axis too many.", "keras.Input((28, 28, 1))"),
    "layers.ConvLSTM2D(4, 3)(keras.Input((28, 28, 1)))":
        ("1 axis is missing. Most likely each sample of x is one image", "x = np.stack([x[i"),
    "layers.TimeDistributed(layers.Conv2D(4, 3))(keras.Input((12, 28, 28)))":
        ("received (None, 28, 28): 1 axis is missing. Most likely x has no ch", "x[..., None]"),
    "layers.LSTM(U)(layers.Conv2D(4, 3)(keras.Input((28, 28, 1))))":
        ("Most likely a Conv2D or pooling before", "Reshape((26, -1))"),
    "layers.LSTM(U)(layers.Embedding(9, 16)(keras.Input((T, 9))))":
        ("Most likely an Embedding receives vectors", "np.argmax(x, axis=-1)"),
    "layers.Dense(U)(5.0)": ("received float, alone", "np.asarray(x"),
    "layers.Dense(U)(np.float32(5))": ("received a single number", "dense(x)"),
    'keras.Sequential([layers.LSTM(U, name="a"), layers.Dense(1, name="a")])':
        ("Two layers of the model are called a, or one layer", 'name="another"'),
    "last_step().fit(tf.data.Dataset.from_tensors((X, Y)), validation_split=0.5, verbose=0)":
        ("validation_split splits arrays, but x is a dataset", "validation_data="),
    "built(features=2).set_weights(built(features=3).get_weights())":
        ("3 features instead of 2", "keras.Input((None, 3))"),
    "built().set_weights(built().get_weights()[:2])":
        ("2 arrays of weights, but the model has 3", "file.visit(print)"),
    "layers.LSTM(U)(X, initial_state=states(3))":
        ("keeps 2 states but starts from 3", "initial_state=states"),
    ("layers.LSTM(U)(layers.Bidirectional(layers.LSTM(U, return_sequences=True), "
     "merge_mode=None)(keras.Input((T, F))))"):
        ("takes one tensor but received 2.", "Bidirectional(LSTM(16,"),
    "fit(stateful(4), batch_size=4, validation_split=0.25)":
        ("A tensor of 2 samples meets one of 4", "of validation data too"),
    "layers.LSTM(U)(X, mask=np.ones((N, 4), bool))":
        ("The mask is (8, 4), and the sequence is (8, 5, 2)", "np.any(x != 0, axis=-1)"),
    "fit(every_step(), y=Y, sample_weight=np.ones(N))":
        ("Weights or a mask don't fit the loss", "np.repeat(w[:, None], y.shape[1],"),
    "fit(tagger(), y=TAGS, class_weight={0: 1.0, 1: 2.0})":
        ("Weights or a mask don't fit the loss. (8", "weights[labels]"),
    "fit(last_step(), class_weight={0: 2.0}, sample_weight=np.ones(N))":
        ("either class_weight or sample_weight", "w * weights[labels]"),
    'last_step(sample_weight_mode="temporal")':
        ("compile has no sample_weight_mode in this", "sample_weight=w)  # w: (samples,"),
    "fit(tagger(), y=np.full((N, T), 9))":
        ("y contains class 9, but the output has no column for it", "Dense(int(y.max()) + 1,"),
    'fit(last_step(loss="sparse_categorical_crossentropy"), y=np.ones(N))':
        ("Its only class is 0, but y contains class 1", 'Dense(1, activation="sigmoid")'),
    "fit(tagger(metrics=[keras.metrics.CategoricalAccuracy()]), y=TAGS)":
        ("A metric can't pair y with the output", 'metrics=["accuracy"]'),
    "fit(tagger(metrics=[keras.metrics.Precision()]), y=TAGS)":
        ("sizes are 1 × 120 and 1 × 40", "to_categorical"),
    "fit(tagger(metrics=[keras.metrics.F1Score()]), y=TAGS)":
        ("F1Score needs y", "to_categorical"),
    "last_step().fit(X, [LAST, LAST], verbose=0)":
        ("one output, but y is a list", "np.stack(y)"),
    ("predict(sequential(layers.Masking(), layers.LSTM(U, return_sequences=True), "
     "layers.Softmax()), X)"):
        ("The mask of the timesteps, from Masking", 'Activation("softmax")'),
    "keras.utils.to_categorical(TAGS + 1, 3)":
        ("If to_categorical raised this, y contains class 3", "y = y - 1"),
    "fit(with_states())": ("makes its states outputs too", "without return_state"),
    'fit(last_step(loss="sparse_categorical_crossentropy"), y=np.zeros((N, 3)))':
        ("y is (None, 3) and the output is (None, 1)", 'Dense(3, activation="softmax")'),
    'fit(last_step(), y=np.array(["a"] * N))':
        ("x or y holds text", "np.unique(y, return_inverse=True)"),
    "fit(last_step(), y=LAST.tolist())":
        ("reads a list as several inputs, not as an array.", "x, y = np.asarray(x,"),
    "fit(last_step(), list(X))":
        ("separate inputs. The first have 5, 5", "pad_sequences returns one array"),
    "layers.LSTM(U)(RAGGED)": ("Sequences of one", "dataset = dataset.padded_batch(32)"),
    "dataset([X, LAST])": ("x and y are in one list", "((x, y))"),
    "predict(sequential(layers.Embedding(10, 3), layers.LSTM(U)), np.full((3, T), 20))":
        ("The Embedding has 10 rows, numbered from 0", "Embedding(int(x.max()) + 1, 16)"),
    ("last_step().fit(tf.data.Dataset.from_generator(lambda: iter([(X, LAST)]), "
     "output_types=(tf.float32, tf.float32)), verbose=0)"):
        ("Keras doesn't know how many axes", "output_signature="),
    "last_step().fit(dataset(X, LAST).batch(4), LAST, verbose=0)":
        ("fit takes no y and no weights", "from_tensor_slices((x, y))"),
    "dataset(X, LAST[:7])": ("8 samples and y has 7", "cut x and y from the same windows"),
    "tf.reduce_mean(keras.Input((T, F)), axis=1)":
        ("a shape but no values yet", "keras.ops.mean(x, axis=1)"),
    "keras.Model(keras.Input((T, F)), layers.LSTM(U)(keras.Input((T, F))))":
        ("can't be reached from its inputs", "keras.Model([a, b]"),
    "last_step().predict_classes(X)":
        ("Sequential has no predict_classes", "np.argmax(model.predict(x), axis=-1)"),
    "keras.preprocessing.sequence.TimeseriesGenerator":
        ("has no TimeseriesGenerator", "timeseries_dataset_from_array"),
    "keras.Sequential([keras.Input((5, 2)), layers.LSTM(4), layers.LSTM(4)])":
        ("(None, 4): there is no time axis.", "LSTM(16, return_sequences=True)"),
    "layers.TimeDistributed(layers.LSTM(3))(keras.Input((5, 2)))":
        ("passes the recurrent layer single", "LSTM(16, return_sequences=True) "),
    "layers.LSTM(4, batch_input_shape=(8, 5, 2))":
        ("LSTM has no batch_input_shape", "keras.Input(batch_shape=(8, 5, 2))"),
    "layers.GRU(4, time_major=True)": ("GRU has no time_major", "swapaxes"),
    "layers.Bidirectional(layers.LSTM(2), return_sequences=True)":
        ("takes no return_sequences", "Bidirectional(LSTM(units=16, return_sequences=True))"),
    "stateful_with_head().predict(X[:1], verbose=0)": ("It received a batch of 1", "set_weights"),
    "stateful_with_head().reset_states()":
        ("Sequential has no reset_states", "layer.reset_state()"),
    "layers.TimeDistributed(layers.Dense(1))(layers.LSTM(4)(keras.Input((5, 2))))":
        ("TimeDistributed works along the time axis, but its", "return_sequences=True"),
    "layers.RepeatVector(3)(keras.Input((5, 4)))": ("(None, 5, 4)", "return_sequences=False"),
    "layers.Dense(1)(layers.LSTM(4, return_state=True)(keras.Input((5, 2))))":
        ("takes one tensor but received 3.", "out, *states ="),
    "every_step().predict(X[0], verbose=0)": ("(5, 2)", "x = x[None]"),
    "every_step().predict(np.swapaxes(X, 1, 2), verbose=0)":
        ("expects 2 features but receives 5.", "np.transpose(x, (0, 2, 1))"),
    "layers.Dense(1)(layers.Flatten()(keras.Input((None, 2))))":
        ("Flatten or Dense needs all sizes of a sample", "keras.Input(x.shape[1:])"),
    "layers.LSTM(4)(keras.Input((5, None)))":
        ("number of features", "keras.Input((None, *x.shape[2:]))"),
    "keras.Model(input=keras.Input((5, 2)), output=keras.Input((5, 2)))":
        ("Model has no input and output in Keras", "keras.Model(inputs=inputs, "),
    "decoder(8).predict(X, verbose=0)":
        ("has 8 units but starts from states of 4", "return_state=True"),
    "output_from_states((4, 3))":
        ("The layer received 2 samples but states of 4", "the same samples"),
    "starting_from(Sequences(4)).predict(X, verbose=0)":
        ("The LSTM starts from (8, 5, 4), a whole sequence", "return_state=True"),
    "list(layers.LSTM(4)(keras.Input((5, 2))))":
        ("unpacks several names from one tensor", "out, *states = LSTM("),
    "layers.LSTM()": ('LSTM needs the argument "units".', "LSTM(units="),
    "tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 3)), np.zeros((8, 4)))":
        ("y is [8,3], the output [8,4]", "Dense(3, activation="),
}  # fmt: skip
"""The code of each mistake, with parts of the explained cause and fix."""

PAIRINGS = [
    ((5, 1), "binary_crossentropy", (8,),
     "Most likely y has one target per sample", "y = y[:, None]"),
    ((5, 1), "binary_crossentropy", (8, 5, 2),
     "y is (None, 5, 2) and the output is (None, 5, 1): 2 columns", "Dense(2, activation="),
    ((4,), "categorical_crossentropy", (8, 5, 4),
     "Most likely y has one target per timestep", "LSTM(16, return_sequences=True)"),
    ((5, 4), "categorical_crossentropy", (8, 5, 1),
     "y is (None, 5, 1) and the output is (None, 5, 4): 1 column", "sparse_categorical_cross"),
    ((4,), "categorical_crossentropy", (8,),
     "y is (None,) and the output is (None, 4): 1 axis", "sparse_categorical_cross"),
]  # fmt: skip
"""An output shape, a loss that checks shapes, a rejected shape of y, a cause and a fix."""
MISTAKES |= {
    f'recurrent({output}, loss="{loss}").fit(X, np.zeros({y}), verbose=0)': (cause, fix)
    for output, loss, y, cause, fix in PAIRINGS
}

OUTPUTS = "i = keras.Input((5, 2))\nmodel = keras.Model(i, [LSTM(1)(i), LSTM(1)(i)])\n"
OUTPUTS += "model.compile('sgd', 'mse')\ny = y1 = y2 = y[:, -1]\nw1 = w2 = w[:, 0]"
INPUTS = (
    "a, b = keras.Input((5, 2)), keras.Input((5, 2))\nmodel = keras.Model([a, b], Add()([a, b]))\n"
)
CLASSES = "y = np.arange(96) % 3\nmodel = keras.Sequential([LSTM(3, activation='softmax')])\n"
CLASSES += "model.compile('sgd', 'sparse_categorical_crossentropy')\nw = w[:, 0]"
VECTORS = "weights = np.ones((10, 3))"
EMBEDDING = "model = keras.Sequential([keras.Input((5,)), Embedding(10, 3)])"
SCALER = "class Scaler:\n    n_features_in_, fit = 2, lambda self, x: self\n"
SCALER += "    transform = inverse_transform = lambda self, x: x\nscaler = Scaler()"
FIXED_BATCH = """fixed = keras.Input(batch_shape=(32, *x.shape[1:]))
model = keras.models.clone_model(model, fixed)
model.compile(loss="mse")"""
NEEDS = {
    "[y1, y2]": OUTPUTS,
    "len(model.outputs)": OUTPUTS,
    "model.output_names}": OUTPUTS,
    "// size": FIXED_BATCH,
    "pad_sequences(": "x = y = [np.ones((2 + row % 3, 3)) for row in range(96)]",
    "[x1, x2]": f"{INPUTS}x1 = x2 = x",
    "class_weight=": CLASSES,
    "w * weights": CLASSES,
    "scaler": SCALER,
    "model.fit([x1": "y = x\nmodel.compile('sgd', 'mse')",
    "Conv2D(a.": "a, b = np.zeros((96, 4, 4, 2)), np.zeros((96, 8, 8, 2))",
    "RepeatVector(a.": "b = x[:, -1]",
    "axis=-1) + b": "a, b = y[..., 0], y[:, 0, 0]",
    "model.predict(x)[:, -1] - y": "y = y[:, -1]",
    "x[keep]": "y = y[:, 0, 0]",
    "count_nonzero": "y = np.zeros((96, 3))",
    "# x: all rows": "x = np.zeros(10_000)",
    "numbers[word]": 'x = [["a", "good", "film"], ["good"]]',
    "words.adapt": 'x = np.array(["a good film", "a bad film"])',
    "window.batch": "dataset = tf.data.Dataset.from_tensor_slices(x).window(5)",
    "dataset.skip": "dataset = dataset.batch(32)",
    "dataset.unbatch": "dataset = dataset.batch(32)",
    "outputs[:": "outputs = keras.Input((90, 10))",
    "w[:, None]": "w = w[:, 0]",
    "(table": "table = table.drop(columns='date')",
    "table.to_numpy": "table = table.drop(columns='date')",
    "Constant(weights)": VECTORS,
    "each_gate": "weights = [np.ones((2, 16)), np.ones((4, 16)), np.ones(32)]",
    "w_ih": "weights = [np.ones((16, 2)), np.ones((16, 4)), np.ones(16), np.ones(16)]",
    "order = (0, 6": "weights = [np.ones((2, 4)), np.ones((4, 4)), np.ones(4)] * 4",
    "set_weights([weights])": f"{EMBEDDING}\n{VECTORS}",
}
"""Lines that define names for the code of a fix that has this part."""

OF_ANOTHER_PACKAGE = ("tf_keras", "compat.v1.train", "keras_tuner", "tf2onnx", "onnxruntime")
"""Parts of codes that need a package or a version that isn't installed."""
