"""Recordings: measurements made elsewhere or earlier, by LiteRT's modes of execution or in a browser, as JSON files.

A page asks `fp16core.recordings.gallery` for all of them: `all_recordings` gives those that ship with the package and
those in the folder that ``HALFBITS_RECORDINGS`` names, each as a `fp16core.recordings.recording.Recording`, and a
sentence for each file that is refused. `fp16core.recordings.reading.read_recording` reads one more from a text that a
visitor pastes. `Recording.is_of` tells if one was measured with the pair at hand: only such a one may decide anything
about it, and `fp16core.recordings.words.other_pair_text` says so of the others. `Recording.network` is the pair of
models, or the wide network of `python -m fp16core runtimes --network wide`, which is no visitor's pair. All texts of
a recording may be a stranger's.
"""
