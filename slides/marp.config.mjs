// What Marp is told: our theme, HTML as it stands (it is all ours), and nothing that a deck would have to fetch.
export default {
  html: true,
  themeSet: ["theme.css"],
  theme: "d2lrnn",
  options: { math: "mathjax", emoji: { shortcode: false, unicode: false } },
};
