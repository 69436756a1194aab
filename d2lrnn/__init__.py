"""d2lrnn: an interactive course on recurrent neural networks.

Importing it is cheap: MXNet is loaded by the parts that compute with it, not here.
"""

from d2lrnn.seeding import generator, seed

__version__ = "0.1.0"
__all__ = ["generator", "seed"]
