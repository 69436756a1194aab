"""Solutions to the exercises of chapter 10."""


def auc(values, holds):
    difference = values[holds][:, None] - values[~holds][None]  # every pair, one of each sort
    return (difference > 0).mean() + (difference == 0).mean() / 2


def saturated(gate):
    return (gate < 0.1).mean(axis=0), (gate > 0.9).mean(axis=0)


def inside_quotes(text):
    inside, found = False, []
    for char in text:
        if char == '"':
            inside = not inside
        found.append(inside)
    return found
