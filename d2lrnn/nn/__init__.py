"""Networks: one step (`cells`), time, depth and direction (`unroll`), the same on MXNet's operator (`fused`), and whole models (`models`)."""
