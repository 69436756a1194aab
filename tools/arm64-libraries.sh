#!/bin/sh
# MXNet's package for Linux on arm64 asks for three libraries of Arm's that are not in it. What it takes from them is BLAS, LAPACK and functions that
# the C library has too, so OpenBLAS and LAPACKE stand in under their names, in MXNet's own folder, where it looks first. Argument: that folder.
set -u
folder=$1
listed=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null)
openblas=$(echo "$listed" | awk '$1 == "libopenblas.so.0" {print $NF; exit}')
lapacke=$(echo "$listed" | awk '$1 == "liblapacke.so.3" {print $NF; exit}')
gomp=$(echo "$listed" | awk '$1 == "libgomp.so.1" {print $NF; exit}')
if [ -z "$openblas" ] || [ -z "$lapacke" ] || [ -z "$gomp" ]; then
    cat >&2 <<'MESSAGE'
d2lrnn: on arm64 MXNet needs the libraries OpenBLAS, LAPACKE and GOMP. Install them, and run make again:
    sudo apt install libopenblas0 liblapacke libgomp1
MESSAGE
    exit 1
fi
ln -sf "$openblas" "$folder/libarmpl_lp64_mp.so" &&
    ln -sf "$lapacke" "$folder/libamath.so" &&
    ln -sf "$openblas" "$folder/libastring.so"
