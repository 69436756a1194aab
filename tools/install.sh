#!/bin/sh
# Set up .venv: Python 3.11 and exactly what requirements.lock pins. Argument: the stamp file that says it is done.
# The stamp is taken away first and written last: an interrupted install starts over, from the cache.
set -u
stamp=$1
venv=$(dirname "$stamp")

# One at a time, where two terminals start at once. A lock of the kernel's: it goes when its holder does, however that ends.
if command -v flock >/dev/null 2>&1; then
    exec 9<requirements.lock
    flock 9
    [ -f "$stamp" ] && [ ! requirements.lock -nt "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ] && exit 0
fi
echo "Setting up .venv (Python 3.11 and the packages of requirements.lock): one to three minutes the first time."
update=
[ -f "$stamp" ] && update=yes && rm -f "$stamp" # it was complete: keep the packages that stay the same

# What the reader set for other projects would break this one; where packages come from stays as it is set.
unset PYTHONPATH PYTHONHOME UV_SYSTEM_PYTHON UV_REQUIRE_HASHES UV_CONSTRAINT UV_OVERRIDE UV_NO_BINARY UV_NO_BUILD UV_EXCLUDE_NEWER
uv=$(sh tools/find-uv.sh) || exit 1
if [ -z "$update" ] && ! "$uv" venv --quiet --clear --python 3.11 "$venv"; then
    cat >&2 <<'MESSAGE'
d2lrnn: the course needs Python 3.11 (MXNet 1.9.1 works on no newer one), and there is none here that works, nor could one be fetched.
  - No network? Connect once and run make again: uv fetches Python 3.11 by itself.
  - Or install it beside the Python you have: `sudo apt install python3.11 python3.11-venv`, `brew install python@3.11` or `pyenv install 3.11`.
  - Or use conda: see environment.yml. Or Docker: see Dockerfile.
MESSAGE
    exit 1
fi
if "$uv" pip sync --python "$venv/bin/python" --require-hashes --quiet requirements.lock &&
    "$uv" pip install --python "$venv/bin/python" --quiet --no-deps --no-build-isolation --editable .; then
    case "$(uname -s) $(uname -m)" in
    "Linux aarch64" | "Linux arm64") sh tools/arm64-libraries.sh "$venv/lib/python3.11/site-packages/mxnet" || exit 1 ;;
    esac
    touch "$stamp"
    exit
fi
echo "d2lrnn: the packages could not all be installed (the lines above say why). Run make again: what has arrived is kept." >&2
exit 1
