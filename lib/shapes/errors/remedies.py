"""Remedies and lines of code for several messages."""

from lib.shapes.doctor.fixes import EVERY_STEP, LAST_STEP
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
DECODER = (
    "out, *states = LSTM(units, return_state=True)(x)\n"
    "y = LSTM(units)(RepeatVector(5)(out), initial_state=states)"
)
LAYER_SHAPES = "print([layer.output.shape for layer in model.layers], x.shape)"

FLAT = Remedy(
    "each number of a sample is a timestep, and the feature axis is missing",
    "Add the feature axis.",
    f"x = x[..., None]  # (samples, timesteps, 1)\n{INPUT}",
)
TABLE = Remedy(
    "x holds rows of a table (features, no time axis)",
    "Cut windows of rows, or make each row a sequence of one timestep.",
    f"{WINDOWS}\n# or:\nx = x[:, None]",
)
ONE_SAMPLE = Remedy("x is one sample without the batch axis", "Add the axis.", "x = x[None]")
UNBATCHED = Remedy(
    "x comes from a dataset that wasn't batched", "Call batch.", "dataset = dataset.batch(32)"
)
BATCHED_TWICE = Remedy(
    "a dataset was batched twice, or x is an array of batches",
    "Batch only once.",
    "dataset = dataset.unbatch()\n# or:\nx = x.reshape(-1, *x.shape[2:])",
)
AXIS_OF_1 = Remedy("one axis has size 1", "Remove the axis.", "x = np.squeeze(x, axis={place})")
SWAPPED = Remedy(
    "timesteps and features are swapped",
    "Transpose x. A reshape would mix up the values.",
    "x = np.transpose(x, (0, 2, 1))",
)
IMAGE = Remedy(
    "each timestep is an image (its rows and columns are the last axes)",
    "Flatten each image.",
    "TimeDistributed(Flatten())\n# or:\nx = x.reshape(x.shape[0], x.shape[1], -1)",
)
LENGTHS = Remedy("the sequences have different lengths", "Pad x, and mask the padding.", PAD)

OTHER_FEATURES = Remedy(
    "the data or the previous layer doesn't have the number of features that the model expects",
    "Build the model for the data's number of features, or pass data with the expected number.",
    "keras.Input(({sample}))",
)
OTHER_LENGTH = Remedy(
    "the sequences have a different length from the model's",
    "Cut or pad them to the model's length, or set that length to None.",
    'x = keras.utils.pad_sequences(x, {steps}, padding="post", dtype="float32")\n'
    f"# or:\n{ANY_LENGTH}",
)
OTHER_INPUT = Remedy(
    "the data belong to another Input, or the axes are in another order",
    "Give x the shape of the Input.",
    "print(x.shape, model.input_shape)",
)
BATCH_IN_INPUT = Remedy(
    "the Input includes the samples axis (Keras adds this axis itself)",
    "Give Input the shape of one sample.",
    "keras.Input(({sample}))",
)
WHOLE_TABLE = Remedy(
    "the Input counts all rows of the table as timesteps",
    "Cut windows, and give Input the shape of one window.",
    f"{WINDOWS.format(steps=12)}\n{INPUT}",
)
BATCH_SHAPE = Remedy(
    "batch_shape lacks the batch size in front of the shape of one sample",
    "Put the batch size, or None, in front.",
    "keras.Input(batch_shape=(None, {sample}))",
)
EMBEDDED = Remedy(
    "an earlier layer adds an axis, as Embedding does",
    "Leave the features out of the Input.",
    "keras.Input((x.shape[1],))  # before an Embedding",
)
FLAT_INPUT = Remedy(
    "the layer is the first, and the data or the Input has no time axis",
    "Add a third axis to both: one number per timestep, or windows of rows.",
    f"x = x[..., None]\n{INPUT}\n# or:\n{WINDOWS}",
)
LAYER_BEFORE = Remedy(
    "the previous layer drops the time axis (Flatten, pooling, return_sequences=False)",
    "Set return_sequences=True on that layer, or remove the layer.",
    f"{EVERY_STEP}  # the previous layer",
)
ENCODER = Remedy(
    "the previous recurrent layer (the encoder) returns every timestep",
    "Set return_sequences=False on the encoder.",
    LAST_STEP,
)
WRAPPED = Remedy(
    "the layer should process every timestep",
    "Wrap it in TimeDistributed. Conv2D always needs the wrapper, Dense only in old versions.",
    "TimeDistributed({kind})",
)

SHORT_BATCH = Remedy(
    "the last batch is shorter, and a stateful layer keeps one state for each sample",
    "Drop the last samples, of validation data too, so that batches of {full} fit.",
    WHOLE_BATCHES,
)
OTHER_BATCH = Remedy(
    "the model was built for a different batch size from fit's (32 by default)",
    "Pass the batch size of the Input to fit, evaluate and predict.",
    "model.fit(x, y, batch_size={full})",
)
FIXED_BATCH = Remedy(
    "the batch size is fixed at {full} (stateful=True, batch_shape, batch_input_shape)",
    "Pass fit, evaluate and predict whole batches, or copy the weights to another model.",
    f"{WHOLE_BATCHES}\n# or:\n{TWIN}",
)
FOLDED = Remedy(
    "a reshape turns timesteps into samples, or your own code fixes the batch size",
    "Keep the batch as the first axis, and take its size from the tensor.",
    "batch_size = keras.ops.shape(x)[0]",
)
