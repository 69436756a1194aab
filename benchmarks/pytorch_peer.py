"""PyTorch's side of the training benchmark: the same loop, in an environment of its own.

It imports nothing of the course. Each line on stdin is a request in JSON, each answer is a line of JSON on stdout:

    {"make": "lstm", "cell": "lstm", "hidden": 256, "symbols": 28, "embedding": null, "ids": [...], "rows": 32, "steps": 35, "rate": 0.002, "clip": 1.0,
     "threads": 2, "weights": {"layer0": [...], "W_ho": [...], "b_o": [...]}}                                  -> {"torch": version}
    {"fit": "lstm", "steps": 60}         -> {"seconds": ..., "losses": [...]}
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class LanguageModel(nn.Module):
    """One-hot inputs or an embedding, one recurrent layer, one output layer."""

    def __init__(self, cell, hidden, symbols, embedding):
        super().__init__()
        self.symbols = symbols
        self.embedding = None if embedding is None else nn.Embedding(symbols, embedding)
        kind = {"rnn": nn.RNN, "gru_after": nn.GRU, "lstm": nn.LSTM}[cell]
        self.rnn = kind(embedding or symbols, hidden)
        self.output = nn.Linear(hidden, symbols)

    def forward(self, ids, state):
        if self.embedding is None:
            inputs = F.one_hot(ids, self.symbols).float()
        else:
            inputs = self.embedding(ids)
        outputs, state = self.rnn(inputs, state)
        return self.output(outputs), state

    def take(self, weights):
        """Weights as the course stores them: W_x, W_h and two biases one after the other; the gates lie as PyTorch wants them."""
        layer = torch.tensor(weights["layer0"])
        parts = [self.rnn.weight_ih_l0, self.rnn.weight_hh_l0, self.rnn.bias_ih_l0, self.rnn.bias_hh_l0]
        with torch.no_grad():
            for part, values in zip(parts, layer.split([p.numel() for p in parts]), strict=True):
                part.copy_(values.view_as(part))
            self.output.weight.copy_(torch.tensor(weights["W_ho"]).view_as(self.output.weight))
            self.output.bias.copy_(torch.tensor(weights["b_o"]))
            if self.embedding is not None:
                self.embedding.weight.copy_(torch.tensor(weights["embedding"]).view_as(self.embedding.weight))


class Run:
    def __init__(self, asked):
        torch.set_num_threads(asked["threads"])
        self.model = LanguageModel(asked["cell"], asked["hidden"], asked["symbols"], asked["embedding"])
        self.model.take(asked["weights"])
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=asked["rate"], fused=True)
        self.clip, self.steps = asked["clip"], asked["steps"]
        ids, rows = torch.tensor(asked["ids"]), asked["rows"]
        self.minibatches = (len(ids) - 1) // (rows * self.steps)
        length = self.minibatches * self.steps
        self.inputs = ids[: rows * length].view(rows, length).t()  # (time, batch), each row a stretch of the text
        self.targets = ids[1 : rows * length + 1].view(rows, length).t()

    def fit(self, steps):
        """`steps` steps from the beginning of the text, the state carried; the loss of each."""
        state, losses = None, []
        for step in range(steps):
            at = step % self.minibatches * self.steps
            inputs, targets = self.inputs[at : at + self.steps], self.targets[at : at + self.steps]
            logits, state = self.model(inputs.contiguous(), state)
            loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            losses.append(loss.item())
        return losses


def main():
    runs = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if "make" in asked:
            runs[asked["make"]] = Run(asked)
            answer = {"torch": torch.__version__}
        else:
            began = time.perf_counter()
            losses = runs[asked["fit"]].fit(asked["steps"])
            answer = {"seconds": time.perf_counter() - began, "losses": losses}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
