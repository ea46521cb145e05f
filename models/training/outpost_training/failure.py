"""What can go wrong in a training that is not a bug."""


class TrainingError(Exception):
    """A training cannot be run or gone on with; the message says why."""
