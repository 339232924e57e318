"""Remedies and lines of code for several messages."""

from lib.shapes.remedy import Remedy

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
