"""Messages about arrays, lists and datasets that Keras can't read as samples."""

from lib.shapes.errors.message import Explanation, Message, Texts, number, shape, word
from lib.shapes.errors.pasted import Found

TEXTS = Texts(__file__)
of = TEXTS.message


def samples(found: Found) -> Explanation | None:
    """Explain that x, y and sample_weight have different numbers of samples."""
    x, y, w = found["x"], found["y"], found["w"]
    if x and x == y:
        name = "samples of sample_weight" if w and w != x else ""
        return TEXTS.explanation(name, x=x, w=w) if name else None
    odd = {x: "y", y: "x"}.get(w, "") if w else ""  # sample_weight fits the other array
    return TEXTS.explanation("samples of x and y", x=x, y=y, w=w, odd=odd)


MESSAGES = [
    of("split of a dataset", r"validation_split.+?(?:Dataset|Generator|Iterator|Sequence|Loader)"),
    of(
        "a list as data",
        r'Unrecognized data type: .+?\(of type <class "(?:[\w.]*\.)?(?:(?P<kind>list|tuple)'
        r'|(?P<fine>\w*(?:ndarray|[Tt]ensor|Frame|Series)))">',
        r"Unrecognized data type: \w+=(?!.*?<class)|data adapter that can handle.*?list",
        r'"validation_split" is|data should be a Numpy array, or list|of "x" to be array-like',
        r"model expects a list of \d+ Numpy arrays instead",
    ),
    of("a dict as data", r'Unrecognized data type: .+?\(of type <class "dict">'),
    of(
        "another type as data",
        r'Unrecognized data type: .+?\(of type <class "(?:[\w.]*\.)?(?P<kind>\w+)">',
        r'adapter that can handle input: <class "(?:[\w.]*\.)?(?P<kind>(?!None)\w+)">',
        r"(?:single array or a list of arrays|list/dict of Numpy arrays)(?!\. .{5,15}None)",
    ),
    of("tensors as data", r"using data tensors as|inputs that mix Numpy|form of symbolic tensors"),
    of(
        "endless data", r"using iterators as|infinite(?:ly \w+)? dataset|only valid for a generator"
    ),
    of(
        "several inputs of different lengths",
        r'cardinality is ambiguous.*?"?x"? sizes: (?P<x>\d+(?:, \d+){1,5})',
    ),
    of(
        "inputs of other samples",
        r"nput arrays \(x\).*? same number of(?:.*?shapes: (?P<x>\[.*?\)\]))?",
    ),
    of(
        "one long sample",
        r'ambiguous.*?"?x"? sizes: 1 .*?"?y"? sizes: \d|Found 1 input samples',
    ),
    Message(
        rf'cardinality is ambiguous(?:.*?"?x"? sizes: {number("x")}.*?"?y"? sizes: {number("y")}'
        rf'(?:.*?weight"? sizes: {number("w")})?)?',
        rf"nput arrays should .*? samples as (?:.*? {number('x')} input .*? {number('y')} targ)?",
        rf"Dimensions {number('x')} and {number('y')} are not comp",
        rf"length is {number('x')} while.*?is {number('y')}|target array must have the same num",
        explain=samples,
    ),
    of(
        "objects in an array",
        r"Unsupported object type (?P<kind>int|float|bool|NoneType|decimal\.Decimal)\)",
    ),
    of(
        "different shapes in an array",
        r"Unsupported object type (?:[\w.]*\.)?(?P<kind>list|ndarray|tuple|Series)\)",
    ),
    of("words to pad", r"invalid literal for int|convert string", within="in pad_sequences"),
    of(
        "text",
        rf"to a Tensor \(Unsupported object type {word('kind')}\)",
        r"Invalid dtype: (?P<kind>str|\w{4,8}64|category|<U)",
        r"could not convert string to float|Cast string to |invalid literal for int\(\)",
    ),
    of(
        "None as a size",
        r"Failed to convert.*?(?P<shape>[(\[]None(?:, \w+)+[)\]])",
        r"__int__ returned non-int \(type NoneType\)|convert an unknown Dimension to a Tensor",
        r'int\(\) argument must be .{0,60}not "NoneType"|Expected int32, got None',
        r"Cannot convert a partially known TensorShape (?P<shape>\([^)]*\))",
    ),
    of(
        "different shapes in an array",
        r"Invalid dtype: object|Failed to convert .*? to a Tensor|convert non-rect|ragged nested|"
        r"setting an array element(?: with a sequence)?(?:.*?shape was (?P<equal>\([^)]*\)))?",
    ),
    of(
        "unknown word",
        r"\] = (?P<index>(?P<negative>-\d+)|(?P<large>\d+)) is not in \[0, "
        r"(?P<size>(?P<next>(?P=index)\b)|\d+)",
    ),
    of("table with three axes", r"with dim (?P<axes>\d)|Must pass 2-d input"),
    of("table with one axis", r"Expected 2D array, got 1D array"),
    of("NaN for scikit-learn", r"Input (?:\w+ )?contains (?:NaN|infinity)"),
    of("values of a column", rf"must (?:each )?be 1-dimensional(?:, .*? shape {shape('shape')})?"),
    of(
        "rows of another number",
        rf"Shape of passed values is \({number('one')},.*?indices imply \({number('other')},",
        rf"Length of values \({number('one')}\) does.*? length of index \({number('other')}\)",
        rf"same first dimension, but have shapes \({number('other')},.*? and \({number('one')},",
    ),
    of(
        "another slice",
        rf"broadcast input array from shape {shape('one')}(?: into shape {shape('other')})?",
    ),
    of(
        "arrays to join",
        r"[Aa]ll (?:the )?input array(?:s must have| dimensions ).*?(?:same shape|of dim|match)",
    ),
    of("two axes", r"(?:^|\. |\.shape\[2\].*?)tuple index out of range|axes don.?t match array"),
    of(
        "ragged batch",
        r"Cannot (?:batch tensors with|add tensor to the batch)(?:.*?First element had shape "
        rf"{shape('one')} and.*?{shape('other')})?",
        r"inner ragged dim|RaggedTensor.*?(?:not supp|can.?t be)|(?:support|to) RaggedTensor",
    ),
    of(
        "ragged batch of a generator",
        r"shape \((?P<single>[\d, ]+?),?\) where an element of shape \(None, (?P=single),?\)",
        r"yielded an element (?:that could not be converted|of shape)|arrays in each batch must",
    ),
    of("windows as datasets", r"_NestedVariant|_VariantDataset"),
    of("unknown number of axes", r"length of shape with unknown rank|its rank is undefined, but"),
    of(
        "no shapes in a dataset",
        r"defined on an unknown TensorShape|[Ss]hape with unknown rank|tensor.*?has unknown rank",
    ),
    of("a list from a generator", r"[Oo]utput of generator should be a tuple.*?Found: \["),
    of("nothing from a generator", r"[Oo]utput of generator should be a tuple.*?Found: None"),
    of(
        "pairs in a dataset",
        r'(?:y|_weight)" (?:argument )?(?:is not supported (?:when us|for P)|should not be passed)',
        r"(?:generator|__getitem__\(\)) must return a tuple|[Oo]utput of generator should be a tup",
        r"Data is expected to be in format",
    ),
    of(
        "a generator as an array",
        r'"(?P<kind>\w*(?:[Gg]en|Sequence|Loader)\w*)" object has no attribute "(?:ndim|shape)"',
    ),
    of("a generator of sequences", r'"sequences" must be (?:a list of )?iterable'),
    of(
        "past the end of the data",
        rf"index {number('index')} is out of bounds for axis 0 with size {number('size')}",
        within="[Gg]enerator",
    ),
    of(
        "a table as an array",
        r"hashtable.*?KeyError: -?\d+|not in index|in the \[columns\]",
        r'^"?\(slice\(None, None|"(?:DataFrame|Series)".*? "(?P<name>reshape|as_matrix)"',
    ),
    of("end of a generator", r"input ran out of data"),
    of(
        "no batches",
        r'Unexpected result of "\w+_function" \(Empty|the Sequence has length 0|be a non-empty',
        r'local variable "(?:logs|batch_outputs)"|no part of the sequence would be left',
        r"Dataset has length 0|least one batch|or (?P<ran>ran out)|sufficient to split|be non-emp",
    ),
]
