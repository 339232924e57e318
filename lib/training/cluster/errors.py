"""What can be wrong with a cluster, whoever finds it out."""


class ClusterError(Exception):
    """The cluster can't be used; the text is a clause that says why."""


class UnavailableError(Exception):
    """An actor that doesn't answer; the text says how: "is gone"."""


class UnusableError(UnavailableError):
    """An actor that will never do; the text is a clause that says why."""
