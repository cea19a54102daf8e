"""Other side of `fp16core.worker.diagnosis.apart`: a pickled model and options in, progress and a diagnosis out."""

import os
import pickle
import sys
import threading

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.system.processes import wait_until_orphaned
from fp16core.vocabulary import HalfBitsError


def _end_with_parent() -> None:
    wait_until_orphaned()
    os._exit(1)


def main() -> None:
    """Diagnose the model on standard input, and write to standard output; libraries print to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # native code prints to descriptor 1, whatever Python thinks of sys.stdout

    def tell(message: object) -> None:
        pickle.dump(message, channel, pickle.HIGHEST_PROTOCOL)
        channel.flush()

    model, options = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        tell(diagnose(model, options, lambda step, done: tell((step, float(done)))))
    except HalfBitsError as error:
        tell(type(error)(str(error)))  # without its cause, which may not travel


if __name__ == "__main__":
    main()
