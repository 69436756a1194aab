"""What the course costs, ours beside its peers in one run: `make bench`, or `make bench ARGS="bpe ngrams"`.

Each topic is a module with a TITLE and `measure(small)`, which returns a `Section`; `small` takes sizes that a test can afford.
"""

# In the order of RESULTS.md.
TOPICS = (
    "start", "imports", "tokens", "bpe", "batches", "ngrams", "heldout", "training", "products", "generate", "learning", "mixing", "crossing",
    "explorers", "grading", "notebooks",
)  # fmt: skip
