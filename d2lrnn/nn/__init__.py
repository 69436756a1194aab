"""Networks: one step (`cells`), time, depth and direction (`unroll`), the same on MXNet's operator (`fused`), and whole models (`models`)."""

from d2lrnn import device  # noqa: F401 - it sets MXNet up, before any of these files imports it
