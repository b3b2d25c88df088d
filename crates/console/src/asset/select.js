// Selecting rows: all of a page at once, and how many.

for (const form of document.querySelectorAll("form[data-selection]")) {
  const boxes = [...form.querySelectorAll("input[name=id]")];
  const all = form.querySelector("[data-selects-all]");
  const told = form.querySelector("[data-selected]");
  const buttons = [...form.querySelectorAll("button[name=action]")];
  const update = () => {
    const count = boxes.filter((box) => box.checked).length;
    if (told) {
      told.hidden = false;
      told.textContent = count ? told.dataset.pattern.replace("{count}", count) : told.dataset.none;
    }
    if (all) {
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    for (const button of buttons) button.disabled = count === 0;
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      update();
    });
  }
  let last = null;
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) {
        box.checked = event.target.checked;
      }
    }
    last = at;
  });
  form.addEventListener("change", update);
  update();
}
