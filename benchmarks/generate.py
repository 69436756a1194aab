"""Writing text with a network, one stream and 64 at once, beside the same call by call on MXNet, and beside d2l's `predict`."""

from __future__ import annotations

from benchmarks.table import Rate, Row, Section, race, same
from d2lrnn.data import corpora
from d2lrnn.text.tokenizers import CharTokenizer, letters_only

TITLE = "writing with 256 hidden units"
HIDDEN, STREAMS, THREADS, PROMPT = 256, 64, 2, "the "
CELLS = {"rnn_relu": "RNN (ReLU)", "gru_after": "GRU (reset after)", "lstm": "LSTM"}
SHORTER = 10  # d2l writes fewer characters, as it takes so long
MUST = {("lstm", 1): 3_000, ("lstm", STREAMS): 40_000}  # characters a second


def measure(small: bool = False) -> Section:
    from d2lrnn import device

    one, each, runs = (20, 5, 1) if small else (2000, 500, 5)
    tokenizer = CharTokenizer.train(letters_only(corpora.load("shakespeare/hamlet").text))
    device.use_threads(THREADS)
    try:
        rows = [
            row(tokenizer, cell, streams, length, runs)
            for cell in CELLS
            for streams, length in ((1, one), (STREAMS, each))
        ]
    finally:
        device.use_threads()
    return Section(
        rows,
        (
            f"A whole call: weights taken out, {PROMPT!r} read, characters drawn at temperature 1, text joined; {len(tokenizer)} symbols, one layer. "
            f"One stream writes {one:,} characters, {STREAMS} streams {each:,} each. The weights are those a network begins with.",
            "Ours on a CPU is the deck's equations on NumPy arrays, on one thread. The first peer is the same `generate` with a call of the network "
            f"for each step: a traced graph with MXNet's fused operator, on {THREADS} threads. Both are checked in the run to write the same texts.",
            f"d2l's `predict` takes the likeliest character of one stream, and writes {one // SHORTER} of them; its concise networks are a ReLU RNN and a GRU.",
        ),
        ("mxnet", "d2l", "numpy"),
    )


def row(tokenizer: CharTokenizer, cell: str, streams: int, length: int, runs: int) -> Row:
    """One cell, so many streams, so many characters of each."""
    from d2lrnn.generate import generate
    from d2lrnn.generate.steppers import NetworkStepper
    from d2lrnn.nn.models import LanguageModel

    net = LanguageModel(len(tokenizer), cell=cell, hidden=HIDDEN, rng=0, device="cpu")
    prompts, by_call = [PROMPT] * streams, "MXNet, call by call"
    entrants = {
        "ours": lambda: generate(net, tokenizer, prompts, length, rng=1),
        by_call: lambda: generate(NetworkStepper(net), tokenizer, prompts, length, rng=1),
    }
    if streams == 1 and cell != "lstm":
        entrants["d2l predict"] = predict(tokenizer, cell, max(1, length // SHORTER))
    for call in entrants.values():
        call()  # graphs are traced and memory is found once
    times, texts = race(entrants, runs)
    count = {"d2l predict": max(1, length // SHORTER)}
    same("equal texts", texts["ours"] == texts[by_call])
    same("texts of this length", {len(text) for text in texts["ours"]} == {len(PROMPT) + length})
    rates = {
        who: Rate(tuple(streams * count.get(who, length) / s for s in t.runs), "characters/s")
        for who, t in times.items()
    }
    what = f"{CELLS[cell]}, {streams} stream{'s' * (streams > 1)}"
    return Row(what, rates.pop("ours"), rates, at_least=MUST.get((cell, streams)))


def predict(tokenizer: CharTokenizer, cell: str, length: int):
    """d2l's own, with a network of its own."""
    import mxnet as mx
    from d2l import mxnet as d2l

    class Names:
        idx_to_token = list(tokenizer.vocab.tokens)

        def __getitem__(self, token):
            return tokenizer.vocab[token]

    network = d2l.RNN(HIDDEN) if cell == "rnn_relu" else d2l.GRU(HIDDEN, 1)
    model = d2l.RNNLM(network, vocab_size=len(tokenizer), lr=1)
    return lambda: model.predict(PROMPT, length, Names(), mx.cpu())
