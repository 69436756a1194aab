"""`generate` and `stream`: the same text from every engine, alone and in a batch; what is said about prompts; when it stops."""

import subprocess
import sys

import numpy as np
import pytest
from mxnet import autograd

from d2lrnn.generate import generate, stream
from d2lrnn.generate.steppers import NetworkStepper, NumpyStepper, Rereader
from d2lrnn.nn.cells import CELLS
from d2lrnn.nn.models import EncoderDecoder, LanguageModel, SequenceTagger
from d2lrnn.text.bpe import BPETokenizer
from d2lrnn.text.ngrams import KneserNey, MaximumLikelihood, NGramCounts
from d2lrnn.text.tokenizers import CharTokenizer, WordTokenizer
from d2lrnn.text.vocab import Vocab

TEXT = "the sea and the sky\nand the sand on the shore\n"
CHARS = CharTokenizer.train(TEXT, reserved=("<pad>",))


def network(cell="lstm", tokenizer=CHARS, scale=3.0, **options):
    """A network with weights large enough to have opinions."""
    net = LanguageModel(len(tokenizer), cell=cell, hidden=12, rng=3, **options)
    net.parameters.set(net.parameters.get() * scale)
    return net


def engines(cell):
    return ("scratch",) if cell == "gru" else ("fused", "scratch")


SHAPES = [{}, {"layers": 2, "residual": True}, {"embedding": 5}, {"embedding": 12, "tied": True, "layers": 3}]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(shape) or "plain")
@pytest.mark.parametrize("cell", CELLS)
def test_the_numpy_step_agrees_with_both_engines(cell, shape):
    ids = np.random.default_rng(0).integers(0, len(CHARS), (7, 3))
    for engine in engines(cell):
        net = network(cell, scale=1.0, engine=engine, dropout=0.4, **shape)
        values = net.parameters.get()
        net.parameters.set(values + np.random.default_rng(1).normal(0, 0.1, len(values)))  # no bias stays 0
        logits, end = net(ids)
        stepper = NumpyStepper(net)
        state = stepper.begin(3)
        for t in range(7):
            scores, state = stepper.step(ids[t], state)
            np.testing.assert_allclose(scores, logits[t].asnumpy(), atol=1e-5)
        for ours, theirs in zip(state, end, strict=True):
            np.testing.assert_allclose(ours, theirs.asnumpy(), atol=1e-5)


def test_large_batches_and_large_numbers_agree_too():
    net = network("lstm", scale=1.0, forget_bias=1.0)
    net.parameters.set(net.parameters.get() * 40)
    ids = np.random.default_rng(0).integers(0, len(CHARS), (3, 400))
    stepper = NumpyStepper(net)
    state = stepper.begin(400)
    for t in range(3):
        scores, state = stepper.step(ids[t], state)
    expected = net(ids)[0][2].asnumpy()
    np.testing.assert_allclose(scores, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("cell", CELLS)
def test_every_engine_writes_the_same_text(cell):
    nets = [network(cell, engine=engine) for engine in engines(cell)]
    models = [*nets, *map(NetworkStepper, nets), *map(Rereader, nets)]
    for options in ({"rng": 5}, {"method": "greedy"}, {"rng": 6, "temperature": 0.6, "top_k": 6, "top_p": 0.9}):
        texts = [generate(model, CHARS, "the ", 40, **options) for model in models]
        assert len(set(texts)) == 1 and len(texts[0]) == 44 and texts[0].startswith("the ")


def test_on_another_context():
    net = network()
    there = net.twin(device="cpu(1)")
    expected = generate(net, CHARS, ["the ", "sea"], 30, rng=2, stop="\n")
    for model in (there, NetworkStepper(there), Rereader(there)):
        assert generate(model, CHARS, ["the ", "sea"], 30, rng=2, stop="\n") == expected
    state = NetworkStepper(there).step(np.array([3, 4]), NetworkStepper(there).begin(2))[1]
    assert {s.ctx for s in NetworkStepper(there).select(state, np.array([1, 1, 0]))} == {there.device}


def test_importing_loads_no_mxnet():
    code = "import sys, d2lrnn.generate; sys.exit('mxnet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_seed_decides():
    net = network()
    assert generate(net, CHARS, "the", 60, rng=1) == generate(net, CHARS, "the", 60, rng=1)
    assert generate(net, CHARS, "the", 60, rng=1) != generate(net, CHARS, "the", 60, rng=2)


def test_dropout_is_never_on_while_writing():
    net = network(dropout=0.5, layers=2)
    expected = generate(net, CHARS, "the", 30, method="greedy")
    with autograd.record():
        for model in (net, NetworkStepper(net), Rereader(net)):
            assert generate(model, CHARS, "the", 30, method="greedy") == expected


def test_each_of_a_batch_is_as_if_alone():
    net, prompts = network(), ["the sea", "", "and the sand on the", "s"]
    for model in (net, NetworkStepper(net)):
        together = generate(model, CHARS, prompts, 25, method="greedy", stop="\n")
        assert together == [generate(model, CHARS, prompt, 25, method="greedy", stop="\n") for prompt in prompts]
        assert len({len(text) for text in together}) > 1
    assert generate(net, CHARS, [], 5) == []


def test_greedy_takes_the_likeliest_that_may_be_written():
    net, line = network(), CHARS.encode("the ").tolist()
    for _ in range(20):
        scores = net(np.array(line)[:, None])[0][-1, 0].asnumpy()
        line.append(2 + int(scores[2:].argmax()))  # <unk> and <pad> are 0 and 1
    assert generate(net, CHARS, "the ", 20, method="greedy") == CHARS.decode(line)
    assert generate(net, CHARS, "the ", 20, temperature=0) == CHARS.decode(line)


def test_draws_follow_the_network():
    net = network(scale=1.5)
    scores = net(CHARS.encode("the ")[:, None])[0][-1, 0].asnumpy().astype(float)
    p = np.exp(scores - scores.max())
    p[:2] = 0
    p /= p.sum()
    texts = generate(net, CHARS, ["the "] * 20_000, 1, rng=0)
    share = np.bincount([CHARS.vocab[text[-1]] for text in texts], minlength=len(CHARS)) / len(texts)
    np.testing.assert_allclose(share, p, atol=4 * np.sqrt(0.25 / len(texts)))


def test_unk_and_reserved_tokens_come_only_if_asked_for():
    net = network()
    net.set_weights(net.weights() | {"b_o": np.array([50, 49] + [0] * (len(CHARS) - 2), np.float32)})
    text = generate(net, CHARS, "the", 300, rng=0)
    assert "<" not in text and len(text) == 303
    assert generate(net, CHARS, "the", 2, method="greedy", allow=["<pad>"]) == "the<pad><pad>"
    assert generate(net, CHARS, "the", 1, method="greedy", allow=["<pad>", "<unk>"]) == "the<unk>"
    with pytest.raises(ValueError, match="'<eos>' is not in the vocabulary"):
        generate(net, CHARS, "the", 1, allow=["<eos>"])


def test_unknown_characters_are_named():
    with pytest.raises(ValueError, match=r"'Q', 'é'.*unknown=\"allow\""):
        generate(network(), CHARS, "theQ éQ", 5)
    assert generate(network(), CHARS, "theQ", 5, unknown="allow", rng=0).startswith("theQ")
    with pytest.raises(ValueError, match="unknown must be"):
        generate(network(), CHARS, "the", 5, unknown="ignore")


def test_where_an_empty_prompt_begins():
    net = network()
    assert "\n" + generate(net, CHARS, "", 30, rng=1) == generate(net, CHARS, "\n", 30, rng=1)
    spaced = CharTokenizer.train("the sea and the sky")
    net = network(tokenizer=spaced)
    assert " " + generate(net, spaced, "", 30, rng=1) == generate(net, spaced, " ", 30, rng=1)
    letters = CharTokenizer(Vocab.in_order(list("abcd")))
    net = network(tokenizer=letters)
    texts = generate(net, letters, [""] * 400, 3, method="greedy", rng=0)
    assert {len(text) for text in texts} == {3} and len({text[0] for text in texts}) == 4
    assert all(text == generate(net, letters, text[0], 2, method="greedy") for text in texts[:20])
    assert generate(net, letters, "", 1, rng=0) in "abcd" and generate(net, letters, "", 0) == ""
    assert "".join(stream(net, letters, "", 3, rng=4)) == generate(net, letters, "", 3, rng=4)


def words_alone(text):
    return WordTokenizer.train(text, spaces="drop")


def byte_pairs(text):
    return BPETokenizer.train(text, 20)


@pytest.mark.parametrize("make", [CharTokenizer.train, WordTokenizer.train, words_alone, byte_pairs])
def test_a_stream_joins_to_the_text(make):
    tokenizer = make(TEXT + "über dem Öl")
    net = network(tokenizer=tokenizer, scale=2.0)
    for prompt in ("the sea", ""):
        pieces = list(stream(net, tokenizer, prompt, 60, rng=7, temperature=2.0))
        assert "".join(pieces) == generate(net, tokenizer, prompt, 60, rng=7, temperature=2.0)
        assert len(pieces) > 10 and all(pieces)
        stopped = "".join(stream(net, tokenizer, prompt, 60, rng=7, stop="n"))
        assert stopped == generate(net, tokenizer, prompt, 60, rng=7, stop="n")


def test_words_are_set_apart_as_their_tokenizer_does():
    tokenizer = WordTokenizer.train("the sea , the sky .", spaces="drop")
    counts = NGramCounts(tokenizer.encode("the sea , the sky ."), len(tokenizer), 3)
    assert generate(MaximumLikelihood(counts), tokenizer, "the sea", 3, method="greedy") == "the sea, the sky"


def test_a_character_of_several_byte_tokens_comes_whole():
    tokenizer = BPETokenizer.train("é" * 10, 0)
    model = MaximumLikelihood(NGramCounts(tokenizer.encode("aé" * 5), len(tokenizer), 2))
    assert list(stream(model, tokenizer, "a", 5, rng=0)) == ["a", "é", "a", "é"]
    assert generate(model, tokenizer, "a", 4, rng=0) == "aéa\ufffd"  # the last one is cut in half


def test_stopping():
    net = network()
    whole = generate(net, CHARS, "the s", 200, rng=0)
    new = whole[5:]
    target = new[20:23]
    assert generate(net, CHARS, "the s", 200, rng=0, stop=target) == "the s" + new[: new.find(target) + 3]
    assert generate(net, CHARS, "the s", 200, rng=0, stop=lambda text: len(text) == 9) == whole[:14]
    assert generate(net, CHARS, "the s", 0) == "the s"
    words = WordTokenizer.train("the sea and the sky")
    model = KneserNey(NGramCounts(words.encode("the sea and the sky"), len(words), 2))
    assert generate(model, words, "the sea", 20, rng=0, stop="n").endswith("n")  # cut within a token
    for wrong in ("", 3):
        with pytest.raises(ValueError, match="stop"):
            generate(net, CHARS, "the", 5, stop=wrong)


def test_a_counted_model_writes_what_its_own_sampler_writes():
    ids = CHARS.encode(TEXT * 3)
    model = KneserNey(NGramCounts(ids, len(CHARS), 4))
    line = model.sample(50, CHARS.encode("the "), temperature=0)
    assert generate(model, CHARS, "the ", 50, method="greedy") == "the " + CHARS.decode(line)
    first = np.bincount([CHARS.vocab[t] for t in generate(model, CHARS, [""] * 4000, 1, rng=0)], minlength=len(CHARS))
    p = model.distribution(())
    p[:2] = 0
    np.testing.assert_allclose(first / 4000, p / p.sum(), atol=0.032)


def test_a_bidirectional_model_needs_the_switch():
    net = network(bidirectional=True)
    with pytest.raises(ValueError, match="reread=True"):
        generate(net, CHARS, "the", 5)
    line = CHARS.encode("the").tolist()
    for _ in range(6):
        line.append(2 + int(net(np.array(line)[:, None])[0][-1, 0].asnumpy()[2:].argmax()))
    assert generate(net, CHARS, "the", 6, method="greedy", reread=True) == CHARS.decode(line)
    both = generate(net, CHARS, ["the", "a"], 6, method="greedy", reread=True)
    assert both == [generate(net, CHARS, p, 6, method="greedy", reread=True) for p in ("the", "a")]


@pytest.mark.parametrize("cell", CELLS)
def test_rereading_gives_a_networks_own_scores(cell):
    ids = np.random.default_rng(0).integers(0, len(CHARS), (6, 2))
    net = network(cell, bidirectional=True, layers=2, embedding=4, engine=engines(cell)[0])
    np.testing.assert_allclose(Rereader(net).scores(ids), net(ids)[0].asnumpy(), rtol=1e-5, atol=1e-5)


def test_settings_are_checked_before_anything_is_written():
    net = network()
    for wrong, says in (
        ({"method": "beam"}, "method must be sample or greedy"),
        ({"temperature": -1}, "temperature"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": 1.5}, "top_p"),
        ({"length": -1}, "length"),
    ):
        with pytest.raises(ValueError, match=says):
            stream(net, CHARS, "the", **wrong)
    with pytest.raises(ValueError, match="tokenizer"):
        generate(net, CharTokenizer.train("abc"), "a", 5)
    with pytest.raises(TypeError, match="SequenceTagger"):
        generate(SequenceTagger(5, 3), CHARS, "the", 5)
    with pytest.raises(ValueError, match="translate"):
        generate(EncoderDecoder(5, len(CHARS), hidden=4), CHARS, "the", 5)
    with pytest.raises(TypeError, match="string"):
        generate(net, CHARS, [3], 5)


def test_a_network_that_diverged_says_so():
    class Broken(NumpyStepper):
        def step(self, ids, state, wanted=True):
            scores, state = super().step(ids, state, wanted)
            return scores * np.nan, state

    with pytest.raises(ValueError, match="diverge"):
        generate(Broken(network()), CHARS, "t", 5)
