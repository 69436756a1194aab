"""Solutions to the exercises of chapter 02."""

import math
from collections import Counter


def apply_merges(piece, merges):
    tokens = list(piece)
    for left, right in merges:
        merged = []
        for token in tokens:
            # A token that was just made is longer than `left`, so that "aaa" becomes "aa", "a".
            if merged and merged[-1] == left and token == right:
                merged[-1] = left + right
            else:
                merged.append(token)
        tokens = merged
    return tokens


def vocabulary(tokens, min_freq):
    counts = Counter(tokens)
    ranked = sorted(counts, key=lambda token: (-counts[token], token))
    return ["<unk>"] + [token for token in ranked if counts[token] >= min_freq]


def unknown_rate(train_tokens, heldout_tokens, min_freq):
    counts = Counter(train_tokens)
    known = {token for token, count in counts.items() if count >= min_freq}
    return sum(token not in known for token in heldout_tokens) / len(heldout_tokens)


def bits_per_character(tokenizer, text):
    return math.log2(len(tokenizer)) * len(tokenizer.encode(text)) / len(text)


def sequential(tokens, batch_size, num_steps):
    count = (len(tokens) - 1) // (batch_size * num_steps)
    used = count * batch_size * num_steps
    inputs_TB = tokens[:used].reshape(batch_size, -1).T  # B long rows, then time first
    targets_TB = tokens[1 : used + 1].reshape(batch_size, -1).T
    windows = [slice(m * num_steps, (m + 1) * num_steps) for m in range(count)]
    return [(inputs_TB[window], targets_TB[window]) for window in windows]
