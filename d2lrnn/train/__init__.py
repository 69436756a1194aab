"""Training: `fit`, and what it is made of. Checkpoints are in `d2lrnn.train.checkpoints`, held-out losses in `d2lrnn.train.metrics`."""

from d2lrnn import device  # noqa: F401 - it sets MXNet up, before any of these files imports it
from d2lrnn.train.clipping import clip, global_norm
from d2lrnn.train.history import History
from d2lrnn.train.loop import Diverged, fit
from d2lrnn.train.metrics import log_probs, score

__all__ = ["Diverged", "History", "clip", "fit", "global_norm", "log_probs", "score"]
