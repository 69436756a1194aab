"""Data-parallel training: one minibatch shared out among several contexts, each with a copy of the network.

It is for several GPUs. Two contexts of a CPU save no time: MXNet's recurrent operator holds the CPU's one random generator while it computes, dropout or not,
so that two of them wait for each other.
"""

from __future__ import annotations

from d2lrnn.nn.heads import as_numpy
from d2lrnn.nn.network import Network


class Replicas:
    """A network and its copies on `devices`. The gradient of the whole minibatch ends up in the first one's `parameters.grad`.

    Raises ValueError unless the first device is the network's own.
    """

    def __init__(self, network: Network, devices: list):
        if devices[0] != network.device:
            raise ValueError(f"devices: the first must be the network's own, {network.device}, got {devices[0]}")
        self.networks = [network, *(network.twin(device=device) for device in devices[1:])]

    def gradient(self, batch: tuple, states: list) -> tuple:
        """Forward and backward. states: one for each copy. Returns the mean loss of the minibatch, an array, and the new states."""
        if len(self.networks) == 1:
            loss, state = self.networks[0].gradient(batch, states[0])
            return loss, [state]
        batch = tuple(None if part is None else as_numpy(part) for part in batch)
        shares = self.networks[0].shares(batch, len(self.networks))
        weights = [network.count(share) for network, share in zip(self.networks, shares, strict=True)]
        losses, ends = [], []
        for network, share, state in zip(self.networks, shares, states, strict=True):
            loss, end = network.gradient(share, state)
            losses.append(loss)
            ends.append(end)
        first, *others = self.networks
        total = sum(weights) or 1.0  # where nothing counts, the loss and its gradient are 0
        first.parameters.grad *= weights[0] / total
        loss = losses[0] * (weights[0] / total)
        for network, its, weight in zip(others, losses[1:], weights[1:], strict=True):
            first.parameters.grad += network.parameters.grad.as_in_ctx(first.device) * (weight / total)
            loss = loss + its.as_in_ctx(first.device) * (weight / total)
        return loss, ends

    def spread(self) -> None:
        """Copy the first network's weights to the others."""
        for network in self.networks[1:]:
            network.parameters.flat[:] = self.networks[0].parameters.flat.as_in_ctx(network.device)
