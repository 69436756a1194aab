"""Text from a model: `generate` and `stream` write it, `beam_search` and `translate` look for the likeliest.

generate(net, tokenizer, "The ", 200, temperature=0.8)      one text; a list of prompts gives a list
for piece in stream(net, tokenizer, "The "): ...            the same, as it comes
generate(…, held=[Hold("layer0.f", unit=3, value=1.0)])     with a gate, a memory cell or a state of some units kept at a value
beam_search(net, tokenizer.encode("The "), length=20)       the likeliest continuations, with their log-probabilities
top_k, nucleus, temperature, draw                           what reshapes a distribution, and what draws from it: functions on (B, V)
"""

from d2lrnn.generate.beam import Beam, beam_search, translate
from d2lrnn.generate.holding import Hold
from d2lrnn.generate.sampling import draw, log_softmax, nucleus, temperature, top_k
from d2lrnn.generate.writing import generate, stream

__all__ = [
    "Beam",
    "Hold",
    "beam_search",
    "draw",
    "generate",
    "log_softmax",
    "nucleus",
    "stream",
    "temperature",
    "top_k",
    "translate",
]
