"use strict";
(() => {
  const folds = [...document.querySelectorAll("details")];
  const apps = [...document.querySelectorAll("details.app")];
  const all = (open) => folds.forEach((fold) => { fold.open = open; });

  // What a link leads to may be folded away.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const fold = target.closest("details");
    if (fold) fold.open = true;
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Paper cannot be unfolded.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folds.filter((fold) => !fold.open);
    all(true);
  });
  addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

  const tools = document.getElementById("tools");
  if (tools) {
    tools.hidden = false;
    document.getElementById("expand").addEventListener("click", () => all(true));
    document.getElementById("collapse").addEventListener("click", () => all(false));
    const field = document.getElementById("filter");
    const found = document.getElementById("found");
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      const has = (text) => words.every((word) => text.includes(word));
      let objects = 0;
      for (const app of apps) {
        const whole = has(app.querySelector("summary").textContent.toLowerCase());
        let some = false;
        for (const article of app.querySelectorAll("article")) {
          article.hidden = !whole && !has(article.textContent.toLowerCase());
          if (!article.hidden) {
            some = true;
            objects++;
          }
        }
        app.hidden = !some;
        if (words.length && some && !whole) app.open = true;
      }
      found.textContent = words.length ? objects + (objects === 1 ? " object" : " objects") : "";
    });
  }

  // The arrows of the box under the pointer, or with the focus.
  const canvas = document.querySelector(".canvas");
  if (canvas) {
    const arrows = [...canvas.querySelectorAll(".arrow")];
    const show = (event) => {
      const node = event && event.target.closest("[data-node]");
      const number = node ? node.dataset.node : "";
      let any = false;
      for (const arrow of arrows) {
        const near = node && (arrow.dataset.from === number || arrow.dataset.to === number);
        arrow.classList.toggle("near", Boolean(near));
        any = any || near;
      }
      canvas.classList.toggle("near-only", Boolean(any));
    };
    canvas.addEventListener("pointerover", show);
    canvas.addEventListener("focusin", show);
    canvas.addEventListener("pointerleave", () => show());
    canvas.addEventListener("focusout", () => show());
  }
})();
