"""Remedies and lines of code for several messages."""

from lib.shapes.doctor.fixes import BINARY, EVERY_STEP, LAST_STEP, compile_with, last_layer
from lib.shapes.remedy import Remedy

COLUMNS = 'model.compile("adam", loss="categorical_crossentropy", metrics=["accuracy"])'
SPARSE = compile_with("sparse_categorical_crossentropy")
INPUT = "keras.Input(x.shape[1:])"
ANY_LENGTH = "keras.Input((None, x.shape[-1]))"
PAD = 'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")'
WINDOWS = (
    "steps = {steps}  # rows per window\n"
    "x = np.stack([x[i : i + steps] for i in range(len(x) - steps + 1)])"
)
WHOLE_BATCHES = (
    "n = len(x) // {full} * {full}\nmodel.fit(x[:n], y[:n], batch_size={full}, shuffle=False)"
)
TWIN = (
    "one = keras.Input(batch_shape=(1, *model.input_shape[1:]))\n"
    "twin = keras.models.clone_model(model, one)  # predicts any number of samples, one by one\n"
    "twin.set_weights(model.get_weights())"
)
LAYER_SHAPES = "print([layer.output.shape for layer in model.layers], x.shape)"
_CLASSES = "y = np.argmax(y, axis=-1)"

UNBATCHED = Remedy(
    "x comes from a dataset that wasn't batched", "Batch it.", "dataset = dataset.batch(32)"
)
SWAPPED = Remedy(
    "timesteps and features are swapped",
    "Transpose x. A reshape would mix up the values.",
    "x = np.transpose(x, (0, 2, 1))",
)
LENGTHS = Remedy("the sequences have different lengths", "Pad x, and mask the padding.", PAD)

OTHER_FEATURES = Remedy(
    "the data or the previous layer doesn't have the number of {unit}s that the model expects",
    "Build the model for the data's number of {unit}s, or pass data with the expected number.",
    "keras.Input(({sample}))",
)

WEIGHT_PER_LABEL = Remedy(
    "you pass class_weight, and y has a label for each timestep",
    "Pass the weight of each label as sample_weight.",
    "labels = np.argmax(y, axis=-1)  # or y itself, if it holds class numbers\n"
    "model.fit(x, y, sample_weight=np.take(weights, labels))  # weights: one per class",
)
WEIGHT_PER_STEP = Remedy(
    "sample_weight has one number per sample, but the layer returns every step",
    "Repeat it for each timestep.",
    "w = np.repeat(w[:, None], y.shape[1], axis=1)",
)
WEIGHT_OF_LAST_STEP = Remedy(
    "sample_weight has one number per timestep, but the layer returns only the last step",
    "Keep the weights of the last timestep.",
    "w = w[:, -1]",
)
WEIGHTS_WITHOUT_COLUMN = Remedy(
    "y is (samples, timesteps), and the output has one column",
    "Add a last axis of 1 to y. Then weights and masks apply to each timestep.",
    "y = y[..., None]",
)

TARGET_PER_SAMPLE = Remedy("y has one target per sample", "Return only the last step.", LAST_STEP)
TARGET_PER_STEP = Remedy("y has one target per timestep", "Return every step.", EVERY_STEP)
STEP_OF_Y = Remedy("y has one number per timestep", "Add a last axis of 1.", "y = y[..., None]")
TWO_CLASSES = Remedy(
    "there are two classes",
    "Use one column with a sigmoid, and the loss for two classes.",
    f"{last_layer(1, BINARY)}\n{compile_with(BINARY)}",
)
MORE_CLASSES = Remedy(
    "there are more classes",
    "End the model with one column per class.",
    'Dense(int(y.max()) + 1, activation="softmax")',
)
CLASS_NUMBERS = Remedy("y holds class numbers", "Use the sparse loss.", SPARSE)
CLASS_COLUMNS = Remedy(
    "y has a column per class",
    "Use the loss for columns, or convert y to class numbers.",
    f"{COLUMNS}\n# or:\n{_CLASSES}",
)
OTHER_COLUMNS = Remedy(
    "the numbers of columns differ", "End the model with as many columns as y.", "Dense({columns})"
)
TO_CATEGORICAL_TWICE = Remedy("to_categorical was called twice on y", "Undo one call.", _CLASSES)
Y_IS_A_LIST = Remedy(
    "y is a list, read as several outputs", "Convert it to an array.", "y = np.reshape(y, (-1, 1))"
)
