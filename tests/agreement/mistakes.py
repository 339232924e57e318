"""Mistakes with recurrent layers, as a person would write them, and what must be said of each.

The names that they use are those of `questions/mistakes.py`.
"""

from __future__ import annotations

MISTAKES: dict[str, tuple[str, str, str]] = {
    "Bidirectional of nothing": (
        "layers.Bidirectional()",
        'Bidirectional has to know "layer".',
        "Bidirectional(layer=…)",
    ),
    "TimeDistributed of nothing": (
        "layers.TimeDistributed()",
        'TimeDistributed has to know "layer".',
        "TimeDistributed(layer=…)",
    ),
    "RepeatVector without a number": (
        "layers.RepeatVector()",
        'RepeatVector has to know "n".',
        "RepeatVector(n=…)",
    ),
    "Embedding without sizes": (
        "layers.Embedding()",
        'Embedding has to know "input_dim" and "output_dim".',
        "Embedding(input_dim=…, output_dim=…)",
    ),
    "Dense without units": (
        "layers.Dense()",
        'Dense has to know "units".',
        "Dense(units=…)",
    ),
    "RNN without a cell": (
        "layers.RNN()",
        'RNN has to know "cell".',
        "RNN(cell=…)",
    ),
    "Conv1D without sizes": (
        "layers.Conv1D()",
        'Conv1D has to know "filters" and "kernel_size".',
        "Conv1D(filters=…, kernel_size=…)",
    ),
    "weights as an argument": (
        "layers.LSTM(U, weights=[])",
        "LSTM has no weights in Keras 3",
        "layer.set_weights(weights)",
    ),
    "no units": (
        "layers.LSTM(0)",
        "units is a whole number, the output's columns.",
        "LSTM(16",
    ),
    "half a unit": (
        "layers.Dense(4.5)",
        "units is a whole number, the output's columns.",
        "LSTM(16",
    ),
    "a shape for units": (
        "layers.LSTM((T, F))",
        "units is a whole number, the output's columns, and most likely got a tuple.",
        "keras.Input((timesteps, features))",
    ),
    "units from a division": (
        "layers.LSTM(9 / 2)(X)",
        "is whole numbers from 0 up, and got (2, 18.0): a float, as 64 / 2 gives one.",
        "LSTM(64 // 2)",
    ),
    "a size below 0": (
        "keras.Input((T, -1))",
        "is whole numbers from 0 up, and got (5, -1).",
        "a size that is open is None, not -1",
    ),
    "a rate above 1": (
        "layers.Dropout(1.5)",
        "Another value is wanted here, a float value between 0 and 1, and not rate=1.5.",
        "shares are from 0 to 1",
    ),
    "a misspelt padding": (
        'layers.Conv1D(4, 3, padding="sam")',
        "Another value is wanted here, one of ",
        'padding="same"',
    ),
    "a misspelt optimizer": (
        'last_step().compile("adamm")',
        "Keras knows no optimizer adamm: it is misspelt",
        'model.compile("adam", loss="mean_squared_error")',
    ),
    "units twice": (
        "layers.LSTM(4, units=U)",
        "LSTM got too many values without a name: units has one already, by its place.",
        "LSTM(units=…)",
    ),
    "a number for a shape": (
        "keras.Input(5)",
        "An Input takes shape, that of one sample, or batch_shape, with the samples in front, not",
        "keras.Input((timesteps, features))",
    ),
    "no shape": (
        "keras.Input()",
        "An Input takes shape, that of one sample, or batch_shape, with the samples in front, not",
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
        "Keras knows no activation than: it is misspelt, or your own, or of",
        'LSTM(units, activation="tanh"',
    ),
    "a misspelt loss": (
        'fit(last_step(loss="mean_square_error"))',
        "Keras knows no loss mean_square_error: it is misspelt, or your own, or of",
        '"mean_squared_error"',
    ),
    "return_sequences in the call": (
        "layers.LSTM(U)(X, return_sequences=True)",
        "A layer is called with the sequence, first and without a name, and with initial_state.",
        "y = LSTM(units, return_sequences=True)(x, initial_state=[h, c])",
    ),
    "states by another name": (
        "layers.LSTM(U)(X, states=states(2))",
        "A layer is called with the sequence, first and without a name, and with initial_state.",
        "initial_state=[h, c]",
    ),
    "inputs by name": (
        "layers.LSTM(U)(inputs=X)",
        "A layer is called with the sequence, first and without a name, and with initial_state.",
        "y = LSTM(units, return_sequences=True)(x, initial_state=[h, c])",
    ),
    "a cell for a layer": (
        "layers.LSTMCell(U)(X)",
        "A cell, such as LSTMCell, does one timestep, and wants its states too; a layer goes",
        "LSTM(units)",
    ),
    "a class added": (
        "keras.Sequential([keras.Input((T, F)), layers.LSTM])",
        "Sequential takes a layer: LSTM without brackets is the class, and no layer yet.",
        "Bidirectional(LSTM(units)), Dense(1)])",
    ),
    "a called layer added": (
        "keras.Sequential([layers.LSTM(U)(keras.Input((T, F)))])",
        "Sequential takes a layer: this one had been called already, and is what it returned, a",
        "keras.Sequential([keras.Input(",
    ),
    "a list added": (
        "keras.Sequential([[layers.LSTM(U)]])",
        "Sequential takes a layer: [<LSTM name=lstm, built=False>] is none.",
        "Bidirectional(LSTM(units)), Dense(1)])",
    ),
    "Bidirectional of a class": (
        "layers.Bidirectional(layers.GRU)",
        "GRU without brackets is the class",
        "Bidirectional(LSTM(units)), Dense(1)])",
    ),
    "TimeDistributed of a called layer": (
        "layers.TimeDistributed(layers.Dense(1)(keras.Input((T, F))))",
        "TimeDistributed takes a layer: this one had been called already, and is what it returned,",
        "Bidirectional(LSTM(units)), Dense(1)])",
    ),
    "Bidirectional of a number": (
        "layers.Bidirectional(U)",
        "Bidirectional takes a layer: 4 is none.",
        "LSTM(units)",
    ),
    "RNN of a layer": (
        "layers.RNN(layers.LSTM(U))(keras.Input((T, F)))",
        "A cell, such as LSTMCell, does one timestep, and wants its states too; a layer goes",
        "LSTM(units)",
    ),
    "RNN of a number": (
        "layers.RNN(U)",
        "A cell, such as LSTMCell, does one timestep, and wants its states too; a layer goes",
        "RNN(LSTMCell(units))",
    ),
    "a cell added": (
        "keras.Sequential([keras.Input((T, F)), layers.GRUCell(U)])",
        "A cell, such as GRUCell, does one timestep, and wants its states too; a layer goes",
        "RNN(GRUCell(units))  # as GRU(units)",
    ),
    "a layer on a list": (
        "layers.LSTM(U)(X.tolist())",
        "A layer got a float, or a list of that, and takes tensors or arrays; a layer itself has",
        "np.asarray(x",
    ),
    "a layer on a layer": (
        "layers.Dense(1)(layers.LSTM)",
        "A layer got a type, or a list of that, and takes tensors or arrays; a layer itself has to",
        "y = Dense(1)(x)",
    ),
    "a layer on nothing": (
        "layers.LSTM(U)(None)",
        "a NoneType comes from a function without return",
        "y = Dense(1)(x)",
    ),
    "ConvLSTM on rows": (
        "layers.ConvLSTM1D(3, 2)(keras.Input((T, F)))",
        "conv_lstm1d takes (samples, timesteps, rows, channels) and got (None, 5, 2): 1 axis too",
        "print(x.shape, model.input_shape)",
    ),
    "images into an LSTM": (
        "layers.LSTM(U)(layers.Conv2D(3, 2)(keras.Input((8, 8, 1))))",
        "are the rows and columns of an image",
        "TimeDistributed(Flatten())  # (None, 7, 7, 3) → (None, 7, 21)",
    ),
    "images in time into an LSTM": (
        "layers.LSTM(U)(keras.Input((T, 7, 7, 3)))",
        "lstm takes (samples, timesteps, features) and got (None, 5, 7, 7, 3): 2 axes too many.",
        "print(x.shape, model.input_shape)",
    ),
    "a table": (
        "fit(last_step(), X[:, 0])",
        "axis too few, of samples or timesteps. Most likely these are rows of a table, features of",
        "x = np.stack([x[i : i + timesteps] for i in range(len(x) - timesteps + 1)])",
    ),
    "one number a step": (
        "fit(last_step(), X[:, :, 0])",
        "The model takes (None, 5, 2) and got (None, 5): 1 axis too few, of features.",
        "x = x[..., None]  # (samples, timesteps, 1)",
    ),
    "batched twice": (
        "last_step().fit(dataset(X, LAST).batch(4).batch(2), verbose=0)",
        "The model takes (None, 5, 2) and got (None, None, 5, 2): 1 axis too many, of samples or",
        "dataset.unbatch()",
    ),
    "not batched": (
        "last_step().fit(dataset(X, LAST), verbose=0)",
        "The model takes (None, 5, 2) and got (5, 2): 1 axis too few, of samples or timesteps.",
        "dataset = dataset.batch(32)",
    ),
    "Dense on other features": (
        "[dense(X[..., :width]) for dense in [layers.Dense(U)] for width in (2, 1)]",
        "made for 2 features and got (8, 5, 1), 1 of them",
        "keras.Input((timesteps, features))",
    ),
    "longer sequences into a Flatten": (
        "predict(sequential(keras.Input((T, F)), layers.Flatten(), layers.Dense(1)), "
        "np.zeros((N, 7, F)))",
        "features and got (8, 14), 14 of them. Most likely the data, or the layer before, has",
        "# in place of Flatten",
    ),
    "a slice of the last step": (
        "layers.LSTM(U)(keras.Input((T, F)))[:, -1, :]",
        "A slice such as x[:, -1, :], in a Lambda perhaps, asks for more axes than there are:",
        "return_sequences=True)(x)[:, -1, :]",
    ),
    "a slice of an array": (
        "LAST[:, -1, :]",
        "than there are: 2; or",
        "Leave the slice out",
    ),
    "a Lambda with a slice": (
        "layers.Lambda(lambda x: x[:, -1, :])(layers.LSTM(U)(keras.Input((T, F))))",
        "A slice such as x[:, -1, :], in a Lambda perhaps, asks for more axes than there are:",
        "y = LSTM(units)(x)  # as",
    ),
    "Reshape to other sizes": (
        "layers.Reshape((4, 2))(X)",
        "A reshape has to keep all numbers: (5, 2) → (4, 2). In a Reshape layer both are of one",
        "x = np.stack([x[i : i + timesteps] for i in range(len(x) - timesteps + 1)])",
    ),
    "an array of other sizes": (
        "np.zeros((8, 7)).reshape(8, 5, 2)",
        "A reshape has to keep all numbers: there are 56 → (8,5,2). In a Reshape layer both are of",
        "x = np.stack([x[i : i + timesteps] for i in range(len(x) - timesteps + 1)])",
    ),
    "joined with the last step": (
        "layers.Concatenate()([keras.Input((T, F)), keras.Input((F,))])",
        "one has a time axis and the other has none",
        "RepeatVector(timesteps)(b)",
    ),
    "joined with other timesteps": (
        "layers.Concatenate()([keras.Input((T, F)), keras.Input((6, F))])",
        "(None, 5, 2) and (None, 6, 2) are to be joined along one axis, and must be the same in",
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
        "A convolution or pooling (kernel shape) sees 8 timesteps, or rows, at once than are left",
        'padding="same"',
    ),
    "predictions of every step against the last": (
        "np.zeros((N, T, F)) - np.zeros((N, 3))",
        "lines (8,5,2) and (8,3) up from the right",
        "model.predict(x)[:, -1]",
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
        "Attention takes several tensors, in one list, and got another number",
        "y = Attention()([a, b])",
    ),
    "three to subtract": (
        "layers.Subtract()([keras.Input((T, F))] * 3)",
        "and got another number: Subtract and Dot take two",
        "y = Subtract()([a, b])",
    ),
    "a sum of other features": (
        "keras.Input((T, F)) + keras.Input((T, 4))",
        "2 and 4, without the batch: two tensors of one layer can't be paired.",
        "Give the layers before the same units",
    ),
    "the samples of pictures in Input": (
        "layers.Conv2D(4, 3)(keras.Input((None, 28, 28, 1)))",
        "got (None, None, 28, 28, 1): 1 axis too many. Most likely the Input counts the samples",
        "keras.Input((28, 28, 1))",
    ),
    "two layers of one name": (
        'keras.Sequential([layers.LSTM(U, name="a"), layers.Dense(1, name="a")])',
        "Two layers of the model are called a, or it has one layer twice.",
        'name="another"',
    ),
    "a part of a dataset for validation": (
        "last_step().fit(tf.data.Dataset.from_tensors((X, Y)), validation_split=0.5, verbose=0)",
        "validation_split cuts arrays, and x is a dataset, or a generator.",
        "validation_data=",
    ),
    "weights of other features": (
        "built(features=2).set_weights(built(features=3).get_weights())",
        "The weight of lstm is (2, 16) here, and (3, 16) came: 2 features here, 3 there.",
        "w.shape for w in model.weights",
    ),
    "weights of other units": (
        "built(8).set_weights(built(4).get_weights())",
        "The weight of lstm is (2, 32) here, and (2, 16) came: 32 here, 16 there: other units, of",
        "print([w.shape for w in model.weights])",
    ),
    "weights before there are any": (
        "layers.LSTM(U).set_weights(built().get_weights())",
        "What is to get 3 has none yet",
        "layer.build((None, timesteps, features))",
    ),
    "too few weights": (
        "built().set_weights(built().get_weights()[:2])",
        "has 3 weights and got 2",
        "twin.set_weights(model.get_weights())",
    ),
    "the output among the states": (
        "layers.LSTM(U)(X, initial_state=states(3))",
        "The layer keeps 2 for states, and got 3. If it comes from a recurrent layer",
        "initial_state=states",
    ),
    "both directions apart": (
        "layers.LSTM(U)(layers.Bidirectional(layers.LSTM(U, return_sequences=True), "
        "merge_mode=None)(keras.Input((T, F))))",
        "takes one tensor and got 2. Most likely the layer before has return_state=True,",
        "Bidirectional(LSTM(units, return_sequences=True))",
    ),
    "states in the input list": (
        "layers.LSTM(U)([keras.Input((T, F)), keras.Input((U,)), keras.Input((U,))])",
        "lstm takes one tensor and got 3. Most likely the layer before has return_state=True, and",
        "y = layer(x, initial_state=[h, c])",
    ),
    "fewer states than both directions keep": (
        "layers.Bidirectional(layers.LSTM(U))(X, initial_state=states(2))",
        "Bidirectional from twice as many",
        "*states",
    ),
    "a batch larger than the states": (
        "fit(stateful(4))",
        "something that was made for 4 samples. Most likely the model was built for another batch",
        "batch_size=4",
    ),
    "validation data that is too short": (
        "fit(stateful(4), batch_size=4, validation_split=0.25)",
        "A batch of 2 met something that was made for 4",
        "of validation data too",
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
        "A mask is (samples, timesteps), true where a step counts; most likely this one has other",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask for one sample": (
        "layers.LSTM(U)(X, mask=np.ones(T, bool))",
        "A mask is (samples, timesteps), true where a step counts; most likely this one has other",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask of the inner timesteps": (
        'layers.TimeDistributed(layers.LSTM(U))(np.zeros((4, T, 6, F), "float32"), '
        "mask=np.ones((4, 6), bool))",
        "A mask is (samples, timesteps), true where a step counts; most likely this one has other",
        "mask = np.any(x != 0, axis=-1)",
    ),
    "a weight per sample for every step": (
        "fit(every_step(), y=Y, sample_weight=np.ones(N))",
        "The loss can't be weighted",
        "np.repeat(w[:, None], timesteps, axis=1)",
    ),
    "weights of other timesteps": (
        "fit(every_step(), y=Y, sample_weight=np.ones((N, 4)))",
        "The loss can't be weighted: [?,5] meets [?,4]",
        "# where every step is returned",
    ),
    "a weight per step for the last one": (
        "fit(last_step(), sample_weight=np.ones((N, T)))",
        "The loss can't be weighted",
        "w = w[:, -1]",
    ),
    "class_weight for every step": (
        'fit(every_step(3, loss="sparse_categorical_crossentropy"), y=Y[..., 0].astype(int), '
        "class_weight={0: 1.0})",
        "The loss can't be weighted: 8,5 meets 8. It has one number for each sample, or for each",
        "sample_weight",
    ),
    "states among the outputs": (
        "fit(with_states())",
        "makes its states outputs too",
        "without return_state",
    ),
    "a column per class for the sparse loss": (
        'fit(last_step(loss="sparse_categorical_crossentropy"), y=np.zeros((N, 3)))',
        "y is (None, 3), the output (None, 1)",
        "Dense(3)",
    ),
    "no y": (
        "last_step().fit(X, verbose=0)",
        "y is missing",
        "model.fit(x, y)",
    ),
    "numbers as objects": (
        "tf.convert_to_tensor(np.array([[1.0, None]], dtype=object))",
        "type float, and is no block of numbers. Most likely numbers are mixed with None, text or",
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
        "x or y holds text, dates or the like, datetime64, and Keras takes numbers.",
        'drop(columns="date")',
    ),
    "lists for x and y": (
        "fit(last_step(), X.tolist(), LAST.tolist())",
        "several inputs, not for an array, and x is a list",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a list for y": (
        "fit(last_step(), y=LAST.tolist())",
        "Keras takes a list for several inputs, not for an array. x is fine, of the type ndarray:",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a list for y, beside a tensor": (
        "fit(last_step(), tf.constant(X), LAST.tolist())",
        "x is fine, of the type EagerTensor",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a list for sample_weight": (
        "fit(last_step(), sample_weight=[1.0] * N)",
        "y, or sample_weight, is the list",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a loss for each of the states": (
        'fit(with_states(["mse"] * 3))',
        "The model's outputs and the parts of y, or the losses, aren't as many, or",
        "without return_state",
    ),
    "columns for a metric of class numbers": (
        "tf.squeeze(np.zeros((N, 3)), 1)",
        "loss, or a metric for class numbers. Most likely y has a column for each class",
        "np.argmax(y, axis=-1)",
    ),
    "a list of samples": (
        "fit(last_step(), list(X))",
        "taken for as many inputs; the first has 5 samples, and y 8.",
        "x = np.stack(x)",
    ),
    "fewer weights than samples": (
        "fit(last_step(), sample_weight=np.ones(7))",
        "sample_weight has 7 samples, and x has 8 samples and y has 8. The first axis of all is",
        "len(sample_weight)",
    ),
    "a ragged tensor": (
        "layers.LSTM(U)(RAGGED)",
        "A batch is to be made of sequences of different lengths.",
        "dataset = dataset.padded_batch(32)",
    ),
    "a list of lists of two lengths": (
        "tf.convert_to_tensor([[1, 2], [3]])",
        "shapes, and is no block of numbers. Most likely the sequences have different lengths",
        "from_tensor_slices((x, y))",
    ),
    "x and y in a list": (
        "dataset([X, LAST])",
        "x and y stand in one list",
        "((x, y))",
    ),
    "a word that isn't in the vocabulary": (
        "predict(sequential(layers.Embedding(10, 3), layers.LSTM(U)), np.full((3, T), 20))",
        "The Embedding has 10 rows, for the numbers from 0 on, and x holds 20.",
        "print(x.min(), x.max())",
    ),
    "sequences of two lengths in a batch": (
        "last_step().fit(unequal_sequences().batch(2), verbose=0)",
        "different lengths, [5,2] and [4,2]",
        "padded_batch(32)",
    ),
    "windows in a dataset": (
        "last_step().fit(tf.data.Dataset.range(20).window(T, drop_remainder=True).batch(4), "
        "verbose=0)",
        "A layer got a tensorflow.python.data.ops.dataset_ops._NestedVariant, or a list of that,",
        'x = LSTM(units)(np.asarray(x, dtype="float32"))',
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
        "A dataset or generator brings pairs of x and y; y was given beside it, or is missing.",
        "model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(32))",
    ),
    "a dataset of other samples": (
        "dataset(X, LAST[:7])",
        "x has some samples and y has others: 8 and 7. The first axis of all is the samples.",
        "assert len(x) == len(y)",
    ),
    "a function of TensorFlow": (
        "tf.reduce_mean(keras.Input((T, F)), axis=1)",
        "a shape and no numbers yet",
        "keras.ops.mean(x, axis=1)",
    ),
    "NumPy on a tensor without numbers": (
        "np.mean(keras.Input((T, F)))",
        "nothing can be read",
        "numbers come from predict",
    ),
    "another Input": (
        "keras.Model(keras.Input((T, F)), layers.LSTM(U)(keras.Input((T, F))))",
        "can't be reached from its inputs",
        "keras.Model(x, y)",
    ),
    "a layer for an output": (
        "keras.Model(keras.Input((T, F)), layers.LSTM(U))",
        "The inputs and outputs of a Model, and all between, must be what an Input or a called",
        "keras.Model(x, y)",
    ),
    "one of two inputs": (
        "predict(two_inputs(), X)",
        "functional takes 2 arrays: sequences, row, and got 1.",
        "model.predict([x1, x2])",
    ),
    "the shapes of a model without an Input": (
        "keras.Sequential([layers.LSTM(U)]).output_shape",
        "doesn't know its shapes yet",
        "keras.Sequential([keras.Input(",
    ),
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
    "flat data": (
        "layers.LSTM(4)(keras.Input((5,)))",
        "(None, 5)",
        "=True",
    ),
    "stacked without sequences": (
        "keras.Sequential([keras.Input((5, 2)), layers.LSTM(4), layers.LSTM(4)])",
        "got (None, 4): there is no time axis. Most likely the layer before drops it: an LSTM that",
        "LSTM(units, return_sequences=True)",
    ),
    "batch in the Input": (
        "layers.LSTM(4)(keras.Input((8, 5, 2)))",
        "(None, 8, 5, 2)",
        "keras.Input((5, 2))",
    ),
    "Embedding of features": (
        "keras.Sequential([keras.Input((5, 3)), layers.Embedding(9, 4), layers.LSTM(3)])",
        "got (None, 5, 3, 4): 1 axis too many. Most likely the Input counts the samples, which",
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
        "Dense has no go_backwards: LSTM, GRU and SimpleRNN have it.",
        "help(Dense)",
    ),
    "return_sequences beside the layer inside": (
        "layers.Bidirectional(layers.LSTM(2), return_sequences=True)",
        "Bidirectional has no return_sequences: LSTM, GRU and SimpleRNN have it.",
        "help(Bidirectional)",
    ),
    "return_sequences of Dense": (
        "layers.Dense(3, return_sequences=True)",
        "Dense has no return_sequences: LSTM, GRU and SimpleRNN have it.",
        "help(Dense)",
    ),
    "return_sequences of TimeDistributed": (
        "layers.TimeDistributed(layers.Dense(3), return_sequences=True)",
        "TimeDistributed has no return_sequences: LSTM, GRU and SimpleRNN have it.",
        "help(TimeDistributed)",
    ),
    "units of RepeatVector": (
        "layers.RepeatVector(3, units=2)",
        "RepeatVector has no units: LSTM, GRU and SimpleRNN have it.",
        "help(RepeatVector)",
    ),
    "stateful of Flatten": (
        "layers.Flatten(None, stateful=True)",
        "Flatten has no stateful: LSTM, GRU and SimpleRNN have it.",
        "help(Flatten)",
    ),
    "merge_mode of LSTM": (
        'layers.LSTM(3, merge_mode="sum")',
        "LSTM has no merge_mode, sum: LSTM, GRU and SimpleRNN have it.",
        "help(LSTM)",
    ),
    "unit_forget_bias of GRU": (
        "layers.GRU(3, unit_forget_bias=True)",
        "GRU has no unit_forget_bias: LSTM, GRU and SimpleRNN have it.",
        "help(GRU)",
    ),
    "misspelt where nothing like it is taken": (
        "layers.Dense(4, return_sequence=True)",
        "Dense has no return_sequence.",
        "return_sequences=…",
    ),
    "stateful without a batch size": (
        "keras.Sequential([keras.Input((5, 2)), layers.LSTM(4, stateful=True)])",
        "A stateful layer keeps one state for each sample, so the batch size has to be known",
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
        "dense takes one tensor and got 3. Most likely the layer before has return_state=True, and",
        "out, h, c =",
    ),
    "one sample": (
        "every_step().predict(X[0], verbose=0)",
        "(5, 2)",
        "x = x[None]",
    ),
    "time and features swapped": (
        "every_step().predict(np.swapaxes(X, 1, 2), verbose=0)",
        "was made for 2 features and got 5. Most likely the data, or the layer before, has",
        "np.transpose(x, (0, 2, 1))",
    ),
    "swapped in a layer": (
        "[layer(data) for layer in [layers.LSTM(4)] for data in (X, np.swapaxes(X, 1, 2))]",
        "was made for 2 features and got 5. Most likely the data, or the layer before, has",
        "np.transpose(x, (0, 2, 1))",
    ),
    "Flatten of open time": (
        "layers.Dense(1)(layers.Flatten()(keras.Input((None, 2))))",
        "Dense has a weight for each entry of its last axis, and that is open, as in (None, 1):",
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
        "LSTM(units, return_sequences=False)",
    ),
    "no time axis in the output, one column in y": (
        "sequential(keras.Input((5, 2)), layers.LSTM(2)).fit(X, Y, verbose=0)",
        "output: they have different columns. Most likely y has one answer per sample",
        "return_sequences=True)\nDense(1)",
    ),
    "no time axis in y, one column in the output": (
        "every_step().fit(X, np.zeros((8, 2)), verbose=0)",
        "output: they have different columns. Most likely y has one answer per sample",
        "Dense(2)",
    ),
    "the same of whole numbers, and a loss that names the output first": (
        'every_step(loss="huber").fit(X, np.zeros((8, 2), int), verbose=0)',
        "with y: they have different columns. Most likely y has one answer per sample",
        "Dense(2)",
    ),
    "other columns": (
        "sequential(keras.Input((5, 2)), layers.LSTM(3)).fit(X, np.zeros((8, 4)), verbose=0)",
        "different columns",
        "Dense(4)",
    ),
    "other timesteps": (
        "every_step().fit(X, np.zeros((8, 6, 1)), verbose=0)",
        "different timesteps",
        "y = y[:, -5:]",
    ),
    "binary cross-entropy of (5, 1) and ()": (
        'recurrent((5, 1), loss="binary_crossentropy").fit(X, np.zeros((8,)), verbose=0)',
        "output has a time axis and y has none. Most likely y has one answer per sample",
        "y = y[:, None]",
    ),
    "binary cross-entropy of (5, 1) and (1,)": (
        'recurrent((5, 1), loss="binary_crossentropy").fit(X, np.zeros((8, 1)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 1), the output (None, 5): they have",
        "return_sequences=False)",
    ),
    "binary cross-entropy of (5, 1) and (5, 2)": (
        'recurrent((5, 1), loss="binary_crossentropy").fit(X, np.zeros((8, 5, 2)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 5, 2), the output (None, 5, 1): they",
        "Dense(2)",
    ),
    "binary cross-entropy of (1,) and (5, 1)": (
        'recurrent((1,), loss="binary_crossentropy").fit(X, np.zeros((8, 5, 1)), verbose=0)',
        "(None, 1): they have different columns. Most likely y has one answer per sample",
        "Dense(5)",
    ),
    "categorical cross-entropy of (5, 4) and (4,)": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8, 4)), verbose=0)',
        "output has a time axis and y has none. Most likely y has one answer per sample",
        "LSTM(units, return_sequences=False)",
    ),
    "categorical cross-entropy of (4,) and (5, 4)": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8, 5, 4)), verbose=0)',
        "a time axis and the output has none. Most likely y has one answer per timestep",
        "LSTM(units, return_sequences=True)",
    ),
    "categorical cross-entropy of (4,) and (5, 1)": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8, 5, 1)), verbose=0)',
        "(None, 4): they have different columns. Most likely y has one answer per sample",
        "Dense(5)",
    ),
    "categorical cross-entropy of (5, 4) and (5,)": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8, 5)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 5), the output (None, 5, 4): the",
        'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
    ),
    "categorical cross-entropy of (5, 4) and (5, 1)": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8, 5, 1)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 5, 1), the output (None, 5, 4): they",
        'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
    ),
    "categorical cross-entropy of (4,) and ()": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8,)), verbose=0)',
        "The loss wants y in the output's shape: y is (None,), the output (None, 4): they have",
        'model.compile(optimizer, loss="sparse_categorical_crossentropy")',
    ),
    "categorical cross-entropy of (4,) and (1,)": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8, 1)), verbose=0)',
        "(None, 4): they have different columns. Most likely y holds class numbers",
        "sparse_categorical",
    ),
    "categorical cross-entropy of (5, 4) and (6, 4)": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8, 6, 4)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 6, 4), the output (None, 5, 4): they",
        "y = y[:, -5:]",
    ),
    "categorical cross-entropy of (5, 4) and ()": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8,)), verbose=0)',
        "The loss wants y in the output's shape: y is (None,), the output (None, 5, 4): the output",
        "LSTM(units, return_sequences=False)",
    ),
    "categorical cross-entropy of (5, 4) and (3,)": (
        'recurrent((5, 4), loss="categorical_crossentropy").fit(X, np.zeros((8, 3)), verbose=0)',
        "output has a time axis and y has none. Most likely y has one answer per sample",
        "return_sequences=False)\nDense(3)",
    ),
    "categorical cross-entropy of (4,) and (1, 4)": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8, 1, 4)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 1, 4), the output (None, 4): y has a",
        "y = y.reshape(-1, 4)",
    ),
    "categorical cross-entropy of (4,) and (1, 3)": (
        'recurrent((4,), loss="categorical_crossentropy").fit(X, np.zeros((8, 1, 3)), verbose=0)',
        "a time axis and the output has none. Most likely y has one answer per sample",
        "y = y[:, 0]\nDense(3)",
    ),
    "binary cross-entropy of (4,) and (1, 4)": (
        'recurrent((4,), loss="binary_crossentropy").fit(X, np.zeros((8, 1, 4)), verbose=0)',
        "The loss wants y in the output's shape: y is (None, 1, 4), the output (None, 4): y has a",
        "y = y.reshape(-1, 4)",
    ),
    "sparse labels per sample": (
        'every_step(loss="sparse_categorical_crossentropy").fit(X, np.zeros((8, 4)), verbose=0)',
        "y is (None, 4)",
        "Dense(4)",
    ),
    "states of another size": (
        "decoder(8).predict(X, verbose=0)",
        "has 8 units and starts from states of 4",
        "return_state=True",
    ),
    "states of another size, at once, of LSTM": (
        "started(layers.LSTM, (2, 4))",
        "has 3 units and starts from states of 4",
        "return_state=True",
    ),
    "states of another size, at once, of GRU": (
        "started(layers.GRU, (2, 4))",
        "has 3 units and starts from states of 4",
        "return_state=True",
    ),
    "states of another size, at once, of SimpleRNN": (
        "started(layers.SimpleRNN, (2, 4))",
        "has 3 units and starts from states of 4",
        "return_state=True",
    ),
    "states of other samples, of LSTM": (
        "started(layers.LSTM, (4, 3))",
        "The layer got 2 samples and states of 4",
        "the same samples",
    ),
    "states of other samples, of GRU": (
        "started(layers.GRU, (4, 3))",
        "The layer got 2 samples and states of 4",
        "the same samples",
    ),
    "states of other samples, of SimpleRNN": (
        "started(layers.SimpleRNN, (4, 3))",
        "The layer got 2 samples and states of 4",
        "the same samples",
    ),
    "the state of another kind": (
        "starting(layers.GRU(4, return_state=True)).predict(X, verbose=0)",
        "an LSTM starts from two, h and c, a GRU from one",
        "out, *states =",
    ),
    "a sequence as the state of LSTM": (
        "starting(Sequences(4), layers.LSTM).predict(X, verbose=0)",
        "The LSTM starts from (8, 5, 4), a whole sequence",
        "return_state=True",
    ),
    "a sequence as the state of GRU": (
        "starting(Sequences(4), layers.GRU).predict(X, verbose=0)",
        "The GRU starts from (8, 5, 4), a whole sequence",
        "return_state=True",
    ),
    "a sequence as the state of SimpleRNN": (
        "starting(Sequences(4), layers.SimpleRNN).predict(X, verbose=0)",
        "The SimpleRNN starts from (8, 5, 4), a whole sequence",
        "return_state=True",
    ),
    "unpacked one tensor": (
        "list(layers.LSTM(4)(keras.Input((5, 2))))",
        "If it comes from a recurrent layer, it gave, or got, another number of states: with",
        "out, *states = LSTM(units, return_state=True)(x)",
    ),
    "LSTM without units": (
        "layers.LSTM()",
        'LSTM has to know "units".',
        "LSTM(units=…)",
    ),
    "GRU without units": (
        "layers.GRU()",
        'GRU has to know "units".',
        "GRU(units=…)",
    ),
    "SimpleRNN without units": (
        "layers.SimpleRNN()",
        'SimpleRNN has to know "units".',
        "SimpleRNN(units=…)",
    ),
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
        "3 values were to be unpacked, and more came. If it comes from a recurrent layer, it gave",
        "*states",
    ),
    "flat data into a convolution": (
        "layers.Conv1D(3, 2)(keras.Input((5,)))",
        "got (None, 5): there is no time axis. Most likely it is the first layer, and the data, or",
        "x[..., None]",
    ),
    "logits of other columns": (
        "tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 3)), np.zeros((8, 4)))",
        "Cross-entropy wants a column of y for each of the output, which has 4; y has 3.",
        "Dense(3)",
    ),
    "logits of every step": (
        "tf.nn.softmax_cross_entropy_with_logits(np.zeros((8, 4)), np.zeros((8, 5, 4)))",
        "the output is [40,4], y [8,4]",
        "LSTM(units, return_sequences=False)",
    ),
    "binary cross-entropy of every step": (
        "tf.nn.sigmoid_cross_entropy_with_logits(np.zeros((8, 1)), np.zeros((8, 5, 1)))",
        "output has a time axis and y has none. Most likely y has one answer per sample",
        "LSTM(units, return_sequences=False)",
    ),
}
"""By name the code of a mistake, and a part of the cause and of the fix that are told for it."""

TWO_OUTPUTS = "model, y1, y2 = two_outputs(), LAST, LAST"
NEEDS = {
    "both directions apart": (
        "recurrent_layer = layers.GRU(F, return_state=True, return_sequences=True)\n"
        "layer = layers.GRU(F)"
    ),
    "a table": "x, dataset = ROWS, dataset(ROWS)",
    "one number a step": "x = X[:, :, 0]",
    "a part of a dataset for validation": "dataset = dataset(X, LAST).batch(2)",
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
    ("layer=…", "layer=layers.LSTM(4)"),
    ("cell=…", "cell=layers.LSTMCell(4)"),
    ("(n=…", "(n=2"),
    ("_dim=…", "_dim=2"),
    ("=…", "=True"),
    ('keras.models.load_model("model.h5", custom_objects={"LSTM": Older})', "Older(4)"),
    ('keras.models.load_model("model.h5", custom_objects={"GRU": Older})', "Older(4)"),
)
"""What a person would write where the code leaves a gap, and what stands for a file of Keras 2."""
