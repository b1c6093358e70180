"use strict";
// A number opens the posts behind it: its link names what to select, each row of the trail says what it is.
(() => {
  const trail = document.getElementById("posts");
  if (!trail) return;
  const rows = [...trail.querySelectorAll("tbody tr")];
  const bar = trail.querySelector(".filter");
  const show = (wanted) => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !wanted.every(([name, value]) => row.dataset[name] === value);
      shown += row.hidden ? 0 : 1;
    }
    bar.hidden = wanted.length === 0;
    bar.querySelector("b").textContent = `${shown} / ${rows.length}`;
  };
  for (const link of document.querySelectorAll("[data-selects]")) {
    link.addEventListener("click", () => {
      const cut = (part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)];
      show(link.dataset.selects.split(";").map(cut));
      trail.open = true;
    });
  }
  bar.querySelector("button").addEventListener("click", () => show([]));
})();
