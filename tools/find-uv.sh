#!/bin/sh
# Print the path of a working `uv`: the one on the PATH if it is new enough, or one that is installed into .uv, from pip, at a fixed version.
set -u
version=0.13.9

# `--clear` came in 2025; a shim that starts nothing fails here too.
if uv venv --help 2>/dev/null | grep -q -e --clear; then command -v uv && exit 0; fi
here=$(pwd)
# The reader's settings for other projects would send the installer elsewhere; the index they name is used.
export PIP_USER=0 PIP_REQUIRE_HASHES=0 PIP_REQUIRE_VIRTUALENV=0
unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_NO_BINARY PIP_NO_DEPS
for uv in "$here/.uv/bin/uv" "$here/.uv/target/bin/uv"; do
    [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" = "$version" ] && echo "$uv" && exit 0
done

for python in python3 python3.13 python3.12 python3.11 python; do
    command -v "$python" >/dev/null 2>&1 || continue
    rm -rf .uv
    # A Debian Python may lack `venv`, another may lack `pip`: one of the two is enough.
    if "$python" -m venv .uv >/dev/null 2>&1 && .uv/bin/python -m pip install --quiet "uv==$version" >&2; then
        echo "$here/.uv/bin/uv" && exit 0
    fi
    rm -rf .uv
    if "$python" -m pip install --quiet --target .uv/target "uv==$version" >&2; then
        echo "$here/.uv/target/bin/uv" && exit 0
    fi
done

rm -rf .uv
cat >&2 <<'MESSAGE'
d2lrnn: cannot install the package installer `uv`, which sets up the Python environment.
  - No python3? Install one (any version):    sudo apt install python3-venv
  - Python without pip and venv? The same:    sudo apt install python3-venv
  - No network? Connect once: later starts need none.
  - Or install uv yourself (docs.astral.sh/uv), put it on the PATH, and run make again.
MESSAGE
exit 1
