"""Train on several machines with Ray. `UNROLLED_RAY` is the cluster's address.

- A **slot** (`slot`) is a named Ray actor with its own worker process, one for each processor of
  the cluster. It holds **jobs** (runs and questions), also after they end, for all page servers.
- A **driver** (`driver`) is a process of each page server. Its client treats it like a worker.
- There is no central list of runs: to find a run, a driver asks all slots for its id.

Only `on_ray` imports Ray, which places, monitors and restarts the slots. Runs aren't Ray actors or
tasks: each would be a process with its own TensorFlow, and Ray would retry it from epoch 0.
`RunRegistry.fail_over` continues from a checkpoint, in a cluster too.
"""
