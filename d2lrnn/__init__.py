"""d2lrnn: an interactive course on recurrent neural networks.

Importing it is cheap, and works on any Python with nothing installed (so that `python -m d2lrnn doctor` can say what is missing):
NumPy and MXNet are loaded by the parts that compute with them, not here.
"""

__version__ = "0.1.0"
__all__ = ["generator", "seed"]


def __getattr__(name):
    if name in __all__:
        from d2lrnn import seeding

        return getattr(seeding, name)
    raise AttributeError(f"module 'd2lrnn' has no attribute {name!r}")
