"""Stacks of Keras layers by arithmetic: shapes, parameters, where one breaks, and how to fix it.

    steps = trace(from_text("input_t12_f3~lstm_u16~lstm_u8"))
    steps[1].shapes, steps[1].parameters   # ((None, 16),), 1280
    steps[2].error.message   # "… expected ndim=3, found ndim=2. Full shape received: (None, 16)"
    steps = trace(read_model("model = Sequential([Input((12, 3)), Lambda(f), Dense(1)])"))
    steps[1].error, f"{steps[1].not_traced}"   # None, "not traced: Lambda isn’t known here"

A step's `error` is what Keras refuses, `not_traced` why this tracer can't tell what comes out; the
steps after either have no `shapes`. Tests hold every shape, count and message equal to Keras's.
"""
