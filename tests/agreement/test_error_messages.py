"""Messages of Keras, TensorFlow and NumPy are understood, and what is handed out as code runs.

Each mistake is made, and what is then said is explained with its numbers. More mistakes, around
states, arguments and cross-entropies, are in test_doctor.py.
"""

import re
import traceback

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lib.doctor import diagnose_target
from lib.doctor.loss_shapes import RULES
from lib.errors import explain_error

N, T, F, U = 8, 5, 2, 4
X, Y = np.zeros((N, T, F), "float32"), np.zeros((N, T, 1), "float32")
LAST = Y[:, -1]


def sequential(*parts, loss="mse", **options):
    """A model that is ready for `fit`."""
    model = keras.Sequential(parts)
    model.compile("sgd", loss, **options)
    return model


def every_step(columns=1, **options):
    """(N, T, F) → (N, T, columns)."""
    lstm = layers.LSTM(U, return_sequences=True)
    return sequential(keras.Input((T, F)), lstm, layers.Dense(columns), **options)


def last_step(**options):
    """(N, T, F) → (N, 1)."""
    return sequential(keras.Input((T, F)), layers.LSTM(U), layers.Dense(1), **options)


def stateful(batch_size):
    """(batch_size, T, F) → (batch_size, 1)."""
    lstm = layers.LSTM(1, stateful=True)
    return sequential(keras.Input(batch_shape=(batch_size, T, F)), lstm)


def two_inputs():
    """Sequences and one row of features."""
    sequences, row = keras.Input((T, F), name="sequences"), keras.Input((3,), name="row")
    joined = layers.Concatenate()([layers.LSTM(U)(sequences), row])
    return keras.Model([sequences, row], layers.Dense(1)(joined))


def two_outputs():
    """From sequences, two numbers."""
    x = keras.Input((T, F))
    model = keras.Model(x, [layers.LSTM(1)(x), layers.LSTM(1)(x)])
    model.compile("sgd", "mse")
    return model


def with_states(loss="mse"):
    """A model whose outputs are an LSTM's three."""
    x = keras.Input((T, F))
    model = keras.Model(x, layers.LSTM(1, return_state=True)(x))
    model.compile("sgd", loss)
    return model


def fit(model, x=X, y=LAST, **options):
    """One epoch."""
    return model.fit(x, y, verbose=0, **options)


def predict(model, x):
    """Without a progress bar."""
    return model.predict(x, verbose=0)


def states(count, shape=(N, U)):
    """As many arrays of zeros."""
    return [np.zeros(shape, "float32")] * count


def built(units=U, features=F):
    """A layer with weights."""
    lstm = layers.LSTM(units)
    lstm.build((None, T, features))
    return lstm


def unequal_sequences():
    """A dataset of two sequences, of 5 and 4 timesteps, each with a number."""
    signature = (tf.TensorSpec((None, F)), tf.TensorSpec((1,)))
    pairs = [(X[0], [0.0]), (X[0, :4], [0.0])]
    return tf.data.Dataset.from_generator(lambda: iter(pairs), output_signature=signature)


def dataset(*parts):
    """Of the samples, without batches."""
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0])


RAGGED = tf.ragged.constant([[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]], ragged_rank=1)

MISTAKES = {
    # arguments and their values
    "Bidirectional of nothing": (
        layers.Bidirectional,
        "Bidirectional wraps a recurrent layer",
        "Bidirectional(LSTM(16))",
    ),
    "TimeDistributed of nothing": (
        layers.TimeDistributed,
        "applies it to each timestep",
        "TimeDistributed(Dense(1))",
    ),
    "RepeatVector without a number": (layers.RepeatVector, "as many timesteps", "RepeatVector(t"),
    "Embedding without sizes": (
        layers.Embedding,
        "how many different numbers may come in",
        "Embedding(int(x.max()) + 1, 16)",
    ),
    "Dense without units": (layers.Dense, "Dense has to know how many units", "Dense(16)"),
    "RNN without a cell": (layers.RNN, "with a cell", "RNN(LSTMCell(16))"),
    "Reshape without a shape": (layers.Reshape, "without the batch", "Reshape((timesteps"),
    "Conv1D without sizes": (layers.Conv1D, "how many timesteps it sees", "Conv1D(16, 3)"),
    "weights as an argument": (
        lambda: layers.LSTM(U, weights=[]),
        "LSTM has no weights in Keras 3",
        "layer.set_weights(weights)",
    ),
    "no units": (lambda: layers.LSTM(0), "it got 0", "LSTM(16)"),
    "half a unit": (lambda: layers.Dense(4.5), "it got 4.5", "LSTM(16)"),
    "a shape for units": (
        lambda: layers.LSTM((T, F)),
        "If it comes from a layer: units is",
        "keras.Input((timesteps, features))",
    ),
    "units from a division": (
        lambda: layers.LSTM(9 / 2)(X),
        "18.0 in (2, 18.0) is no whole number",
        "int(units)",
    ),
    "a number for a shape": (lambda: keras.Input(5), "5 is a number", "keras.Input((5, features))"),
    "no shape": (keras.Input, "takes one of two", "keras.Input((timesteps, features))"),
    "the shape in second place": (
        lambda: layers.LSTM(U, (T, F)),
        "(5, 2) stands where the activation belongs",
        "keras.Input((timesteps, features))",
    ),
    "True in second place": (
        lambda: layers.LSTM(U, True),
        "True stands where the activation belongs",
        "return_sequences=True",
    ),
    "a misspelt activation": (lambda: layers.LSTM(U, activation="than"), "name than", '"tanh"'),
    "a misspelt loss": (
        lambda: fit(last_step(loss="mean_square_error")),
        "no loss of the name mean_square_error",
        '"mean_squared_error"',
    ),
    "units twice": (lambda: layers.LSTM(U, units=U), "got units twice", "LSTM(16, return_seq"),
    "another merge_mode": (
        lambda: layers.Bidirectional(layers.LSTM(U), merge_mode="cat"),
        "cat is no way",
        'merge_mode="concat"',
    ),
    "RepeatVector of half a step": (lambda: layers.RepeatVector(2.5), "got float", "int(time"),
    "Permute with the batch": (lambda: layers.Permute((0, 2, 1)), "got (0, 2, 1)", "((2, 1))"),
    "return_sequences in the call": (
        lambda: layers.LSTM(U)(X, return_sequences=True),
        "second brackets",
        "LSTM(units, return_sequences=…)(x)",
    ),
    "states by another name": (
        lambda: layers.LSTM(U)(X, states=states(2)),
        "has no states in its call",
        "initial_state=[h, c]",
    ),
    "inputs by name": (lambda: layers.LSTM(U)(inputs=X), "called sequences", "LSTM(units)(x)"),
    "a cell for a layer": (
        lambda: layers.LSTMCell(U)(X),
        "A cell does one timestep",
        "RNN(LSTMCell(units))(x)",
    ),
    # what is no layer, and no tensor
    "a class added": (
        lambda: keras.Sequential([keras.Input((T, F)), layers.LSTM]),
        "LSTM was added, the class",
        "model.add(LSTM(units))",
    ),
    "a called layer added": (
        lambda: keras.Sequential([layers.LSTM(U)(keras.Input((T, F)))]),
        "A tensor was added",
        "keras.Sequential([keras.Input(",
    ),
    "a list added": (
        lambda: keras.Sequential([[layers.LSTM(U)]]),
        "What was added is no layer: [<LSTM name=",
        "a flat list",
    ),
    "Bidirectional of a class": (
        lambda: layers.Bidirectional(layers.GRU),
        "GRU without brackets is the class",
        "Bidirectional(GRU(units))(x)",
    ),
    "TimeDistributed of a called layer": (
        lambda: layers.TimeDistributed(layers.Dense(1)(keras.Input((T, F)))),
        "what it returned is a tensor",
        "TimeDistributed(Dense(1))(x)",
    ),
    "Bidirectional of a number": (lambda: layers.Bidirectional(U), "no layer: 4", "LSTM(units)"),
    "two layers that read alike": (
        lambda: layers.Bidirectional(layers.LSTM(U), backward_layer=layers.LSTM(U)),
        "the other way round",
        "go_backwards=True",
    ),
    "RNN of a layer": (
        lambda: layers.RNN(layers.LSTM(U))(keras.Input((T, F))),
        "a layer goes through them by itself",
        "RNN(LSTMCell(units))(x)",
    ),
    "RNN of a number": (lambda: layers.RNN(U), "What it got is none", "RNN(LSTMCell(units))"),
    "a cell added": (
        lambda: keras.Sequential([keras.Input((T, F)), layers.GRUCell(U)]),
        "GRUCell does one timestep",
        "GRU(units)\nRNN(GRUCell(units))",
    ),
    "a layer on a list": (
        lambda: layers.LSTM(U)(X.tolist()),
        "with a list of them",
        "np.asarray(x",
    ),
    "a layer on a layer": (
        lambda: layers.Dense(1)(layers.LSTM),
        "A layer was called with a layer",
        "y = Dense(1)(x)",
    ),
    "a layer on nothing": (lambda: layers.LSTM(U)(None), "got None", "return LSTM(units)(x)"),
    # axes and sizes
    "ConvLSTM on rows": (
        lambda: layers.ConvLSTM1D(3, 2)(keras.Input((T, F))),
        "needs (batch, timesteps, rows, channels) and got (None, 5, 2)",
        "keras.Input((timesteps, rows, channels))",
    ),
    "images into an LSTM": (
        lambda: layers.LSTM(U)(layers.Conv2D(3, 2)(keras.Input((8, 8, 1)))),
        "keeps the rows of an image",
        "TimeDistributed(Flatten())  # (None, 7, 7, 3) → (None, 7, 21)",
    ),
    "images in time into an LSTM": (
        lambda: layers.LSTM(U)(keras.Input((T, 7, 7, 3))),
        "2 too many",
        "TimeDistributed(Flatten())  # (None, 5, 7, 7, 3) → (None, 5, 147)",
    ),
    "TimeDistributed convolution of one image": (
        lambda: layers.TimeDistributed(layers.Conv2D(3, 2))(keras.Input((8, 8, 1))),
        "without a time axis",
        "keras.Input((timesteps, rows, columns, channels))",
    ),
    "a table": (
        lambda: fit(last_step(), X[:, 0]),
        "got (None, 2). Most likely these are the rows of a table",
        "x = np.stack([x[i : i + 5]",
    ),
    "one number a step": (
        lambda: fit(last_step(), X[:, :, 0]),
        "one number for each timestep, where it takes 2 features",
        "x = x[..., None]\nkeras.Input((5, 1))",
    ),
    "batched twice": (
        lambda: last_step().fit(dataset(X, LAST).batch(4).batch(2), verbose=0),
        "one axis too many in front",
        "dataset.unbatch()",
    ),
    "not batched": (
        lambda: last_step().fit(dataset(X, LAST), verbose=0),
        "a tf.data.Dataset wasn't batched",
        "dataset = dataset.batch(32)",
    ),
    "Dense on other features": (
        lambda: [dense(X[..., :width]) for dense in [layers.Dense(U)] for width in (2, 1)],
        "made for 2 features and got (8, 5, 1), 1 of them",
        "keras.Input((timesteps, 1))",
    ),
    "longer sequences into a Flatten": (
        lambda: predict(
            sequential(keras.Input((T, F)), layers.Flatten(), layers.Dense(1)), np.zeros((N, 7, F))
        ),
        "Behind a Flatten the timesteps count too",
        "# in place of Flatten",
    ),
    "a slice of the last step": (
        lambda: layers.LSTM(U)(keras.Input((T, F)))[:, -1, :],
        "more axes than there are: 2, (None, 4)",
        "return_sequences=True)(x)[:, -1, :]",
    ),
    "a slice of an array": (lambda: LAST[:, -1, :], "than there are: 2.", "Leave the slice out"),
    "a Lambda with a slice": (
        lambda: layers.Lambda(lambda x: x[:, -1, :])(layers.LSTM(U)(keras.Input((T, F)))),
        "failed on a tensor of (None, 4)",
        "LSTM(units, return_sequences=False)",
    ),
    "Reshape to other sizes": (
        lambda: layers.Reshape((4, 2))(X),
        "there are 10, and the new shape has 8, (5, 2) → (4, 2)",
        "np.stack([table[i : i + timesteps]",
    ),
    "an array of other sizes": (
        lambda: np.zeros((8, 7)).reshape(8, 5, 2),
        "there are 56, and the new shape has 80, into (8,5,2)",
        "with -1 for one of them",
    ),
    "joined with the last step": (
        lambda: layers.Concatenate()([keras.Input((T, F)), keras.Input((F,))]),
        "one has a time axis and the other has none",
        "RepeatVector(timesteps)(b)",
    ),
    "joined with other timesteps": (
        lambda: layers.Concatenate()([keras.Input((T, F)), keras.Input((6, F))]),
        "(None, 5, 2) and (None, 6, 2) are to be joined along the last axis",
        "Concatenate(axis=1)([a, b])",
    ),
    "joined in TensorFlow": (
        lambda: tf.concat([X, LAST], 1),
        "one has a time axis",
        "RepeatVector(timesteps)(b)",
    ),
    "added to other units": (
        lambda: layers.Add()([keras.Input((4,)), keras.Input((3,))]),
        "(4,) and (3,), without the batch",
        "the same units",
    ),
    "a kernel longer than the sequence": (
        lambda: layers.Conv1D(3, 8)(keras.Input((T, F))),
        "sees 8 timesteps at once, and (None, 5, 2) has 5",
        'padding="same"',
    ),
    "predictions of every step against the last": (
        lambda: np.zeros((N, T, F)) - np.zeros((N, 3)),
        "lines (8,5,2) and (8,3) up from the right",
        "model.predict(x)[:, -1]",
    ),
    "scaled back by another scaler": (
        lambda: np.zeros((N, 1)).__imul__(np.ones((N, 3))),
        "fitted to 3 columns",
        "y_scaler.inverse_transform",
    ),
    "sequences of two lengths stacked": (
        lambda: np.stack([X[0], X[0, :4]]),
        "different lengths",
        "pad_sequences",
    ),
    "a transpose of two axes": (lambda: np.transpose(LAST, (0, 2, 1)), "has two", "x[..., None]"),
    "attention on one sequence": (
        lambda: layers.Attention()(keras.Input((T, F))),
        "got one tensor",
        "Attention()([decoded, encoded])",
    ),
    "attention on other units": (
        lambda: layers.Attention()([np.zeros((N, T, 3), "float32"), X]),
        "The query has 3 columns and the value 2",
        "LSTM(2, return_sequences=True)(decoder_input)",
    ),
    # weights
    "weights of other features": (
        lambda: built(features=2).set_weights(built(features=3).get_weights()),
        "has 2 features, and the weights come from one for 3",
        "w.shape for w in model.weights",
    ),
    "weights of other units": (
        lambda: built(8).set_weights(built(4).get_weights()),
        "a kernel's last axis is 32 here and 16 there",
        "as many features and units",
    ),
    "weights before there are any": (
        lambda: layers.LSTM(U).set_weights(built().get_weights()),
        "no weights yet, and got 3",
        "layer.build((None, timesteps, features))",
    ),
    "too few weights": (
        lambda: built().set_weights(built().get_weights()[:2]),
        "has 3 weights and got 2",
        "twin.set_weights(model.get_weights())",
    ),
    # states and masks
    "the output among the states": (
        lambda: layers.LSTM(U)(X, initial_state=states(3)),
        "keeps 2 states and got 3",
        "initial_state=states",
    ),
    "both directions apart": (
        lambda: layers.LSTM(U)(
            layers.Bidirectional(layers.LSTM(U, return_sequences=True), merge_mode=None)(
                keras.Input((T, F))
            )
        ),
        "two sequences, (None, 5, 4) each. Most likely the layer below is a Bidirectional",
        "Bidirectional(LSTM(units, return_sequences=True))",
    ),
    "states in the input list": (
        lambda: layers.LSTM(U)([keras.Input((T, F)), keras.Input((U,)), keras.Input((U,))]),
        "3 tensors",
        "y = layer(x, initial_state=[h, c])",
    ),
    "fewer states than both directions keep": (
        lambda: layers.Bidirectional(layers.LSTM(U))(X, initial_state=states(2)),
        "in Bidirectional from twice as many",
        "[h, c]",
    ),
    "a batch larger than the states": (
        lambda: fit(stateful(4)),
        "the model is stateful and was built for batches of 4",
        "batch_size=4",
    ),
    "validation data that is too short": (
        lambda: fit(stateful(4), batch_size=4, validation_split=0.25),
        "A batch of 2 met something that was made for 4",
        "of validation data too",
    ),
    "unrolled, open time": (
        lambda: layers.LSTM(U, unroll=True)(RAGGED),
        "the number of timesteps is open there",
        "# without unroll",
    ),
    "a mask of fewer timesteps": (
        lambda: layers.LSTM(U)(X, mask=np.ones((N, 4), bool)),
        "the mask is (8, 4), the sequence (8, 5, 2)",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask of more timesteps": (
        lambda: layers.GRU(U)(X, mask=np.ones((N, 7), bool)),
        "the mask is (8, 7), the sequence (8, 5, 2)",
        "Masking(0.0)",
    ),
    "a mask with features": (
        lambda: layers.LSTM(U)(X, mask=np.ones((N, T, F), bool)),
        "this one, (8, 5, 2), has another number of axes",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask for one sample": (
        lambda: layers.LSTM(U)(X, mask=np.ones(T, bool)),
        "this one, (5,), has another number of axes",
        "np.any(x != 0, axis=-1)",
    ),
    "a mask of the inner timesteps": (
        lambda: layers.TimeDistributed(layers.LSTM(U))(
            np.zeros((4, T, 6, F), "float32"), mask=np.ones((4, 6), bool)
        ),
        "got (4, 6) for (4, 5, 6, 2)",
        "x.shape[:2]",
    ),
    # targets
    "a weight per sample for every step": (
        lambda: fit(every_step(), y=Y, sample_weight=np.ones(N)),
        "The loss can't be weighted",
        "np.repeat(w[:, None], timesteps, axis=1)",
    ),
    "weights of other timesteps": (
        lambda: fit(every_step(), y=Y, sample_weight=np.ones((N, 4))),
        "The loss can't be weighted: [?,5] meets [?,4]",
        "of the loss's shape",
    ),
    "a weight per step for the last one": (
        lambda: fit(last_step(), sample_weight=np.ones((N, T))),
        "The loss can't be weighted",
        "w = w[:, -1]",
    ),
    "class_weight for every step": (
        lambda: fit(
            every_step(3, loss="sparse_categorical_crossentropy"),
            y=Y[..., 0].astype(int),
            class_weight={0: 1.0},
        ),
        "class_weight",
        "sample_weight",
    ),
    "states among the outputs": (
        lambda: fit(with_states()),
        "makes its states outputs too",
        "without return_state",
    ),
    "a metric for the last step": (
        lambda: fit(every_step(metrics=["r2_score"]), y=Y),
        "R2Score takes one answer per sample, and the output is (None, 5, 1)",
        'metrics=["mae"]',
    ),
    "a metric for class numbers": (
        lambda: fit(every_step(3, metrics=["sparse_categorical_accuracy"]), y=np.zeros((N, T, 3))),
        "can't compare [?,5,3] with [?,5]",
        'metrics=["accuracy"]',
    ),
    "a column per class for the sparse loss": (
        lambda: fit(last_step(loss="sparse_categorical_crossentropy"), y=np.zeros((N, 3))),
        "y is (None, 3), the output (None, 1)",
        "Dense(classes)",
    ),
    "no y": (lambda: last_step().fit(X, verbose=0), "y is missing", "model.fit(x, y)"),
    # data
    "numbers as objects": (
        lambda: tf.convert_to_tensor(np.array([[1.0, None]], dtype=object)),
        "one of them of the type float",
        'astype("float32")',
    ),
    "sequences as objects": (
        lambda: tf.convert_to_tensor(np.array([[1], [1, 2]], dtype=object)),
        "Python objects of the type list",
        "pad_sequences",
    ),
    "text": (
        lambda: fit(last_step(), y=np.array(["a"] * N)),
        "x or y holds text",
        "np.unique(y, return_inverse=True)",
    ),
    "dates": (
        lambda: fit(last_step(), np.full((N, T, F), "2020-01-01", "datetime64[D]")),
        "holds dates",
        'drop(columns="date")',
    ),
    "lists for x and y": (
        lambda: fit(last_step(), X.tolist(), LAST.tolist()),
        "several inputs, not for an array, and x is a list",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    "a list for y": (
        lambda: fit(last_step(), y=LAST.tolist()),
        "The message names x, and x is fine, of the type ndarray: y, or sample_weight, is the list",
        "y = np.asarray(y)",
    ),
    "a list for y, beside a tensor": (
        lambda: fit(last_step(), tf.constant(X), LAST.tolist()),
        "x is fine, of the type EagerTensor",
        "y = np.asarray(y)",
    ),
    "a list for sample_weight": (
        lambda: fit(last_step(), sample_weight=[1.0] * N),
        "y, or sample_weight, is the list",
        "of sample_weight if there is one",
    ),
    "a loss for each of the states": (
        lambda: fit(with_states(["mse"] * 3)),
        "The outputs of the model, 3, and the parts of y, 1, aren't as many",
        "without return_state",
    ),
    "columns for a metric of class numbers": (
        lambda: tf.squeeze(np.zeros((N, 3)), 1),
        "y has 3 columns, one per class",
        "np.argmax(y, axis=-1)",
    ),
    "a list of samples": (
        lambda: fit(last_step(), list(X)),
        "x is a list of 8 arrays, which Keras takes for 8 inputs",
        "x = np.stack(x)",
    ),
    "fewer weights than samples": (
        lambda: fit(last_step(), sample_weight=np.ones(7)),
        "x and y have 8 samples and sample_weight has 7",
        "np.ones(len(x))",
    ),
    "a ragged tensor": (
        lambda: layers.LSTM(U)(RAGGED),
        "a ragged tensor",
        "ragged.to_tensor(0.0)",
    ),
    "a list of lists of two lengths": (
        lambda: tf.convert_to_tensor([[1, 2], [3]]),
        "sequences of different lengths; or x and y stand in one list",
        "from_tensor_slices((x, y))",
    ),
    "x and y in a list": (lambda: dataset([X, LAST]), "x and y stand in one list", "((x, y))"),
    "padding of uneven steps": (
        lambda: keras.utils.pad_sequences([[[1, 2]], [3]]),
        "in the sequence at 1 a step is (), in others (2,)",
        "reshape(-1, features)",
    ),
    "padding of one sequence": (
        lambda: keras.utils.pad_sequences([1, 2]),
        "one sequence of numbers",
        "pad_sequences([sequence]",
    ),
    "a word that isn't in the vocabulary": (
        lambda: predict(sequential(layers.Embedding(10, 3), layers.LSTM(U)), np.full((3, T), 20)),
        "The Embedding has 10 rows, for the numbers 0 to 9, and x holds 20",
        "Embedding(21, 16)",
    ),
    "two types of numbers": (
        lambda: tf.zeros((2, 3)) - tf.zeros((2, 3), tf.float64),
        "type float meet double",
        'astype("float32")',
    ),
    "sequences of two lengths in a batch": (
        lambda: last_step().fit(unequal_sequences().batch(2), verbose=0),
        "different lengths, [5,2] and [4,2]",
        "padded_batch(32)",
    ),
    "windows in a dataset": (
        lambda: last_step().fit(
            tf.data.Dataset.range(20).window(T, drop_remainder=True).batch(4),
            verbose=0,
        ),
        "gives datasets of their own",
        "flat_map(lambda window: window.batch(timesteps))",
    ),
    "a dataset without shapes": (
        lambda: last_step().fit(
            tf.data.Dataset.from_generator(
                lambda: iter([(X, LAST)]), output_types=(tf.float32, tf.float32)
            ),
            verbose=0,
        ),
        "have no shape",
        "output_signature=signature",
    ),
    "y beside a dataset": (
        lambda: last_step().fit(dataset(X, LAST).batch(4), LAST, verbose=0),
        "y was given beside it",
        "from_tensor_slices((x, y))",
    ),
    "a generator of x alone": (
        lambda: last_step().fit((X for _ in range(2)), verbose=0),
        "gave x alone",
        "yield x, y",
    ),
    "a dataset of other samples": (
        lambda: dataset(X, LAST[:7]),
        "x has 8 samples and y has 7",
        "assert len(x) == len(y)",
    ),
    # functional models
    "a function of TensorFlow": (
        lambda: tf.reduce_mean(keras.Input((T, F)), axis=1),
        "a shape and no numbers yet",
        "keras.ops.mean(x, axis=1)",
    ),
    "NumPy on a tensor without numbers": (
        lambda: np.mean(keras.Input((T, F))),
        "nothing can be read",
        "model.predict(data)",
    ),
    "another Input": (
        lambda: keras.Model(keras.Input((T, F)), layers.LSTM(U)(keras.Input((T, F)))),
        "can't be reached from its inputs",
        "keras.Model(x, y)",
    ),
    "a layer for an output": (
        lambda: keras.Model(keras.Input((T, F)), layers.LSTM(U)),
        "The outputs of a Model must be",
        "keras.Model(x, y)",
    ),
    "one of two inputs": (
        lambda: predict(two_inputs(), X),
        "takes 2 tensors: sequences, row; it received 1",
        "model.predict([x1, x2])",
    ),
    "the shapes of a model without an Input": (
        lambda: keras.Sequential([layers.LSTM(U)]).output_shape,
        "doesn't know its shapes yet",
        "keras.Sequential([keras.Input(",
    ),
    # what is gone
    "predict_classes": (
        lambda: last_step().predict_classes(X),
        "Sequential has no predict_classes",
        "np.argmax(model.predict(x), axis=-1)",
    ),
    "output_shape of a layer": (
        lambda: last_step().layers[0].output_shape,
        "LSTM has no output_shape",
        "layer.output.shape",
    ),
    "CuDNNLSTM": (lambda: layers.CuDNNLSTM(U), "has no CuDNNLSTM", "LSTM(units)"),
    "TimeseriesGenerator": (
        lambda: keras.preprocessing.sequence.TimeseriesGenerator,
        "has no TimeseriesGenerator",
        "timeseries_dataset_from_array",
    ),
}
"""A mistake, and parts of the cause and of the fix that are told for it."""


ROWS = np.zeros((30, F), "float32")
NAMES = {
    "a table": lambda: {"x": ROWS, "dataset": dataset(ROWS)},
    "one number a step": lambda: {"x": X[:, :, 0]},
    "batched twice": lambda: {"dataset": dataset(X, LAST).batch(4).batch(2)},
    "a dataset without shapes": lambda: {"x": tf.constant(X[0])},
    "joined with the last step": lambda: {"b": np.zeros((N, U), "float32")},
    "joined in TensorFlow": lambda: {"b": np.zeros((N, U), "float32")},
    "predictions of every step against the last": lambda: {"y": LAST},
    "sequences of two lengths stacked": lambda: {"sequences": [X[0], X[0, :4]]},
    "a list of samples": lambda: {"x": list(X)},
    "sequences as objects": lambda: {"x": [[1], [1, 2]]},
    "text": lambda: {"y": np.array(["a", "b"]), "table": Table()},
    "dates": lambda: {"table": Table()},
    "one of two inputs": lambda: {"x1": X, "x2": np.zeros((N, 3)), "model": two_inputs()},
    **{
        name: lambda: {"model": two_outputs(), "y1": LAST, "y2": LAST}
        for name in ("states among the outputs", "a loss for each of the states")
    },
    "states in the input list": lambda: {
        "recurrent_layer": layers.LSTM(F, return_sequences=True, return_state=True),
        "layer": layers.LSTM(F, return_sequences=True),
    },
    "output_shape of a layer": lambda: {"layer": last_step().layers[0]},
    "windows in a dataset": lambda: {"dataset": tf.data.Dataset.range(20)},
    "a transpose of two axes": lambda: {"x": LAST},
}
"""What a piece of code needs other than the usual names."""


class Scaler:
    """As much of scikit-learn's as the code uses."""

    def fit(self, _):
        """Nothing to learn."""
        return self

    def inverse_transform(self, y):
        """Nothing to undo."""
        return y


class Table:
    """As much of pandas's as the code uses."""

    def drop(self, columns):
        """Without some columns."""
        assert columns
        return self

    def to_numpy(self, dtype):
        """Its numbers."""
        return ROWS.astype(dtype)


def usual_names():
    """What the code that is handed out supposes to be there."""
    recurrent = layers.LSTM(U, return_sequences=True, return_state=True)
    return {
        **{name: getattr(layers, name) for name in dir(layers) if name[0].isupper()},
        **{"np": np, "keras": keras, "tf": tf, "layers": layers, "MinMaxScaler": Scaler},
        **{"N": N, "timesteps": T, "features": F, "units": U, "classes": 3, "batch_size": 4},
        **{"rows": 8, "columns": 8, "channels": 1, "filters": 3, "kernel_size": 2},
        **{"optimizer": "sgd", "loss": "mse", "model": every_step(), "twin": every_step()},
        **{"x": X, "y": Y, "w": np.ones(N), "inputs": X, "data": X, "decoder_input": X},
        **{
            "a": np.zeros((N, T, U)),
            "b": np.zeros((N, T, U)),
            "h": states(1)[0],
            "c": states(1)[0],
        },
        **{"layer": layers.LSTM(U, return_sequences=True), "recurrent_layer": recurrent},
        **{"sequences": list(X), "sequence": X[0], "ragged": RAGGED, "table": ROWS},
        **{"dataset": dataset(X, LAST), "generate": lambda: iter([(X, LAST)])},
        **{"weights": built().get_weights()},
    }


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_keras_own_message_is_understood_and_the_code_runs(mistake):
    """The last line alone will do, and so will the whole traceback."""
    make, cause, fix = MISTAKES[mistake]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the message is what is looked at
        make()
    whole = "".join(traceback.format_exception(caught.value))
    for text in (str(caught.value), whole):
        told = explain_error(text)
        assert cause in told.cause
        assert fix in f"{told.fix}\n{told.code}"
    code = told.code.replace("=…", "=True")
    exec(code, usual_names() | NAMES.get(mistake, dict)())  # noqa: S102 - what is handed out


def says(make):
    """What it raises: the message, and the whole traceback."""
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)) as caught:
        make()
    return str(caught.value), "".join(traceback.format_exception(caught.value))


def recurrent(output, timesteps=T):
    """A layer of an LSTM with that output, without the samples."""
    lstm = layers.LSTM(output[-1], return_sequences=len(output) == 2)
    return sequential(keras.Input((timesteps, F)), lstm)


def mended(code, output, y):
    """The shapes of output and y, once the code is followed."""
    names = {"np": np, "x": X, "y": np.zeros((N, *y)), "units": U}
    changes, lstm = [], layers.LSTM(output[-1], return_sequences=len(output) == 2)
    for line in code.splitlines():
        if line.startswith("LSTM"):
            lstm = eval(line, {"LSTM": layers.LSTM, "units": output[-1]})  # noqa: S307 - handed out
        elif line.startswith("Dense"):
            changes.append(eval(line, {"Dense": layers.Dense}))  # noqa: S307 - what is handed out
        else:
            exec(line, names)  # noqa: S102 - what the decoder hands out
    model = keras.Sequential([keras.Input(names["x"].shape[1:]), lstm, *changes])
    return model.output_shape, names["y"].shape


PAIRS = [
    ((T, 3), (3,)),
    ((T, 3), (1,)),
    ((T, 3), ()),
    ((T, 3), (T,)),
    ((T, 3), (2,)),
    ((T, 3), (T, 2)),
    ((T, 3), (6, 3)),
    ((T, 3), (6, 1)),
    ((T, 3), (3, T)),
    ((T, 1), (3,)),
    ((T, 1), (6, 3)),
    ((3,), (T, 3)),
    ((3,), (T, 2)),
    ((3,), (T, 1)),
    ((3,), (2,)),
    ((3,), ()),
    ((1,), (T, 3)),
    ((3,), (1, 2)),
]


UNCLEAR = [((T, 1), (3,)), ((3,), (T, 1)), ((3,), (2,))]
"""Those that end up with two axes each, once Keras has dropped a last axis of 1."""


@pytest.mark.parametrize(("output", "y"), PAIRS)
def test_what_mends_a_loss_in_fit_ends_in_a_correct_pairing(output, y):
    """The message says which is y, and whether Keras dropped an axis, so there is one answer."""
    for text in says(lambda: fit(recurrent(output), y=np.zeros((N, *y)), batch_size=6)):
        told = explain_error(text)
        assert told.cause.startswith("The loss can't pair [")
        assert diagnose_target(*mended(told.code, output, y), "mse").verdict == "correct"


@pytest.mark.parametrize(
    ("output", "y"),
    [
        ((T, 3), (1,)),
        ((T, 3), ()),
        ((T, 3), (4,)),
        ((T, 3), (6,)),
        ((T, 3), (3,)),
        ((T, 3), (T, 3)),
        ((3,), (T, 3)),
        ((T, 3), (T, 4)),
    ],
)
def test_each_way_out_of_the_sparse_loss_error_ends_in_a_correct_pairing(output, y):
    """They are the target doctor's; of two each is followed by itself, and `fit` takes it."""
    model = recurrent(output)
    model.compile("sgd", "sparse_categorical_crossentropy")
    message, _ = says(lambda: fit(model, y=np.zeros((N, *y))))
    for way in explain_error(message).code.split("# or:"):
        names = {"np": np, "y": np.zeros((N, *y)), "units": 3, "outputs": keras.Input((T, F))}
        lines, loss = way.strip().splitlines(), "sparse_categorical_crossentropy"
        if not any(line.startswith("LSTM") for line in lines):
            lines.insert(0, f"LSTM(units, return_sequences={len(output) == 2})")
        inputs = names["outputs"]
        for line in lines:
            if line.startswith("model.compile"):
                loss = line.split('"')[1]
            elif line.startswith(("LSTM", "Dense")):
                exec(f"outputs = layers.{line}(outputs)", names | {"layers": layers}, names)  # noqa: S102
            else:
                exec(line, names)  # noqa: S102 - what the decoder hands out
        mended = keras.Model(inputs, names["outputs"])
        mended.compile("sgd", loss)
        fit(mended, y=names["y"])
        told = diagnose_target(mended.output_shape, names["y"].shape, loss)
        assert told.verdict == "correct"


@pytest.mark.parametrize(("output", "y"), PAIRS)
def test_a_loss_called_by_hand_is_told_by_its_traceback(output, y):
    """Two axes may have been three there; then both readings are said, and what to print."""
    y_true, y_pred = np.zeros((N, *y), "float32"), tf.zeros((N, *output))
    message, whole = says(lambda: keras.losses.MeanSquaredError()(y_true, y_pred))
    assert explain_error(message).cause.startswith("Most likely it is the loss that can't pair [8")
    told = explain_error(whole)
    assert told.cause.startswith("The loss can't pair [8")
    assert ", y with the output" in told.cause
    if (output, y) in UNCLEAR:
        assert "timesteps may have met columns" in told.cause
        assert told.code.startswith("print(y.shape, model.output_shape)")
    else:
        assert diagnose_target(*mended(told.code, output, y), "mse").verdict == "correct"


@pytest.mark.parametrize("loss", [rule.name for rule in RULES.values() if not rule.checks])
def test_of_every_loss_that_broadcasts_it_is_known_whether_y_comes_first(loss):
    """In some the output does; in `fit`, by hand, and with whole numbers, which are cast.

    But where a product fails as the graph runs, TensorFlow may have swapped the two: cosine
    similarity and hinge do it for some names of layers and not for others.
    """
    longer, rows, y_pred = np.ones((N, 6, 3), int), np.ones((N, 3), int), tf.ones((N, T, 3))
    model = recurrent((T, 3))
    model.compile("sgd", loss)
    when_traced, _ = says(lambda: fit(model, y=longer))
    at_run_time, _ = says(lambda: fit(model, y=rows, batch_size=6))  # and a last batch of 2
    forward, _ = says(lambda: model.evaluate(X, rows, batch_size=6, verbose=0))
    _, by_hand = says(lambda: keras.losses.get(loss)(longer, y_pred))
    for text, y in (
        (when_traced, "[?,6,3]"),
        (at_run_time, "[6,3]"),
        (forward, "[6,3]"),
        (by_hand, "[8,6,3]"),
    ):
        cause = explain_error(text).cause
        order = "y with the output" if f"can't pair {y} with" in cause else "the output with y"
        assert y in cause
        # `fit` stops at the product or at its gradient, whichever is first.
        product = re.search(r"node compile_loss/\w+/mul(_\d)? defined at", text)
        assert (f", {order}: " in cause) != bool(product)


def test_a_subtraction_by_hand_keeps_an_axis_of_1():
    """Which Keras's losses drop."""
    message, _ = says(lambda: tf.reduce_mean((tf.zeros((N, T)) - tf.zeros((N, T, 1))) ** 2))
    told = explain_error(message)
    assert "the same but for a last axis of 1" in told.cause
    assert "y = y[..., None]" in told.code
