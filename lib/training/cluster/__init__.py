"""Train on several machines with Ray. `UNROLLED_RAY` is the cluster's address.

- A **slot** (`slot`) is a named Ray actor with its own worker process. The cluster has one slot for
  each processor. Slots hold the **jobs** (runs and questions) of all page servers.
- A **driver** (`driver`) is a process of a page server. The client there treats it like a worker.

Only `on_ray` imports Ray. Ray places, monitors and restarts the slots. Runs aren't Ray actors or
tasks: each would be a process with its own TensorFlow, and Ray would retry it from epoch 0.
Instead, `RunRegistry.fail_over` continues a lost run from its checkpoint, in a cluster too.
"""
