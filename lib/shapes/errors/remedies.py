"""Remedies that several messages share, and lines of code that stand in several remedies."""

from lib.shapes.doctor.fixes import EVERY_STEP, LAST_STEP, compile_with
from lib.shapes.remedy import Remedy

COLUMNS = 'model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])'
SPARSE = compile_with("sparse_categorical_crossentropy")
INPUT = "keras.Input((timesteps, features))"
PAD = 'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")'
WINDOWS = "x = np.stack([x[i : i + timesteps] for i in range(len(x) - timesteps + 1)])"
WHOLE_BATCHES = (
    "n = len(x) // {full} * {full}\nmodel.fit(x[:n], y[:n], batch_size={full}, shuffle=False)"
)
TWIN = "twin.set_weights(model.get_weights())  # or, to predict"
DECODER = (
    "out, *states = LSTM(units, return_state=True)(x)\n"
    "y = LSTM(units)(decoder_input, initial_state=states)"
)
LAYER_SHAPES = "print([layer.output.shape for layer in model.layers], x.shape)"
_CLASSES = "y = np.argmax(y, axis=-1)"

# What x is.
FLAT = Remedy(
    "each number of a sample is a timestep, and the axis of features is missing",
    "Add it.",
    "x = x[..., None]  # (samples, timesteps, 1)\nkeras.Input((timesteps, 1))",
)
TABLE = Remedy(
    "these are rows of a table, features of one timestep, and the time axis is missing",
    "Cut windows of rows; or make each row a sequence of one.",
    f"{WINDOWS}\n# or:\nx = x[:, None]",
)
ONE_SAMPLE = Remedy("it is one sample without the batch axis", "Add that.", "x = x[None]")
UNBATCHED = Remedy(
    "it comes from a dataset that wasn't batched", "Batch it.", "dataset = dataset.batch(32)"
)
BATCHED_TWICE = Remedy(
    "a dataset was batched twice, or x is an array of batches",
    "Batch once.",
    "dataset = dataset.unbatch()\n# or:\nx = x.reshape(-1, *x.shape[2:])",
)
AXIS_OF_1 = Remedy("one axis is 1", "Squeeze it out.", "x = np.squeeze(x, axis={place})")
SWAPPED = Remedy(
    "timesteps and features are swapped",
    "Transpose them; a reshape would mix the values up.",
    "x = np.transpose(x, (0, 2, 1))",
)
IMAGE = Remedy(
    "the last axes are the rows and columns of an image, at each timestep",
    "Flatten each.",
    "TimeDistributed(Flatten())\n# or:\nx = x.reshape(x.shape[0], x.shape[1], -1)",
)
LENGTHS = Remedy("the sequences have different lengths", "Pad them, and mask the padding.", PAD)

# What the model was built for.
OTHER_FEATURES = Remedy(
    "the data, or the layer before, has other features than the model was built for",
    "Build the model for the data, or give it what it was built for.",
    "keras.Input(({sample}))",
)
OTHER_LENGTH = Remedy(
    "the sequences are longer or shorter than those that the model was built for",
    "Cut or pad each to that length; or leave it open.",
    'x = keras.utils.pad_sequences(x, {steps}, padding="post", dtype="float32")\n'
    "# or:\nkeras.Input((None, features))",
)
OTHER_INPUT = Remedy(
    "the data are meant for another Input, or in another order",
    "Bring them to the shape of the Input.",
    "print(x.shape, model.input_shape)",
)
BATCH_IN_INPUT = Remedy(
    "the Input counts the samples, which Keras adds by itself, as None",
    "Give Input the shape of one sample.",
    "keras.Input(({sample}))",
)
WHOLE_TABLE = Remedy(
    "the Input counts the rows of the whole table for timesteps",
    "Cut windows, and give Input the shape of one.",
    f"{WINDOWS}\n{INPUT}",
)
BATCH_SHAPE = Remedy(
    "batch_shape is that of a sample, and lacks the samples in front",
    "Put the batch in front, or None.",
    "keras.Input(batch_shape=(None, {sample}))",
)
EMBEDDED = Remedy(
    "a layer before adds an axis, as an Embedding does, which takes (samples, timesteps)",
    "Give its Input the timesteps alone.",
    "keras.Input((timesteps,))  # before an Embedding",
)
FLAT_INPUT = Remedy(
    "it is the first layer, and the data, or its Input, is flat",
    "Give both a third axis: one number at each timestep, or windows of rows.",
    f"x = x[..., None]\nkeras.Input((timesteps, 1))\n# or:\n{WINDOWS}",
)
LAYER_BEFORE = Remedy(
    "the layer before drops it: an LSTM that returns its last step only, Flatten, pooling",
    "Set return_sequences=True there, or take it out.",
    f"{EVERY_STEP}  # the layer before",
)
ENCODER = Remedy(
    "it comes from a recurrent layer, the encoder, that returns every timestep",
    "Let it return the last one only.",
    LAST_STEP,
)
WRAPPED = Remedy(
    "every timestep is to go through it",
    "Wrap it: old versions want that of Dense, and all of Conv2D.",
    "TimeDistributed({kind})",
)

# Batches.
SHORT_BATCH = Remedy(
    "the last batch is shorter, and a stateful layer keeps one state for each sample",
    "Leave out the last samples, of validation data too, so that batches of {full} fit.",
    WHOLE_BATCHES,
)
OTHER_BATCH = Remedy(
    "the model was built for another batch size than fit takes, which is 32 by default",
    "Give fit, evaluate and predict the batch size of the Input.",
    "model.fit(x, y, batch_size={full})",
)
FIXED_BATCH = Remedy(
    "the batch size is fixed at {full}, by stateful=True, batch_shape or batch_input_shape",
    "Give fit, evaluate and predict whole batches of it; or build a twin with the same weights.",
    f"{WHOLE_BATCHES}\n{TWIN}",
)
FOLDED = Remedy(
    "samples are made of timesteps, by a reshape, or your own code has a fixed batch size",
    "Keep the batch as the first axis, and take its size from the tensor.",
    "batch_size = keras.ops.shape(x)[0]",
)

# What y is.
ANSWER_PER_SAMPLE = Remedy("y has one answer for each sample", "Return the last step.", LAST_STEP)
ANSWER_PER_STEP = Remedy("y has one answer for each timestep", "Return every step.", EVERY_STEP)
STEP_OF_Y = Remedy("y has one number for each timestep", "Add an axis of 1.", "y = y[..., None]")
COLUMN_EACH = Remedy(
    "y has a column for each class",
    "End with as many; or, of two classes, make numbers of y.",
    f"Dense({{columns}}, activation='softmax')\n{COLUMNS}\n# or:\n{_CLASSES}",
)
CLASS_NUMBERS = Remedy("y holds class numbers", "Take the loss for that.", SPARSE)
CLASS_COLUMNS = Remedy(
    "y has a column for each class",
    "Take the loss for columns; or make class numbers of y.",
    f"{COLUMNS}\n# or:\n{_CLASSES}",
)
OTHER_COLUMNS = Remedy("output and y have different columns", "End with y's.", "Dense({columns})")
TO_CATEGORICAL_TWICE = Remedy("y went through to_categorical twice", "Undo one of them.", _CLASSES)
Y_IS_A_LIST = Remedy(
    "y is a list, taken for several outputs", "Make an array of it.", "y = np.reshape(y, (-1, 1))"
)
