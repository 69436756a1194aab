// Questions to a kernel that is slower than a reader's hand. It touches no page, so that node can test it.

/**
 * One question at a time; of what is asked meanwhile only the last is kept, so that a busy kernel is never left with a queue.
 * ask(body): a promise of the answer. done(answer, body) and failed(error, body) are called in the order of the questions: an answer that comes after a
 * later one is dropped. patience: milliseconds after which an open question is given up, so that the next one does not wait for a kernel that is gone.
 * Returns {put(body), stop()}.
 */
export function latestOnly({ ask, done, failed, patience = 20_000, now = Date.now }) {
  let asked = 0, shown = 0, open = null, next = null, stopped = false;

  function put(body) {
    if (open && now() - open.since < patience) { next = { body }; return; }
    next = null;
    const mine = { number: ++asked, since: now() };
    open = mine;
    const settled = (tell) => (value) => {
      if (stopped) return;
      if (mine.number > shown) { shown = mine.number; tell(value, body); }
      if (open === mine) open = null;
      if (!open && next) put(next.body);
    };
    ask(body).then(settled(done), settled(failed));
  }

  return { put, stop() { stopped = true; } };
}

/** Calls `f` when it has not been asked to for `ms`. */
export function debounced(f, ms) {
  let waiting = 0;
  const later = (...values) => { clearTimeout(waiting); waiting = setTimeout(() => f(...values), ms); };
  return Object.assign(later, { stop: () => clearTimeout(waiting) });
}
