"""Trace stacks of layers of Keras or PyTorch: shapes, parameters, errors and fixes.

    steps = trace(from_text("input_t12_f3~lstm_u16~lstm_u8"))
    steps[1].shapes, steps[1].parameters   # ((None, 16),), 1280
    steps[2].error.message   # "… expected ndim=3, found ndim=2. Full shape received: (None, 16)"
    steps = trace(read_model("model = Sequential([Input((12, 3)), Lambda(f), Dense(1)])"))
    steps[1].error, f"{steps[1].not_traced}"   # None, "not traced: Lambda isn't known here"

A step's `error` is the library's error. Its `not_traced` is the reason why this tracer has no
output. All later steps have no `shapes`. Tests compare every shape, count and message with the
library's.
"""
