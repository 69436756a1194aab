# The way on Windows and Apple silicon, where MXNet has no package of its own. Native on amd64 and arm64.
#   docker build -t d2lrnn .
#   docker run --rm -it -p 127.0.0.1:8888:8888 d2lrnn
# Keep what you write: add  -v "$PWD/notebooks:/course/notebooks"
FROM python:3.11-slim-bookworm

# libgomp: MXNet's threads. OpenBLAS and LAPACKE: on arm64 it needs them (tools/arm64-libraries.sh).
RUN apt-get update \
 && apt-get install -y --no-install-recommends git make libgomp1 libopenblas0 liblapacke \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home learner && install -d -o learner /course
USER learner
WORKDIR /course
COPY --chown=learner . .
RUN make setup
EXPOSE 8888
CMD ["make", "lab", "ARGS=--no-browser --ServerApp.ip=0.0.0.0 --port 8888"]
