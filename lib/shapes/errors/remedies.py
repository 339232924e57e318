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
DECODER = (
    "out, *states = LSTM(units, return_state=True)(x)\n"
    "y = LSTM(units)(RepeatVector(5)(out), initial_state=states)"
)
LAYER_SHAPES = "print([layer.output.shape for layer in model.layers], x.shape)"
_CLASSES = "y = np.argmax(y, axis=-1)"

FLAT = Remedy(
    "each number of a sample is a timestep, and the feature axis is missing",
    "Add the feature axis to x.",
    f"x = x[..., None]  # (samples, timesteps, 1)\n{INPUT}",
)
TABLE = Remedy(
    "x holds rows of a table (features, no time axis)",
    "Cut windows of rows, or make each row a sequence of one timestep.",
    f"{WINDOWS}\n# or:\nx = x[:, None]",
)
ONE_SAMPLE = Remedy(
    "x is one sample without the batch axis", "Add the samples axis to x.", "x = x[None]"
)
UNBATCHED = Remedy(
    "x comes from a dataset that wasn't batched", "Batch it.", "dataset = dataset.batch(32)"
)
BATCHED_TWICE = Remedy(
    "a dataset was batched twice, or x is an array of batches",
    "Batch only once.",
    "dataset = dataset.unbatch()\n# or:\nx = x.reshape(-1, *x.shape[2:])",
)
AXIS_OF_1 = Remedy(
    "one axis of x has size 1", "Remove this axis.", "x = np.squeeze(x, axis={place})"
)
SAMPLES_TWICE = Remedy(
    "x contains its number of samples twice",
    "Build x again as (samples, timesteps, features), for example from two columns a and b.",
    "x = np.stack([a, b], axis=-1)[:, None]  # (samples, 1, 2)",
)
STEPS_FIRST = Remedy(
    "x is one sample with timesteps first", "Swap two axes.", "x = np.swapaxes(x, 0, 1)"
)
FLAT_SAMPLES = Remedy("each sample of x is flat", "Reshape x.", "x = x.reshape({shape})")
SERIES = Remedy(
    "x is one long series", "Cut windows, and add an axis.", f"{WINDOWS}\nx = x[..., None]"
)
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
ONE_NUMBER = Remedy("each sample of x is one number", "Add an axis.", "x = x[:, None]")
NO_CHANNELS = Remedy(
    "x holds gray images without a channel axis",
    "Add a last axis of 1.",
    f"x = x[..., None]\n{INPUT}",
)
CHANNELS_FIRST = Remedy(
    "x has its channels before rows and columns", "Move the channels.", "x = np.moveaxis(x, -3, -1)"
)
NO_IMAGES = Remedy("x holds sequences, not images", "Use Conv1D.", "Conv1D(16, 3)")
SINGLE_IMAGES = Remedy(
    "each sample of x is one image, without a time axis", "Cut windows of images.", WINDOWS
)
RAW_IMAGES = Remedy(
    "x holds raw images, but the model takes the features of each image",
    "Run the images through the network that computed the features for training.",
    "images = x.reshape(-1, *x.shape[2:])  # the input of that network",
)

OTHER_FEATURES = Remedy(
    "the data or the previous layer doesn't have the number of {unit}s that the model expects",
    "Build the model for the data's number of {unit}s, or pass data with the expected number.",
    "keras.Input(({sample}))",
)
FLATTENED_STEPS = Remedy(
    "a Flatten before the layer turns a varying number of timesteps into features",
    "Pad the sequences, or replace Flatten with return_sequences=False.",
    f"{LAST_STEP}  # in place of Flatten",
)
OTHER_WINDOWS = Remedy(
    "the model was trained with windows of {steps} steps",
    "Cut windows of {steps} steps, as for training. pad_sequences {padding}.",
    "x = np.stack([table[i : i + {steps}] for i in range(len(table) - {steps} + 1)])\n"
    '# or:\nx = keras.utils.pad_sequences(x, {steps}, dtype="float32")',
)
ANY_STEPS = Remedy(
    "you can build the model again", "Set the number of timesteps to None.", ANY_LENGTH
)
TOKENS = Remedy(
    "the texts are encoded or padded in another way than for training",
    "Use the vocabulary of training, and pad to {steps} tokens. pad_sequences {padding}.",
    "x = keras.utils.pad_sequences(x, {steps})",
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
    "an Embedding receives vectors (one-hot rows, word vectors) instead of word numbers",
    "Pass word numbers (samples, timesteps), or remove the Embedding.",
    "x = np.argmax(x, axis=-1)  # one-hot rows to word numbers",
)
FLAT_INPUT = Remedy(
    "the layer is the first, and the data or the Input has no time axis",
    "Add a third axis to both: one number per timestep, or windows of rows.",
    f"x = x[..., None]\n{INPUT}\n# or:\n{WINDOWS}",
)
LAYER_BEFORE = Remedy(
    "the previous layer returns only its last step (return_sequences=False)",
    "Set return_sequences=True on that layer. Before a decoder, repeat the encoder's output.",
    f"{EVERY_STEP}  # the previous layer\n# or:\nRepeatVector(12)  # before a decoder",
)
FLATTENED = Remedy(
    "a Flatten, Dense or pooling before the layer returns one vector per sample",
    "Move Flatten behind the layer, wrap the layers of images in TimeDistributed, or split the "
    "vector into timesteps.",
    "TimeDistributed(Flatten())  # for sequences of images\n# or:\nReshape((-1, 16))",
)
ALREADY_FLAT = Remedy("the previous layer returns vectors", "Remove Flatten.", "Dense(1)")
CONVOLVED = Remedy(
    "a Conv2D or pooling before the layer returns rows and columns",
    "For sequences of images, wrap the layers before in TimeDistributed. In single images, make "
    "each row a timestep.",
    "TimeDistributed(Conv2D(16, 3))\nTimeDistributed(Flatten())\n# or:\nReshape(({rows}, -1))",
)
ENCODER = Remedy(
    "the previous recurrent layer (the encoder) returns every timestep",
    "Set return_sequences=False on the encoder.",
    LAST_STEP,
)
SEVERAL_VECTORS = Remedy(
    "your own code before the layer returns several vectors per sample",
    "Reduce them to one vector: sum, pool or flatten.",
    "GlobalAveragePooling1D()  # before the layer",
)
WRAPPED = Remedy(
    "the layer should process every timestep",
    "Wrap it in TimeDistributed. Conv2D always needs the wrapper, Dense only in old versions.",
    "TimeDistributed({kind})",
)

# Expected (or the layer) and received number of axes → fixes, likeliest first.
OF_AXES: dict[tuple[int | str, int], list[Remedy]] = {
    (3, 2): [LAYER_BEFORE, FLATTENED, FLAT_INPUT],
    (2, 3): [ENCODER, SEVERAL_VECTORS],
    (2, 1): [ONE_NUMBER, ONE_SAMPLE],
    ("dense", 3): [ENCODER, WRAPPED],
    ("embedding", 3): [EMBEDDED],
    ("", 3): [EMBEDDED, ENCODER, WRAPPED],
    ("flatten", 2): [ALREADY_FLAT],
    ("conv1d", 4): [WRAPPED, BATCH_IN_INPUT],
    ("maxpooling1d", 4): [WRAPPED, BATCH_IN_INPUT],
    (3, 4): [BATCH_IN_INPUT, CONVOLVED, EMBEDDED],
    (3, 5): [IMAGE],
    (4, 2): [FLATTENED],
    (4, 3): [NO_CHANNELS, NO_IMAGES, ONE_SAMPLE],
    (4, 5): [WRAPPED, BATCH_IN_INPUT],
    (5, 4): [SINGLE_IMAGES, LAYER_BEFORE, NO_CHANNELS],
    (5, 6): [BATCH_IN_INPUT],
}

UNWRAPPED = Remedy("each sample is a vector", "Use the inner layer alone.", "Dense(1)")
OTHER_LAYERS = Remedy(
    "the layers before the Reshape return other sizes than planned",
    "Check the rows and columns of the Input, and the strides of the layers.",
    LAYER_SHAPES,
)
OTHER_RESHAPE = Remedy("the Reshape is wrong", "Let Keras compute a size.", "Reshape((12, -1))")

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
