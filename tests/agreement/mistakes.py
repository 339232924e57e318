"""Mistakes with recurrent layers, as a person would write them, and what must be said of each.

The names that they use are those of `questions/mistakes.py`.
"""

from __future__ import annotations

RECURRENT = "LSTM, GRU and SimpleRNN"

MISTAKES: dict[str, tuple[str, str, str]] = {
    # arguments and their values
    "Bidirectional of nothing": (
        "layers.Bidirectional()",
        "Bidirectional wraps a recurrent layer",
        "Bidirectional(LSTM(16))",
    ),
    "TimeDistributed of nothing": (
        "layers.TimeDistributed()",
        "applies it to each timestep",
        "TimeDistributed(Dense(1))",
    ),
    "RepeatVector without a number": (
        "layers.RepeatVector()",
        "as many timesteps",
        "RepeatVector(t",
    ),
    "Embedding without sizes": (
        "layers.Embedding()",
        "how many different numbers may come in",
        "Embedding(int(x.max()) + 1, 16)",
    ),
    "Dense without units": (
        "layers.Dense()",
        "Dense has to know how many units",
        "Dense(16)",
    ),
    "RNN without a cell": (
        "layers.RNN()",
        "with a cell",
        "RNN(LSTMCell(16))",
    ),
    "Reshape without a shape": (
        "layers.Reshape()",
        "without the batch",
        "Reshape((timesteps",
    ),
    "Conv1D without sizes": (
        "layers.Conv1D()",
        "how many timesteps it sees",
        "Conv1D(16, 3)",
    ),
    "weights as an argument": (
        "layers.LSTM(U, weights=[])",
        "LSTM has no weights in Keras 3",
        "layer.set_weights(weights)",
    ),
    "no units": (
        "layers.LSTM(0)",
        "it got 0",
        "LSTM(16)",
    ),
    "half a unit": (
        "layers.Dense(4.5)",
        "it got 4.5",
        "LSTM(16)",
    ),
    "a shape for units": (
        "layers.LSTM((T, F))",
        "If it comes from a layer: units is",
        "keras.Input((timesteps, features))",
    ),
    "units from a division": (
        "layers.LSTM(9 / 2)(X)",
        "18.0 in (2, 18.0) is no whole number",
        "int(units)",
    ),
    "a number for a shape": (
        "keras.Input(5)",
        "5 is a number",
        "keras.Input((5, features))",
    ),
    "no shape": (
        "keras.Input()",
        "takes one of two",
        "keras.Input((timesteps, features))",
    ),
    "the shape in second place": (
        "layers.LSTM(U, (T, F))",
        "(5, 2) stands where the activation belongs",
        "keras.Input((timesteps, features))",
    ),
    "True in second place": (
        "layers.LSTM(U, True)",
        "True stands where the activation belongs",
        "return_sequences=True",
    ),
    "a misspelt activation": (
        'layers.LSTM(U, activation="than")',
        "name than",
        '"tanh"',
    ),
    "a misspelt loss": (
        'fit(last_step(loss="mean_square_error"))',
        "no loss of the name mean_square_error",
        '"mean_squared_error"',
    ),
    "units twice": (
        "layers.LSTM(U, units=U)",
        "got units twice",
        "LSTM(16, return_seq",
    ),
    "another merge_mode": (
        'layers.Bidirectional(layers.LSTM(U), merge_mode="cat")',
        "cat is no way",
        'merge_mode="concat"',
    ),
    "RepeatVector of half a step": (
        "layers.RepeatVector(2.5)",
        "got float",
        "int(time",
    ),
    "Permute with the batch": (
        "layers.Permute((0, 2, 1))",
        "got (0, 2, 1)",
        "((2, 1))",
    ),
    "return_sequences in the call": (
        "layers.LSTM(U)(X, return_sequences=True)",
        "second brackets",
        "LSTM(units, return_sequences=…)(x)",
    ),
    "states by another name": (
        "layers.LSTM(U)(X, states=states(2))",
        "has no states in its call",
        "initial_state=[h, c]",
    ),
    "inputs by name": (
        "layers.LSTM(U)(inputs=X)",
        "called sequences",
        "LSTM(units)(x)",
    ),
    "a cell for a layer": (
        "layers.LSTMCell(U)(X)",
        "A cell does one timestep",
        "RNN(LSTMCell(units))(x)",
    ),
    # what is no layer, and no tensor
    "a class added": (
        "keras.Sequential([keras.Input((T, F)), layers.LSTM])",
        "LSTM was added, the class",
        "model.add(LSTM(units))",
    ),
    "a called layer added": (
        "keras.Sequential([layers.LSTM(U)(keras.Input((T, F)))])",
        "A tensor was added",
        "keras.Sequential([keras.Input(",
    ),
    "a list added": (
        "keras.Sequential([[layers.LSTM(U)]])",
        "What was added is no layer: [<LSTM name=",
        "a flat list",
    ),
    "Bidirectional of a class": (
        "layers.Bidirectional(layers.GRU)",
        "GRU without brackets is the class",
        "Bidirectional(GRU(units))(x)",
    ),
    "TimeDistributed of a called layer": (
        "layers.TimeDistributed(layers.Dense(1)(keras.Input((T, F))))",
        "what it returned is a tensor",
        "TimeDistributed(Dense(1))(x)",
    ),
    "Bidirectional of a number": (
        "layers.Bidirectional(U)",
        "no layer: 4",
        "LSTM(units)",
    ),
    "two layers that read alike": (
        "layers.Bidirectional(layers.LSTM(U), backward_layer=layers.LSTM(U))",
        "the other way round",
        "go_backwards=True",
    ),
    "RNN of a layer": (
        "layers.RNN(layers.LSTM(U))(keras.Input((T, F)))",
        "a layer goes through them by itself",
        "RNN(LSTMCell(units))(x)",
    ),
    "RNN of a number": (
        "layers.RNN(U)",
        "What it got is none",
        "RNN(LSTMCell(units))",
    ),
    "a cell added": (
        "keras.Sequential([keras.Input((T, F)), layers.GRUCell(U)])",
        "GRUCell does one timestep",
        "GRU(units)\nRNN(GRUCell(units))",
    ),
    "a layer on a list": (
        "layers.LSTM(U)(X.tolist())",
        "with a list of them",
        "np.asarray(x",
    ),
    "a layer on a layer": (
        "layers.Dense(1)(layers.LSTM)",
        "A layer was called with a layer",
        "y = Dense(1)(x)",
    ),
    "a layer on nothing": (
        "layers.LSTM(U)(None)",
        "got None",
        "return LSTM(units)(x)",
    ),
    # axes and sizes
    "ConvLSTM on rows": (
        "layers.ConvLSTM1D(3, 2)(keras.Input((T, F)))",
        "needs (N, T, rows, channels) and got (None, 5, 2)",
        "keras.Input((timesteps, rows, channels))",
    ),
    "images into an LSTM": (
        "layers.LSTM(U)(layers.Conv2D(3, 2)(keras.Input((8, 8, 1))))",
        "keeps the rows of an image",
        "TimeDistributed(Flatten())  # (None, 7, 7, 3) → (None, 7, 21)",
    ),
    "images in time into an LSTM": (
        "layers.LSTM(U)(keras.Input((T, 7, 7, 3)))",
        "2 too many",
        "TimeDistributed(Flatten())  # (None, 5, 7, 7, 3) → (None, 5, 147)",
    ),
    "TimeDistributed convolution of one image": (
        "layers.TimeDistributed(layers.Conv2D(3, 2))(keras.Input((8, 8, 1)))",
        "without a time axis",
        "keras.Input((timesteps, rows, columns, channels))",
    ),
    "a table": (
        "fit(last_step(), X[:, 0])",
        "got (None, 2). Most likely these are the rows of a table",
        "x = np.stack([x[i : i + 5]",
    ),
    "one number a step": (
        "fit(last_step(), X[:, :, 0])",
        "one number for each timestep, where it takes 2 features",
        "x = x[..., None]\nkeras.Input((5, 1))",
    ),
    "batched twice": (
        "last_step().fit(dataset(X, LAST).batch(4).batch(2), verbose=0)",
        "one axis too many in front",
        "dataset.unbatch()",
    ),
    "not batched": (
        "last_step().fit(dataset(X, LAST), verbose=0)",
        "a tf.data.Dataset wasn't batched",
        "dataset = dataset.batch(32)",
    ),
    "Dense on other features": (
        "[dense(X[..., :width]) for dense in [layers.Dense(U)] for width in (2, 1)]",
        "made for 2 features and got (8, 5, 1), 1 of them",
        "keras.Input((timesteps, 1))",
    ),
    "longer sequences into a Flatten": (
        "predict(sequential(keras.Input((T, F)), layers.Flatten(), layers.Dense(1)), "
        "np.zeros((N, 7, F)))",
        "Behind a Flatten the timesteps count too",
        "# in place of Flatten",
    ),
    "a slice of the last step": (
        "layers.LSTM(U)(keras.Input((T, F)))[:, -1, :]",
        "more axes than there are: 2, (None, 4)",
        "return_sequences=True)(x)[:, -1, :]",
    ),
    "a slice of an array": (
        "LAST[:, -1, :]",
        "than there are: 2.",
        "Leave the slice out",
    ),
    "a Lambda with a slice": (
        "layers.Lambda(lambda x: x[:, -1, :])(layers.LSTM(U)(keras.Input((T, F))))",
        "failed on a tensor of (None, 4)",
        "LSTM(units, return_sequences=False)",
    ),
    "Reshape to other sizes": (
        "layers.Reshape((4, 2))(X)",
        "there are 10, and the new shape has 8, (5, 2) → (4, 2)",
        "np.stack([table[i : i + timesteps]",
    ),
    "an array of other sizes": (
        "np.zeros((8, 7)).reshape(8, 5, 2)",
        "there are 56, and the new shape has 80, into (8,5,2)",
        "with -1 for one of them",
    ),
    "joined with the last step": (
        "layers.Concatenate()([keras.Input((T, F)), keras.Input((F,))])",
        "one has a time axis and the other has none",
        "RepeatVector(timesteps)(b)",
    ),
    "joined with other timesteps": (
        "layers.Concatenate()([keras.Input((T, F)), keras.Input((6, F))])",
        "(None, 5, 2) and (None, 6, 2) are to be joined along the last axis",
        "Concatenate(axis=1)([a, b])",
    ),
    "joined in TensorFlow": (
        "tf.concat([X, LAST], 1)",
        "one has a time axis",
        "RepeatVector(timesteps)(b)",
    ),
    "added to other units": (
        "layers.Add()([keras.Input((4,)), keras.Input((3,))])",
        "(4,) and (3,), without the batch",
        "the same units",
    ),
    "a kernel longer than the sequence": (
        "layers.Conv1D(3, 8)(keras.Input((T, F)))",
        "sees 8 timesteps at once, and (None, 5, 2) has 5",
        'padding="same"',
    ),
    "predictions of every step against the last": (
        "np.zeros((N, T, F)) - np.zeros((N, 3))",
        "lines (8,5,2) and (8,3) up from the right",
        "model.predict(x)[:, -1]",
    ),
    "scaled back by another scaler": (
        "np.zeros((N, 1)).__imul__(np.ones((N, 3)))",
        "fitted to 3 columns",
        "y_scaler.inverse_transform",
    ),
    "sequences of two lengths stacked": (
        "np.stack([X[0], X[0, :4]])",
        "different lengths",
        "pad_sequences",
    ),
    "a transpose of two axes": (
        "np.transpose(LAST, (0, 2, 1))",
        "has two",
        "x[..., None]",
    ),
    "attention on one sequence": (
        "layers.Attention()(keras.Input((T, F)))",
        "got one tensor",
        "Attention()([decoded, encoded])",
    ),
    "attention on other units": (
        'layers.Attention()([np.zeros((N, T, 3), "float32"), X])',
        "The query has 3 columns and the value 2",
        "LSTM(2, return_sequences=True)(decoder_input)",
    ),
    # weights
    "weights of other features": (
        "built(features=2).set_weights(built(features=3).get_weights())",
        "has 2 features, and the weights come from one for 3",
        "w.shape for w in model.weights",
    ),
    "weights of other units": (
        "built(8).set_weights(built(4).get_weights())",
        "a kernel's last axis is 32 here and 16 there",
        "as many features and units",
    ),
    "weights before there are any": (
        "layers.LSTM(U).set_weights(built().get_weights())",
        "no weights yet, and got 3",
        "layer.build((None, timesteps, features))",
    ),
    "too few weights": (
        "built().set_weights(built().get_weights()[:2])",
        "has 3 weights and got 2",
        "twin.set_weights(model.get_weights())",
    ),
    # states and masks
    "the output among the states": (
        "layers.LSTM(U)(X, initial_state=states(3))",
        "keeps 2 states and got 3",
        "initial_state=states",
    ),
    "both directions apart": (
        "layers.LSTM(U)(layers.Bidirectional(layers.LSTM(U, return_sequences=True), "
        "merge_mode=None)(keras.Input((T, F))))",
        "two sequences, (None, 5, 4) each. Most likely the layer below is a Bidirectional",
        "Bidirectional(LSTM(units, return_sequences=True))",
    ),
    "states in the input list": (
        "layers.LSTM(U)([keras.Input((T, F)), keras.Input((U,)), keras.Input((U,))])",
        "3 tensors",
        "y = layer(x, initial_state=[h, c])",
    ),
    "fewer states than both directions keep": (
        "layers.Bidirectional(layers.LSTM(U))(X, initial_state=states(2))",
        "in Bidirectional from twice as many",
        "[h, c]",
    ),
    "a batch larger than the states": (
        "fit(stateful(4))",
        "the model is stateful and was built for batches of 4",
        "batch_size=4",
    ),
    "validation data that is too short": (
        "fit(stateful(4), batch_size=4, validation_split=0.25)",
        "A batch of 2 met something that was made for 4",
        "of validation data too",
    ),
    "unrolled, open time": (
        "layers.LSTM(U, unroll=True)(RAGGED)",
        "the number of timesteps is open there",
        "# without unroll",
    ),
    "a mask of fewer timesteps": (
        "layers.LSTM(U)(X, mask=np.ones((N, 4), bool))",
        "the mask is (8, 4), the sequence (8, 5, 2)",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask of more timesteps": (
        "layers.GRU(U)(X, mask=np.ones((N, 7), bool))",
        "the mask is (8, 7), the sequence (8, 5, 2)",
        "Masking(0.0)",
    ),
    "a mask with features": (
        "layers.LSTM(U)(X, mask=np.ones((N, T, F), bool))",
        "this one, (8, 5, 2), has another number of axes",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask for one sample": (
        "layers.LSTM(U)(X, mask=np.ones(T, bool))",
        "this one, (5,), has another number of axes",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask of the inner timesteps": (
        'layers.TimeDistributed(layers.LSTM(U))(np.zeros((4, T, 6, F), "float32"), '
        "mask=np.ones((4, 6), bool))",
        "got (4, 6) for (4, 5, 6, 2)",
        "x.shape[:2]",
    ),
    # targets
    "a weight per sample for every step": (
        "fit(every_step(), y=Y, sample_weight=np.ones(N))",
        "The loss can't be weighted",
        "np.repeat(w[:, None], timesteps, axis=1)",
    ),
    "weights of other timesteps": (
        "fit(every_step(), y=Y, sample_weight=np.ones((N, 4)))",
        "The loss can't be weighted: [?,5] meets [?,4]",
        "of the loss's shape",
    ),
    "a weight per step for the last one": (
        "fit(last_step(), sample_weight=np.ones((N, T)))",
        "The loss can't be weighted",
        "w = w[:, -1]",
    ),
    "class_weight for every step": (
        'fit(every_step(3, loss="sparse_categorical_crossentropy"), y=Y[..., 0].astype(int), '
        "class_weight={0: 1.0})",
        "class_weight",
        "sample_weight",
    ),
    "states among the outputs": (
        "fit(with_states())",
        "makes its states outputs too",
        "without return_state",
    ),
    "a metric for the last step": (
        'fit(every_step(metrics=["r2_score"]), y=Y)',
        "R2Score takes one answer per sample, and the output is (None, 5, 1)",
        'metrics=["mae"]',
    ),
    "a metric for class numbers": (
        'fit(every_step(3, metrics=["sparse_categorical_accuracy"]), y=np.zeros((N, T, 3)))',
        "can't compare [?,5,3] with [?,5]",
        'metrics=["accuracy"]',
    ),
    "a column per class for the sparse loss": (
        'fit(last_step(loss="sparse_categorical_crossentropy"), y=np.zeros((N, 3)))',
        "y is (None, 3), the output (None, 1)",
        "Dense(classes)",
    ),
    "no y": (
        "last_step().fit(X, verbose=0)",
        "y is missing",
        "model.fit(x, y)",
    ),
    # data
    "numbers as objects": (
        "tf.convert_to_tensor(np.array([[1.0, None]], dtype=object))",
        "one of them of the type float",
        'astype("float32")',
    ),
    "sequences as objects": (
        "tf.convert_to_tensor(np.array([[1], [1, 2]], dtype=object))",
        "Python objects of the type list",
        "pad_sequences",
    ),
    "text": (
        'fit(last_step(), y=np.array(["a"] * N))',
        "x or y holds text",
        "np.unique(y, return_inverse=True)",
    ),
    "dates": (
        'fit(last_step(), np.full((N, T, F), "2020-01-01", "datetime64[D]"))',
        "holds dates",
        'drop(columns="date")',
    ),
    "lists for x and y": (
        "fit(last_step(), X.tolist(), LAST.tolist())",
        "several inputs, not for an array, and x is a list",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a list for y": (
        "fit(last_step(), y=LAST.tolist())",
        "The message names x, and x is fine, of the type ndarray: y, or sample_weight, is the list",
        "y = np.asarray(y)",
    ),
    "a list for y, beside a tensor": (
        "fit(last_step(), tf.constant(X), LAST.tolist())",
        "x is fine, of the type EagerTensor",
        "y = np.asarray(y)",
    ),
    "a list for sample_weight": (
        "fit(last_step(), sample_weight=[1.0] * N)",
        "y, or sample_weight, is the list",
        "of sample_weight if there is one",
    ),
    "a loss for each of the states": (
        'fit(with_states(["mse"] * 3))',
        "The outputs of the model, 3, and the parts of y, 1, aren't as many",
        "without return_state",
    ),
    "columns for a metric of class numbers": (
        "tf.squeeze(np.zeros((N, 3)), 1)",
        "y has 3 columns, one per class",
        "np.argmax(y, axis=-1)",
    ),
    "a list of samples": (
        "fit(last_step(), list(X))",
        "x is a list of 8 arrays, which Keras takes for 8 inputs",
        "x = np.stack(x)",
    ),
    "fewer weights than samples": (
        "fit(last_step(), sample_weight=np.ones(7))",
        "x and y have 8 samples and sample_weight has 7",
        "np.ones(len(x))",
    ),
    "a ragged tensor": (
        "layers.LSTM(U)(RAGGED)",
        "a ragged tensor",
        "ragged.to_tensor(0.0)",
    ),
    "a list of lists of two lengths": (
        "tf.convert_to_tensor([[1, 2], [3]])",
        "sequences of different lengths; or x and y stand in one list",
        "from_tensor_slices((x, y))",
    ),
    "x and y in a list": (
        "dataset([X, LAST])",
        "x and y stand in one list",
        "((x, y))",
    ),
    "padding of uneven steps": (
        "keras.utils.pad_sequences([[[1, 2]], [3]])",
        "in the sequence at 1 a step is (), in others (2,)",
        "reshape(-1, features)",
    ),
    "padding of one sequence": (
        "keras.utils.pad_sequences([1, 2])",
        "one sequence of numbers",
        "pad_sequences([sequence]",
    ),
    "a word that isn't in the vocabulary": (
        "predict(sequential(layers.Embedding(10, 3), layers.LSTM(U)), np.full((3, T), 20))",
        "The Embedding has 10 rows, for the numbers 0 to 9, and x holds 20",
        "Embedding(21, 16)",
    ),
    "two types of numbers": (
        "tf.zeros((2, 3)) - tf.zeros((2, 3), tf.float64)",
        "type float meet double",
        'astype("float32")',
    ),
    "sequences of two lengths in a batch": (
        "last_step().fit(unequal_sequences().batch(2), verbose=0)",
        "different lengths, [5,2] and [4,2]",
        "padded_batch(32)",
    ),
    "windows in a dataset": (
        "last_step().fit(tf.data.Dataset.range(20).window(T, drop_remainder=True).batch(4), "
        "verbose=0)",
        "gives datasets of their own",
        "flat_map(lambda window: window.batch(timesteps))",
    ),
    "a dataset without shapes": (
        "last_step().fit(tf.data.Dataset.from_generator(lambda: iter([(X, LAST)]), "
        "output_types=(tf.float32, tf.float32)), verbose=0)",
        "have no shape",
        "output_signature=signature",
    ),
    "y beside a dataset": (
        "last_step().fit(dataset(X, LAST).batch(4), LAST, verbose=0)",
        "y was given beside it",
        "from_tensor_slices((x, y))",
    ),
    "a generator of x alone": (
        "last_step().fit((X for _ in range(2)), verbose=0)",
        "gave x alone",
        "yield x, y",
    ),
    "a dataset of other samples": (
        "dataset(X, LAST[:7])",
        "x has 8 samples and y has 7",
        "assert len(x) == len(y)",
    ),
    # functional models
    "a function of TensorFlow": (
        "tf.reduce_mean(keras.Input((T, F)), axis=1)",
        "a shape and no numbers yet",
        "keras.ops.mean(x, axis=1)",
    ),
    "NumPy on a tensor without numbers": (
        "np.mean(keras.Input((T, F)))",
        "nothing can be read",
        "model.predict(data)",
    ),
    "another Input": (
        "keras.Model(keras.Input((T, F)), layers.LSTM(U)(keras.Input((T, F))))",
        "can't be reached from its inputs",
        "keras.Model(x, y)",
    ),
    "a layer for an output": (
        "keras.Model(keras.Input((T, F)), layers.LSTM(U))",
        "The outputs of a Model must be",
        "keras.Model(x, y)",
    ),
    "one of two inputs": (
        "predict(two_inputs(), X)",
        "takes 2 tensors: sequences, row; it received 1",
        "model.predict([x1, x2])",
    ),
    "the shapes of a model without an Input": (
        "keras.Sequential([layers.LSTM(U)]).output_shape",
        "doesn't know its shapes yet",
        "keras.Sequential([keras.Input(",
    ),
    # what is gone
    "predict_classes": (
        "last_step().predict_classes(X)",
        "Sequential has no predict_classes",
        "np.argmax(model.predict(x), axis=-1)",
    ),
    "output_shape of a layer": (
        "last_step().layers[0].output_shape",
        "LSTM has no output_shape",
        "layer.output.shape",
    ),
    "CuDNNLSTM": (
        "layers.CuDNNLSTM(U)",
        "has no CuDNNLSTM",
        "LSTM(units)",
    ),
    "TimeseriesGenerator": (
        "keras.preprocessing.sequence.TimeseriesGenerator",
        "has no TimeseriesGenerator",
        "timeseries_dataset_from_array",
    ),
    # layers, states, arguments and cross-entropies
    "flat data": (
        "layers.LSTM(4)(keras.Input((5,)))",
        "(None, 5)",
        "=True",
    ),
    "stacked without sequences": (
        "keras.Sequential([keras.Input((5, 2)), layers.LSTM(4), layers.LSTM(4)])",
        "(None, 4): there is no time axis",
        "LSTM(units, return_sequences=True)",
    ),
    "batch in the Input": (
        "layers.LSTM(4)(keras.Input((8, 5, 2)))",
        "(None, 8, 5, 2)",
        "keras.Input((5, 2))",
    ),
    "Embedding of features": (
        "keras.Sequential([keras.Input((5, 3)), layers.Embedding(9, 4), layers.LSTM(3)])",
        "or a layer below adds an axis, as an Embedding does",
        "keras.Input((timesteps,))",
    ),
    "TimeDistributed around a recurrent layer": (
        "layers.TimeDistributed(layers.LSTM(3))(keras.Input((5, 2)))",
        "TimeDistributed hands the recurrent layer one timestep after the other",
        "LSTM(units, return_sequences=True)  # without",
    ),
    "batch_input_shape": (
        "layers.LSTM(4, batch_input_shape=(8, 5, 2))",
        "LSTM has no batch_input_shape",
        "keras.Input(batch_shape=(8, 5, 2))",
    ),
    "time_major": (
        "layers.GRU(4, time_major=True)",
        "GRU has no time_major",
        "swapaxes",
    ),
    "input_length": (
        "layers.LSTM(4, input_length=5)",
        "no input_length",
        "keras.Input(",
    ),
    "misspelt": (
        "layers.LSTM(4, return_sequence=True)",
        "LSTM has no return_sequence.",
        "Write return_sequences.",
    ),
    "Bidirectional without a recurrent layer": (
        "layers.Bidirectional(layers.Dense(2))",
        "go_backwards is an argument of LSTM, GRU and SimpleRNN, not of Dense",
        "Bidirectional(LSTM(units))",
    ),
    "return_sequences beside the layer inside": (
        "layers.Bidirectional(layers.LSTM(2), return_sequences=True)",
        "return_sequences is an argument of LSTM, GRU and SimpleRNN, not of Bidirectional",
        "Bidirectional(LSTM(units, return_sequences=…))",
    ),
    **{
        f"{argument.split('=')[0]} of {layer.split('(')[0]}": (
            f"layers.{layer[:-1]}, {argument})".replace("(, ", "("),
            f"{argument.split('=')[0]} is an argument of {takers}, not of {layer.split('(')[0]}",
            fix,
        )
        for layer, argument, takers, fix in (
            ("Dense(3)", "return_sequences=True", RECURRENT, "LSTM(units, return_sequences=…)"),
            (
                "TimeDistributed(layers.Dense(3))",
                "return_sequences=True",
                RECURRENT,
                "LSTM(units, return_sequences=…)",
            ),
            ("RepeatVector(3)", "units=2", "LSTM, GRU, SimpleRNN and Dense", "LSTM(units=…)"),
            ("Flatten(None)", "stateful=True", RECURRENT, "stateful=…"),
            ("LSTM(3)", 'merge_mode="sum"', "Bidirectional", "(LSTM(units), merge_mode=…)"),
            ("GRU(3)", "unit_forget_bias=True", "LSTM", "LSTM(units, unit_forget_bias=…)"),
        )
    },
    "misspelt where nothing like it is taken": (
        "layers.Dense(4, return_sequence=True)",
        "Dense has no return_sequence in Keras 3.",
        "help(Dense)",
    ),
    "stateful without a batch size": (
        "keras.Sequential([keras.Input((5, 2)), layers.LSTM(4, stateful=True)])",
        "one state per sample",
        "batch_shape=",
    ),
    "stateful with a remainder": (
        "stateful_with_head().fit(X[:6], Y[:6, 0], batch_size=4, verbose=0)",
        "A batch of 2 met something that was made for 4",
        "len(x) // 4 * 4",
    ),
    "stateful GRU with a remainder": (
        "stateful_with_head(layers.GRU).fit(X[:6], Y[:6, 0], batch_size=4, verbose=0)",
        "A batch of 2 met something that was made for 4",
        "shuffle=False",
    ),
    "stateful with another batch size": (
        "stateful_with_head().predict(X[:1], verbose=0)",
        "batches of 4; it got one of 1",
        "set_weights",
    ),
    "reset_states": (
        "stateful_with_head().reset_states()",
        "Sequential has no reset_states",
        "layer.reset_state()",
    ),
    "TimeDistributed after the last step": (
        "layers.TimeDistributed(layers.Dense(1))(layers.LSTM(4)(keras.Input((5, 2))))",
        "(None, 4) has none",
        "return_sequences=True",
    ),
    "RepeatVector after sequences": (
        "layers.RepeatVector(3)(keras.Input((5, 4)))",
        "(None, 5, 4)",
        "return_sequences=False",
    ),
    "states into Dense": (
        "layers.Dense(1)(layers.LSTM(4, return_state=True)(keras.Input((5, 2))))",
        "3 tensors",
        "out, h, c =",
    ),
    "one sample": (
        "every_step().predict(X[0], verbose=0)",
        "(5, 2)",
        "predict(x[None])",
    ),
    "time and features swapped": (
        "every_step().predict(np.swapaxes(X, 1, 2), verbose=0)",
        "made for 2 features and the data has 5",
        "np.transpose(x, (0, 2, 1))",
    ),
    "swapped in a layer": (
        "[layer(data) for layer in [layers.LSTM(4)] for data in (X, np.swapaxes(X, 1, 2))]",
        "made for 2 features and the data has 5",
        "np.transpose(x, (0, 2, 1))",
    ),
    "Flatten of open time": (
        "layers.Dense(1)(layers.Flatten()(keras.Input((None, 2))))",
        "the number of timesteps, and that is None",
        "keras.Input((timesteps",
    ),
    "open features": (
        "layers.LSTM(4)(keras.Input((5, None)))",
        "number of features isn't known",
        "keras.Input((None, features))",
    ),
    "Model(input=, output=)": (
        "keras.Model(input=keras.Input((5, 2)), output=keras.Input((5, 2)))",
        "inputs and outputs",
        "keras.Model(inputs=…, outputs=…)",
    ),
    "nested lists": (
        "every_step().fit(X.tolist(), Y.tolist(), verbose=0)",
        "list",
        "np.asarray",
    ),
    "ragged": (
        "every_step().fit(np.array([[1], [1, 2]], dtype=object), Y[:2], verbose=0)",
        "different lengths",
        "pad_sequences",
    ),
    "other numbers of samples": (
        "every_step().fit(X, Y[:7], verbose=0)",
        "x has 8 samples and y has 7",
        "same windows",
    ),
    "no time axis in y": (
        "sequential(keras.Input((5, 2)), layers.LSTM(3, return_sequences=True)).fit(X, "
        "np.zeros((8, 3)), batch_size=6, verbose=0)",
        "the output has a time axis and y has none",
        "Return the last step only. Else give y an answer for each timestep.\nLSTM(units, ret",
    ),
    "no time axis in the output, one column in y": (
        "sequential(keras.Input((5, 2)), layers.LSTM(2)).fit(X, Y, verbose=0)",
        "Keras dropped y's last axis, of 1, and 5 timesteps met 2 columns of the output",
        "return_sequences=True)\nDense(1)",
    ),
    "no time axis in y, one column in the output": (
        "every_step().fit(X, np.zeros((8, 2)), verbose=0)",
        "Keras dropped the output's last axis, of 1, and 5 timesteps met 2 columns of y",
        "return_sequences=False)\nDense(2)",
    ),
    "the same of whole numbers, and a loss that names the output first": (
        'every_step(loss="huber").fit(X, np.zeros((8, 2), int), verbose=0)',
        "Keras dropped the output's last axis, of 1, and 5 timesteps met 2 columns of y",
        "return_sequences=False)\nDense(2)",
    ),
    "other columns": (
        "sequential(keras.Input((5, 2)), layers.LSTM(3)).fit(X, np.zeros((8, 4)), verbose=0)",
        "different columns",
        "Dense(4)",
    ),
    "other timesteps": (
        "every_step().fit(X, np.zeros((8, 6, 1)), verbose=0)",
        "different timesteps",
        "same timesteps",
    ),
    **{
        f"{loss} cross-entropy of {output} and {target}": (
            f'recurrent({output}, loss="{loss}_crossentropy")'
            f".fit(X, np.zeros({(8, *target)}), verbose=0)",
            "Cross-entropy wants y in the shape of the output",
            fix,
        )
        for loss, output, target, fix in (
            ("binary", (5, 1), (), "return_sequences=False)\ny = y[:, None]"),
            ("binary", (5, 1), (1,), "return_sequences=False)  # the output is (N, 5, 1)"),
            ("binary", (5, 1), (5, 2), "y has.\nDense(2)"),
            ("binary", (1,), (5, 1), "return_sequences=True)  # y is (N, 5) or (N, 5, 1)"),
            ("categorical", (5, 4), (4,), "step only.\nLSTM(units, return_sequences=False)"),
            ("categorical", (4,), (5, 4), "return every step.\nLSTM(units, return_sequences=True"),
            ("categorical", (4,), (5, 1), "return_sequences=True)  # y is (N, 5, 1)"),
            ("categorical", (5, 4), (5,), "take the sparse loss"),
            ("categorical", (5, 4), (5, 1), "take the sparse loss"),
            ("categorical", (4,), (), "take the sparse loss"),
            ("categorical", (4,), (1,), "sparse_categorical"),
            ("categorical", (5, 4), (6, 4), "y[:, :steps]"),
            ("categorical", (5, 4), (), 'False)\nmodel.compile(optimizer, loss="sparse'),
            ("categorical", (5, 4), (3,), "return_sequences=False)\nDense(3)"),
            ("categorical", (4,), (1, 4), "take it out.\ny = y[:, 0]"),
            ("categorical", (4,), (1, 3), "y = y[:, 0]\nDense(3)"),
            ("binary", (4,), (1, 4), "take it out.\ny = y[:, 0]"),
        )
    },
    "sparse labels per sample": (
        'every_step(loss="sparse_categorical_crossentropy").fit(X, np.zeros((8, 4)), verbose=0)',
        "y is (None, 4)",
        "return_sequences=False",
    ),
    "states of another size": (
        "decoder(8).predict(X, verbose=0)",
        "has 8 units and starts from states of 4",
        "return_state=True",
    ),
    **{
        f"states of another size, at once, of {layer}": (
            f"started(layers.{layer}, (2, 4))",
            "has 3 units and starts from states of 4",
            "return_state=True",
        )
        for layer in ("LSTM", "GRU", "SimpleRNN")
    },
    **{
        f"states of other samples, of {layer}": (
            f"started(layers.{layer}, (4, 3))",
            "The layer got 2 samples and states of 4",
            "the same samples",
        )
        for layer in ("LSTM", "GRU", "SimpleRNN")
    },
    "the state of another kind": (
        "starting(layers.GRU(4, return_state=True)).predict(X, verbose=0)",
        "The LSTM got fewer initial states",
        "out, h, c =",
    ),
    **{
        f"a sequence as the state of {layer}": (
            f"starting(Sequences(4), layers.{layer}).predict(X, verbose=0)",
            f"The {layer} starts from (8, 5, 4), a whole sequence",
            "return_state=True",
        )
        for layer in ("LSTM", "GRU", "SimpleRNN")
    },
    "unpacked one tensor": (
        "list(layers.LSTM(4)(keras.Input((5, 2))))",
        "One tensor was unpacked",
        "out, h, c =",
    ),
    **{
        f"{layer} without units": (
            f"layers.{layer}()",
            f"{layer} has to know how many units",
            f"{layer}(16)",
        )
        for layer in ("LSTM", "GRU", "SimpleRNN")
    },
    "two names for an LSTM's three": (
        "out, h = layers.LSTM(4, return_state=True)(keras.Input((5, 2)))",
        "2 values were to be unpacked",
        "*states",
    ),
    "three names for a GRU's two": (
        "out, h, c = layers.GRU(4, return_state=True)(keras.Input((5, 2)))",
        "3 values were to be unpacked, and 2 came",
        "*states",
    ),
    "three names for Bidirectional's five": (
        "out, h, c = layers.Bidirectional(layers.LSTM(4, return_state=True))(keras.Input((5, 2)))",
        "in Bidirectional they are 5 and 3",
        "*states",
    ),
    "flat data into a convolution": (
        "layers.Conv1D(3, 2)(keras.Input((5,)))",
        "(None, 5): there is no time axis",
        "x[..., None]",
    ),
    "logits of other columns": (
        "tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 3)), np.zeros((8, 4)))",
        "the output is [8,4], y [8,3]",
        "Dense(3)",
    ),
    "logits of every step": (
        "tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 4)), np.zeros((8, 5, 4)))",
        "the output is [40,4], y [8,4]",
        "return_sequences=False)  # y is (N, K)",
    ),
    "binary cross-entropy of every step": (
        "tf.nn.sigmoid_cross_entropy_with_logits(np.zeros((8, 1)), np.zeros((8, 5, 1)))",
        "(8, 5, 1) with (8, 1)",
        "y has none: return the last step only.\nLSTM(units, return_sequences=False)",
    ),
    "cuDNN": (
        "layers.LSTM(4, use_cudnn=True)(X)",
        "use_cudnn=True",
        '"auto"',
    ),
}
"""By name the code of a mistake, and a part of the cause and of the fix that are told for it."""

TWO_OUTPUTS = "model, y1, y2 = two_outputs(), LAST, LAST"
NEEDS = {
    "a table": "x, dataset = ROWS, dataset(ROWS)",
    "one number a step": "x = X[:, :, 0]",
    "batched twice": "dataset = dataset(X, LAST).batch(4).batch(2)",
    "a dataset without shapes": "x = tf.constant(X[0])",
    "joined with the last step": 'b = np.zeros((N, U), "float32")',
    "joined in TensorFlow": 'b = np.zeros((N, U), "float32")',
    "predictions of every step against the last": "y = LAST",
    "sequences of two lengths stacked": "sequences = [X[0], X[0, :4]]",
    "a list of samples": "x = list(X)",
    "sequences as objects": "x = [[1], [1, 2]]",
    "text": 'y, table = np.array(["a", "b"]), Table()',
    "dates": "table = Table()",
    "one of two inputs": "x1, x2, model = X, np.zeros((N, 3)), two_inputs()",
    "states among the outputs": TWO_OUTPUTS,
    "a loss for each of the states": TWO_OUTPUTS,
    "states in the input list": (
        "recurrent_layer = layers.LSTM(F, return_sequences=True, return_state=True)\n"
        "layer = layers.LSTM(F, return_sequences=True)"
    ),
    "one sample": "x = X[0]",
    "Model(input=, output=)": "x = keras.Input((T, F))\ny = layers.LSTM(U)(x)",
    "output_shape of a layer": "layer = last_step().layers[0]",
    "windows in a dataset": "dataset = tf.data.Dataset.range(20)",
    "a transpose of two axes": "x = LAST",
}
"""Lines that make what a piece of code needs other than the usual names."""

FILLED_IN = (
    ("merge_mode=…", 'merge_mode="sum"'),
    ("inputs=…, outputs=…", "inputs=x, outputs=y"),
    ("=…", "=True"),
)
"""What a person would write where the code leaves a gap."""
