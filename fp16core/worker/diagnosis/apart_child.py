"""Other side of `fp16core.worker.diagnosis.apart`: a pickled model and options in, progress and a diagnosis out."""

import os
import pickle
import sys

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.system.pipes import taken_output
from fp16core.system.processes import end_with_parent
from fp16core.vocabulary import HalfBitsError


def main() -> None:
    """Diagnose the model on standard input, and write to standard output; libraries print to standard error."""
    channel = os.fdopen(taken_output(), "wb")

    def tell(message: object) -> None:
        pickle.dump(message, channel, pickle.HIGHEST_PROTOCOL)
        channel.flush()

    model, options = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
    end_with_parent()
    try:
        tell(diagnose(model, options, lambda step, done: tell((step, float(done)))))
    except HalfBitsError as error:
        tell(type(error)(str(error)))  # without its cause, which may not travel


if __name__ == "__main__":
    main()
