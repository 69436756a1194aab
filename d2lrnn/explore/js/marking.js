// A stretch of the text, marked with the mouse or with shift and the arrows, where something is sought in it. It touches no page, so that node can test it.

/** store: the explorer's. Marks are made only where `state.find` says that somebody wants them; state.marked is [start, stop), or null. */
export function marker(store) {
  let anchor = null;
  const wanted = () => Boolean(store.get().find);
  const to = (t) => ({ t, marked: [Math.min(anchor, t), Math.max(anchor, t) + 1] });
  return {
    /** The mouse goes down on a token: what was marked is no longer. */
    press(t) { anchor = t; store.set(wanted() ? { t, marked: null } : { t }); },
    /** It moves over one, pressed. */
    drag(t) { store.set(wanted() && anchor !== null && (t !== anchor || store.get().marked) ? to(t) : { t }); },
    /** The keys of `travel`: with shift a move marks what it passes; escape takes the mark away. */
    keys(travel) {
      const marking = (action) => (event) => {
        const before = store.get().t;
        action(event);
        if (!wanted()) return;
        if (!event.shiftKey) { anchor = null; return; }
        if (anchor === null || !store.get().marked) anchor = before;
        if (store.get().t !== before) store.set(to(store.get().t));
      };
      const table = Object.fromEntries(Object.entries(travel).map(([key, action]) => [key, /Arrow[LR]|Page|Home|End/.test(key) ? marking(action) : action]));
      return { ...table, Escape: () => store.set(wanted() ? { marked: null } : {}) };
    },
  };
}
