"""Random layers, and chains and small graphs of layers, for tests of the tracer.

The Hypothesis strategies at the end pass a random generator to these functions.
"""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lib.shapes.stack.base import Ref
from lib.shapes.stack.joining import Joining, MultiHeadAttention
from lib.shapes.stack.making import KINDS
from lib.shapes.stack.plain import PYTHON_OPS, Dense, Input, TimeDistributed, Unread
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.tracing import broken_at, trace

OTHERS = [kind for kind in KINDS.values() if kind not in (Input, Unread)]  # all except inputs
SEVERAL = [kind for kind in OTHERS if issubclass(kind, (Joining, MultiHeadAttention))]
INSIDE = [kind for kind in OTHERS if kind not in (TimeDistributed, *PYTHON_OPS)]


def any_value(random, setting, *, small):
    """Return a random value of a setting. With `small` sizes, Keras is fast and sizes may agree."""
    if setting.optional and random.random() < 0.3:
        return None
    if setting.options is not None:
        return random.choice(list(setting.options))
    if setting.limit is not None:
        return any_number(random, setting.limit, small=small)
    if setting.tuple_length is not None:
        count = setting.tuple_length or random.randint(1, 3)
        return tuple(random.randint(0 if random.random() < 0.1 else 1, 4) for _ in range(count))
    return random.random() < (0.1 if setting.name == "stateful" else 0.5)


def any_number(random, limit, *, small):
    """Return a whole number within the limit; for a fraction the minimum, 0.5 or the maximum."""
    if limit.step < 1:
        return random.choice([limit.minimum, 0.5, limit.maximum])
    least = int(limit.minimum)
    return random.randint(least, least + 3 if small else int(limit.maximum))


def layer_of(random, kind, *, small=True):
    """Return a layer of `kind` with random settings; rare settings mostly keep their defaults."""
    if kind is TimeDistributed:
        inside = random.choice([Dense, *INSIDE])
        return TimeDistributed(layer_of(random, inside, small=small))
    values = {}
    for setting in kind.settings():
        if random.random() > (0.2 if setting.seldom else 0.8):
            continue
        values[setting.name] = any_value(random, setting, small=small)
    return kind(**values)


def any_layer(random, kinds=OTHERS, *, small=True):
    """Return a random layer of one of `kinds`."""
    return layer_of(random, random.choice(kinds), small=small)


def chain(random):
    """Return an input followed by up to five layers; most chains break."""
    layers = [any_layer(random) for _ in range(random.randint(0, 5))]
    return (layer_of(random, Input), *layers)


def working_chain(random):
    """Return a chain in which no layer breaks."""
    stack = (layer_of(random, Input),)
    for _ in range(12):
        stack = _grown(stack, any_layer(random))
    return stack


def _grown(stack, layer):
    """Return the stack with the layer added if it doesn't break; else the unchanged stack."""
    return stack if broken_at(trace((*stack, layer))) is not None else (*stack, layer)


def graph(random):
    """Return a graph with several inputs, in which only the last layer may break."""
    stack = (layer_of(random, Input),)
    for _ in range(random.randint(4, 12)):
        kinds = [random.choice(OTHERS), random.choice(SEVERAL), Input, Input]
        layer = any_layer(random, kinds[: random.randint(1, 4)])
        stack = _grown(stack, _linked(random, stack, layer))
    return (*stack, _linked(random, stack, any_layer(random)))


def _linked(random, stack, layer):
    """Return the layer with random inputs and states, or a layer that shares another's weights."""
    shared = random.randrange(len(stack))
    if isinstance(layer, Input):  # all inputs of a model have the same batch size
        return replace(layer, batch=getattr(stack[0], "batch", None))
    if random.random() < 0.15 and not isinstance(stack[shared], (Input, Joining, *PYTHON_OPS)):
        layer = replace(stack[shared], shares=shared)
    several = isinstance(layer, (Joining, MultiHeadAttention))
    count = random.choice([2, 2, 3]) if several else random.choice([0, 0, 1])
    layer = replace(layer, of=_some(random, stack, count))
    if isinstance(layer, Recurrent) and random.random() < 0.5:
        layer = replace(layer, states=_some(random, stack, random.choice([0, 1, 2])))
    return layer


def _some(random, stack, count):
    """Return `count` references to random layers of the stack, to all tensors or to one tensor."""
    steps = trace(stack)
    refs = []
    for _ in range(count):
        place = random.randrange(len(stack))
        tensors = len(steps[place].tensors)
        tensor = random.choice([None, *range(tensors)]) if tensors > 1 else None
        refs.append(Ref(place, tensor))
    return tuple(refs)


ANY_RANDOM = st.randoms(use_true_random=True)
CHAINS = ANY_RANDOM.map(chain)
WORKING_CHAINS = ANY_RANDOM.map(working_chain)
GRAPHS = ANY_RANDOM.map(graph)


def always(examples):
    """Return Hypothesis settings for this number of examples, which are the same in each run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
