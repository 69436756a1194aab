#!/bin/sh
# Stop before pip misleads: say so where MXNet 1.9.1 has no package. Arguments, for tests: system and machine as `uname -s`, `uname -m` print them.
system=${1:-$(uname -s)} machine=${2:-$(uname -m)}
case "$system $machine" in
"Linux x86_64" | "Linux aarch64" | "Linux arm64" | "Darwin x86_64") exit 0 ;;
"Darwin arm64") what="MXNet 1.9.1 has no package for Apple silicon." ;;
MINGW* | MSYS* | CYGWIN* | Windows*) what="MXNet 1.9.1 has no package for Windows. WSL2 works: run 'wsl --install', then clone the course inside Ubuntu." ;;
*) what="MXNet 1.9.1 has no package for $system on $machine." ;;
esac
cat >&2 <<MESSAGE
d2lrnn: $what
Docker works on this machine:
    docker build -t d2lrnn .
    docker run --rm -it -p 127.0.0.1:8888:8888 d2lrnn
MESSAGE
exit 1
