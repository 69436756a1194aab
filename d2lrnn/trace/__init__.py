"""What went on inside a network while it read a text, as plain NumPy arrays with names.

    from d2lrnn.trace import Trace

    trace = Trace.record(network, "To be, or not to be", tokenizer)
    trace["layer0.f"]        # the forget gate: (T, H)
    trace.save("hamlet.npz")

A `Trace` can be made by hand from anybody's arrays. `gradients` and `connectivity` look backwards through one; `find` looks for units that know something.
"""

from d2lrnn.trace.arrays import Trace, TraceError

__all__ = ["Trace", "TraceError"]
