// What all views of one explorer share: which trace, array and unit are looked at, and where the cursor stands. Views read it, set it, and listen.

/** get(): the state; set(changes): merge, and tell those who listen what changed; on(listener): listener(state, changed) now and after each change. */
export function makeStore(initial) {
  let state = { ...initial };
  const listeners = new Set();
  return {
    get: () => state,
    set(changes) {
      const changed = Object.keys(changes).filter((key) => changes[key] !== state[key]);
      if (!changed.length) return;
      state = { ...state, ...changes };
      for (const listener of [...listeners]) listener(state, new Set(changed));
    },
    /** The data are others, so all that was read from them has changed. */
    renew(next) {
      state = next;
      for (const listener of [...listeners]) listener(state, new Set(Object.keys(state)));
    },
    on(listener) {
      listeners.add(listener);
      listener(state, new Set(Object.keys(state)));
      return () => listeners.delete(listener);
    },
  };
}

/** A state that fits the data: whatever was given (a copied state, say), names that are not there and numbers out of range are put right. */
export function fitting(given, data) {
  const whole = (value, count) => (Number.isInteger(value) ? Math.min(count - 1, Math.max(0, value)) : 0);
  const state = { ...given };
  state.trace = whole(state.trace, data.traces.length);
  const trace = data.traces[state.trace];
  const array = trace.arrays.find((one) => one.name === state.array) ?? trace.arrays.find((one) => one.name.endsWith("h")) ?? trace.arrays[0];
  state.array = array.name;
  state.unit = whole(state.unit, array.units);
  state.t = whole(state.t, trace.tokens.length);
  return state;
}
