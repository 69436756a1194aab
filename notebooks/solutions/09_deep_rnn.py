"""Solutions to the exercises of chapter 09."""


def deep_step(x, states, steps):
    new = []
    for h, step in zip(states, steps, strict=True):
        x = step(h, x)
        new.append(x)
    return new


def weights(V, H, L):
    first = 4 * (V * H + H * H + H)
    other = 4 * (H * H + H * H + H)
    return first + (L - 1) * other + H * V + V


def dropped(h, keep, rate):
    return h * keep / (1 - rate)
