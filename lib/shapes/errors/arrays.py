"""Messages about arrays, lists and datasets that Keras can't take apart into samples."""

from lib.shapes.errors.message import Message, number, shape, word
from lib.shapes.errors.remedies import LENGTHS, PAD
from lib.shapes.remedy import Remedy

MIXED = Remedy(
    "numbers are mixed with None, text or lists",
    "Make numbers of them; what can't be turned raises here.",
    'x = np.asarray(x).astype("float32")',
)
IN_ONE_LIST = Remedy(
    "x and y stand in one list",
    "Put them into a tuple.",
    "dataset = tf.data.Dataset.from_tensor_slices((x, y))",
)

MESSAGES = [
    Message(
        r"validation_split.+?(?:Dataset|Generator|Iterator|Sequence|Loader)",
        cause="validation_split cuts arrays, and x is a dataset, or a generator.",
        fix="Split it yourself; or give validation_data.",
        code="model.fit(dataset.skip(2), validation_data=dataset.take(2))",
    ),
    Message(
        r'Unrecognized data type: .+?\(of type <class "(?:[\w.]*\.)?(?:(?P<kind>list|tuple)'
        r'|(?P<fine>\w*(?:ndarray|[Tt]ensor|Frame|Series))|(?P<other>\w+))">',
        r"Unrecognized data type: \w+=|data adapter that can handle.*?list|.validation_split. is",
        cause="Keras takes a list for several inputs, not for an array. x is a {kind}. x is fine, "
        "of the type {fine}: y, or sample_weight, is the list. It can't read the type {other}.",
        fix="Make arrays of all that are none.",
        code='x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    Message(
        rf'cardinality is ambiguous.*?"?x"? sizes: {number("x")}(?:, \d+)+',
        cause="x is a list of arrays, taken for as many inputs; the first has {x} samples.",
        remedies=[
            Remedy(
                "the model has one input",
                "Make one array of the samples, padded to one length.",
                f"x = np.stack(x)\n{PAD}",
            ),
            Remedy(
                "each is one sample of an input, without the batch axis",
                "Make each a batch of one.",
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
        cause="x has {x} samples and y has {y}. sample_weight has {w}. All must be as many.",
        fix="Cut x and y from the same windows.",
        code="assert len(x) == len(y)  # and len(sample_weight)",
    ),
    Message(
        r"Unsupported object type (?P<kind>int|float|bool|NoneType|decimal\.Decimal)\)",
        cause="The array holds Python objects, one of the type {kind}, and is no block of numbers.",
        remedies=[MIXED, LENGTHS],
    ),
    Message(
        r"Unsupported object type (?:[\w.]*\.)?(?P<kind>list|ndarray|tuple|Series)\)",
        cause="The array holds Python objects of the type {kind}, not numbers.",
        remedies=[LENGTHS],
    ),
    Message(
        rf"to a Tensor \(Unsupported object type {word('kind')}\)",
        r"Invalid dtype: (?P<kind>str|\w{4,8}64|category|<U)",
        r"could not convert string to float|Cast string to float",
        cause="x or y holds text, dates or the like, and Keras takes numbers. The type is {kind}.",
        fix="Turn text into numbers, by class or by place in a vocabulary; dates into differences.",
        code="classes, y = np.unique(y, return_inverse=True)  # text → class numbers\n"
        'x = table.drop(columns="date").to_numpy("float32")',
    ),
    Message(
        r"Failed to convert.*?(?P<shape>[(\[]None(?:, \w+)+[)\]])",
        cause="An operation of yours wants sizes as numbers, and got {shape}: None is the batch.",
        fix="Take the size from the tensor.",
        code="keras.ops.zeros((keras.ops.shape(x)[0], units))",
    ),
    Message(
        r"Invalid dtype: object|Failed to convert (?:a NumPy array|.*?) to a Tensor|setting an "
        r"array element with a sequence|Can.t convert non-rectangular",
        cause="The array holds Python objects of different shapes, and is no block of numbers.",
        remedies=[LENGTHS, MIXED, IN_ONE_LIST],
        check="print({np.shape(row) for row in x})",
    ),
    Message(
        rf"indices\[[\d,]+\] = {number('index')} is not in \[0, {number('size')}\)",
        cause="The Embedding has {size} rows, for the numbers from 0 on, and x holds {index}.",
        fix="Give it whole numbers from 0 up, and input_dim one more than the largest.",
        code="print(x.min(), x.max())\nEmbedding(int(x.max()) + 1, 16)",
    ),
    Message(
        rf"Found array with dim {number('dimensions')}.*? expected <= 2",
        cause="scikit-learn takes tables, (rows, columns), and got {dimensions} axes.",
        fix="Scale the table before it is cut into windows; or flatten, and restore the shape.",
        code="x = scaler.transform(x.reshape(-1, x.shape[-1])).reshape(x.shape)",
    ),
    Message(
        r"all (?:the )?input array(?:s must have| dimensions ).*?(?:same shape|of dim|match)",
        cause="Arrays of different shapes are to be joined: different lengths, or a missing axis.",
        fix="Pad them to one length; or add the axis, as x[..., None].",
        code=PAD,
    ),
    Message(
        r"(?:^|\. |\.shape\[2\].*?)tuple index out of range|axes don.t match array",
        cause="If it comes from x.shape[2], or from a transpose of three axes, then x has two, and "
        "an LSTM wants three: (samples, timesteps, features).",
        fix="Cut the data into sequences; or add the axis of features.",
        code="x = x[..., None]",
    ),
    Message(
        r"Cannot (?:batch tensors with|add tensor to the batch)(?:.*?First element had shape "
        rf"{shape('one')} and.*?{shape('other')})?",
        r"inner ragged dim|RaggedTensor.*?(?:not supp|can.t be)",
        cause="Sequences of one batch must be as long. They are {one} and {other}.",
        fix="Pad each batch, and let a Masking layer leave the padding out; leave timesteps open.",
        code="dataset = dataset.padded_batch(32)\n"
        "keras.Sequential([keras.Input((None, features)), Masking(0.0), LSTM(units)])",
    ),
    Message(
        r"_NestedVariant|_VariantDataset",
        cause="Dataset.window gives a dataset for each window, and no tensors.",
        fix="Batch each window by its length.",
        code="dataset = dataset.flat_map(lambda window: window.batch(timesteps)).batch(32)",
    ),
    Message(
        r"defined on an unknown TensorShape|[Ss]hape with unknown rank|tensor.*?has unknown rank",
        cause="The dataset's tensors have no shape: nobody said it, or a py_function lost it.",
        fix="Say it, with None for what is open.",
        code="signature = (tf.TensorSpec((None, timesteps, features)), tf.TensorSpec((None, 1)))\n"
        "dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)",
    ),
    Message(
        r".y. (?:argument is not supported when using|should not be passed)",
        r"generator must return a tuple, either \(input,\)|Output of generator should be a tuple",
        cause="A dataset or generator brings pairs of x and y; y was given beside it, or lacks.",
        fix="Let it give pairs of batches, and give fit nothing else.",
        code="model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(32))",
    ),
    Message(
        r"Unexpected result of .\w+_function. \(Empty|the Sequence has length 0|input ran out of",
        r'local variable "logs"|no part of the sequence would be left',
        cause="There were too few batches: most likely fewer rows than a window or a batch takes.",
        fix="Give more rows, or shorter windows and smaller batches; leave steps_per_epoch out.",
        code="print(len(x), timesteps)",
    ),
]
