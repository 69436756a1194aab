# d2lrnn: `make lab` to learn, `make test` to check. Everything lives in this folder: .venv (packages) and .uv (the installer).
# Nothing needs a shell "activate": each command runs the environment's own Python.

VENV       := .venv
PY         := $(VENV)/bin/python
# A virtual environment breaks when its folder moves, so the stamp carries the folder's checksum.
STAMP      := $(VENV)/.ready-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d' ' -f1)
# A .venv whose Python is gone (a system that was upgraded) is no longer ready.
$(shell [ -x $(PY) ] || rm -f $(VENV)/.ready-*)
# What the reader set for other projects must not reach into this one. Without bytecode every kernel would compile MXNet and Matplotlib anew.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
# A home folder that cannot be written (some containers, some clusters): one in here does for caches and settings.
ifneq ($(shell [ -w "$$HOME" ] && echo yes),yes)
export HOME := $(CURDIR)/.uv/home
endif
ROOT_FLAG  := $(if $(filter 0,$(shell id -u)),--allow-root)
ARGS       ?=

.PHONY: lab test setup lint notebooks slides figures screenshot bench gpu lock doctor clean help
.DEFAULT_GOAL := help

# It listens on localhost, Jupyter's default, which ARGS can then change (an option given twice is refused). Signatures are kept in memory: a
# notebook opened on another day shows its stored pictures, not "model not found" where its widgets were. The settings ask nothing about news.
lab: setup  ## open the course in JupyterLab (options: make lab ARGS="--no-browser --port 8899")
	@$(if $(ROOT_FLAG),echo "make lab: you are root and JupyterLab is started with --allow-root.",true)
	@exec $(PY) -m jupyterlab $(ROOT_FLAG) --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
	  --LabApp.app_settings_dir="$(CURDIR)/tools/jupyterlab" --NotebookNotary.db_file=:memory: $(ARGS)

# Three at a time, each with one thread: while one waits for a browser, two compute. A file of tests stays together, and
# they are begun in the order that tests/conftest.py gives them.
test: setup  ## lint, then every test: package, notebooks, browser (options: make test ARGS="-k ngrams")
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet . || { echo "make test: ruff has something to say; 'make lint' mends what it can."; exit 1; }
	@OMP_NUM_THREADS=1 exec $(PY) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

setup: $(STAMP)  ## install exactly what requirements.lock pins, into .venv

doctor: setup  ## say what this machine has, and how to mend what is missing
	@exec $(PY) -m d2lrnn doctor

lint: setup  ## tidy code and notebooks with ruff
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

notebooks: setup  ## run every notebook top to bottom and store its outputs (one: make notebooks ARGS=notebooks/03_language_models.ipynb)
	@exec $(PY) tests/notebooks/rerun.py $(ARGS)

slides: setup  ## the slide deck into slides/build: HTML, PDF, PPTX; needs Node.js (options: make slides ARGS="html --only 04")
	@exec $(PY) -m tools.slides $(ARGS)

figures: setup  ## draw the slides' pictures that are older than their notebooks (some: make figures ARGS=04)
	@exec $(PY) -m tools.slides.figures $(ARGS)

screenshot: setup  ## the README's picture, from a running notebook (another: make screenshot ARGS="02_text_preprocessing recut")
	@exec $(PY) tests/browser/screenshot.py $(ARGS)

bench: setup  ## measure, ours beside the peers', and write benchmarks/RESULTS.md (about an hour; options: ARGS=ngrams)
	@exec $(PY) -m benchmarks $(ARGS)

gpu: setup  ## MXNet for an NVIDIA GPU in the place of MXNet for the CPU (Linux x86-64, a driver, 4 GB; back: make clean)
	@uv="$$(sh tools/find-uv.sh)" && "$$uv" pip uninstall --quiet --python $(PY) mxnet && "$$uv" pip install --quiet --python $(PY) --no-deps --group gpu && $(PY) -m d2lrnn.cuda
	@exec $(PY) -m d2lrnn doctor

lock:  ## resolve pyproject.toml again into requirements.lock
	@"$$(sh tools/find-uv.sh)" pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:  ## remove .venv and .uv; the next command installs again
	rm -rf $(VENV) .uv

help:  ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock pyproject.toml
	@sh tools/check-platform.sh
	@sh tools/install.sh $@
