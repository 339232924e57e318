"""Messages about arrays, lists and datasets that Keras can't read as samples."""

from lib.shapes.errors.message import Message, number, shape, word
from lib.shapes.errors.remedies import ANY_LENGTH, LENGTHS, PAD
from lib.shapes.remedy import Remedy

MIXED = Remedy(
    "numbers are mixed with None, text or lists",
    "Convert all values to numbers. Values that can't be converted raise an error.",
    'x = np.asarray(x).astype("float32")',
)
IN_ONE_LIST = Remedy(
    "x and y are in one list",
    "Put x and y into a tuple.",
    "dataset = tf.data.Dataset.from_tensor_slices((x, y))",
)

MESSAGES = [
    Message(
        r"validation_split.+?(?:Dataset|Generator|Iterator|Sequence|Loader)",
        cause="validation_split splits arrays, but x is a dataset or a generator.",
        fix="Split the dataset yourself and pass validation_data.",
        code="model.fit(dataset.skip(2), validation_data=dataset.take(2))",
    ),
    Message(
        r'Unrecognized data type: .+?\(of type <class "(?:[\w.]*\.)?(?:(?P<kind>list|tuple)'
        r'|(?P<fine>\w*(?:ndarray|[Tt]ensor|Frame|Series))|(?P<other>\w+))">',
        r"Unrecognized data type: \w+=|data adapter that can handle.*?list|.validation_split. is",
        cause="Keras reads a list as several inputs, not as an array. x is a {kind}. "
        "x is of type {fine}, so y or sample_weight is the list. Keras can't read type {other}.",
        fix="Convert lists to arrays.",
        code='x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    Message(
        rf'cardinality is ambiguous.*?"?x"? sizes: {number("x")}(?:, \d+)+',
        cause="Keras reads x, a list, as separate inputs. The first has {x} samples.",
        remedies=[
            Remedy(
                "the model has one input",
                "Stack the samples into one array, padded to one length.",
                f"x = np.stack(x)\n{PAD}",
            ),
            Remedy(
                "each array is one sample of an input, without the batch axis",
                "Make each array a batch of one.",
                "x = [each[None] for each in x]",
            ),
        ],
        check="print(len(x), len(model.inputs))",
    ),
    Message(
        rf'cardinality is ambiguous(?:.*?"?x"? sizes: {number("x")}.*?"?y"? sizes: {number("y")}'
        rf'(?:.*?weight"? sizes: {number("w")})?)?',
        rf"Found {number('x')} input samples and {number('y')} target samples",
        rf"Dimensions {number('x')} and {number('y')} are not comp",
        cause="x has {x} samples and y has {y}. sample_weight has {w}. The numbers must be equal.",
        fix="Cut x and y from the same windows.",
        code="assert len(x) == len(y)  # and len(sample_weight)",
    ),
    Message(
        r"Unsupported object type (?P<kind>int|float|bool|NoneType|decimal\.Decimal)\)",
        r"Unsupported object type (?:[\w.]*\.)?(?P<kind>list|ndarray|tuple|Series)\)",
        cause="An array should hold only numbers, but this array holds an object of type {kind}.",
        remedies=[LENGTHS, MIXED],
    ),
    Message(
        rf"to a Tensor \(Unsupported object type {word('kind')}\)",
        r"Invalid dtype: (?P<kind>str|\w{4,8}64|category|<U)",
        r"could not convert string to float|Cast string to float|invalid literal for int\(\)",
        cause="x or y holds text, dates or the like, but Keras takes numbers. The type is {kind}.",
        fix="Replace text with class numbers or vocabulary indices, and dates with day counts.",
        code="classes, y = np.unique(y, return_inverse=True)  # text → class numbers\n"
        'x = table.drop(columns="date").to_numpy("float32")',
    ),
    Message(
        r"Failed to convert.*?(?P<shape>[(\[]None(?:, \w+)+[)\]])",
        cause="Your own operation needs sizes as numbers, but received {shape}. None stands for N.",
        fix="Take the size from the tensor.",
        code="keras.ops.zeros((keras.ops.shape(x)[0], 16))",
    ),
    Message(
        r"Invalid dtype: object|Failed to convert (?:a NumPy array|.*?) to a Tensor|setting an "
        r"array element with a sequence|Can.t convert non-rectangular",
        cause="The array holds Python objects of different shapes instead of numbers only.",
        remedies=[LENGTHS, MIXED, IN_ONE_LIST],
        check="print({np.shape(row) for row in x})",
    ),
    Message(
        rf"indices\[[\d,]+\] = {number('index')} is not in \[0, {number('size')}\)",
        cause="The Embedding has {size} rows, numbered from 0, but x contains {index}.",
        fix="Pass whole numbers of at least 0, and set input_dim to the largest number plus 1.",
        code="print(x.min(), x.max())\nEmbedding(int(x.max()) + 1, 16)",
    ),
    Message(
        rf"Found array with dim {number('dimensions')}.*? expected <= 2",
        cause="scikit-learn takes tables, (rows, columns), but received {dimensions} axes.",
        fix="Scale the table before you cut windows, or flatten x and restore its shape.",
        code="x = scaler.transform(x.reshape(-1, x.shape[-1])).reshape(x.shape)",
    ),
    Message(
        r"all (?:the )?input array(?:s must have| dimensions ).*?(?:same shape|of dim|match)",
        cause="NumPy can't join arrays of different shapes: lengths differ, or one lacks an axis.",
        fix="Pad the arrays to one length, or add the missing axis with x[..., None].",
        code=PAD,
    ),
    Message(
        r"(?:^|\. |\.shape\[2\].*?)tuple index out of range|axes don.t match array",
        cause="If x.shape[2] or a transpose raised this, x has two axes, but an LSTM takes three.",
        fix="Cut the data into sequences, or add the feature axis.",
        code="x = x[..., None]",
    ),
    Message(
        r"Cannot (?:batch tensors with|add tensor to the batch)(?:.*?First element had shape "
        rf"{shape('one')} and.*?{shape('other')})?",
        r"inner ragged dim|RaggedTensor.*?(?:not supp|can.t be)",
        cause="Sequences of one batch must have equal lengths. Their shapes are {one} and {other}.",
        fix="Pad each batch, skip the padding with a Masking layer, and set timesteps to None.",
        code="dataset = dataset.padded_batch(32)\n"
        f"keras.Sequential([{ANY_LENGTH}, Masking(0.0), LSTM(units)])",
    ),
    Message(
        r"_NestedVariant|_VariantDataset",
        cause="Dataset.window returns a dataset for each window instead of tensors.",
        fix="Turn each window into one tensor: window.batch(timesteps).",
        code="dataset = dataset.flat_map(lambda window: window.batch(timesteps)).batch(32)",
    ),
    Message(
        r"defined on an unknown TensorShape|[Ss]hape with unknown rank|tensor.*?has unknown rank",
        cause="The dataset's tensors have no shape: none was set, or a py_function lost it.",
        fix="Set the shape, with None for unknown sizes.",
        code="def batches():\n    yield x[:32], y[:32]\n\n"
        "signature = [tf.TensorSpec((None, *each.shape[1:])) for each in (x, y)]\n"
        "dataset = tf.data.Dataset.from_generator(batches, output_signature=tuple(signature))",
    ),
    Message(
        r".y. (?:argument is not supported when using|should not be passed)",
        r"generator must return a tuple, either \(input,\)|Output of generator should be a tuple",
        cause="A dataset must yield pairs (x, y). y is missing, or you passed it to fit.",
        fix="Yield pairs of batches (x, y), and pass only the dataset to fit.",
        code="model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(32))",
    ),
    Message(
        r"Unexpected result of .\w+_function. \(Empty|the Sequence has length 0|input ran out of",
        r'local variable "logs"|no part of the sequence would be left',
        cause="There were too few batches: most likely too few rows for one window or batch.",
        fix="Use more rows, shorter windows or smaller batches, and remove steps_per_epoch.",
        code="print(len(x), timesteps)",
    ),
]
