// On stage: D changes between light and dark, and the machine's own setting is where it begins.
(() => {
  const looks = {
    light: "--paper:#fff;--ink:#1b1f24;--soft:#4b5563;--line:#d1d5db;--card:#f3f4f6;--blue:#00619a;--new:#a84300;--green:#00664a",
    dark: "--paper:#14181d;--ink:#eceff3;--soft:#b6bdc8;--line:#414954;--card:#20262d;--blue:#7cc0ee;--new:#ffa15c;--green:#5fd3a8",
  };
  let now = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  addEventListener("keydown", (event) => {
    if (event.key !== "d" || event.ctrlKey || event.metaKey || event.altKey) return;
    now = now === "dark" ? "light" : "dark";
    for (const section of document.querySelectorAll("section")) {
      for (const pair of looks[now].split(";")) section.style.setProperty(...pair.split(":"));
    }
  });
})();
