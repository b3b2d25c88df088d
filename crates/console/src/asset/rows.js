// A click anywhere in a row follows its link. The sheet stretches the link over the row; what must
// lie above it, to show its exact time, would be a hole otherwise.

for (const row of document.querySelectorAll("tr.linked")) {
  row.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("a, button, input, label, summary")) return;
    if (String(getSelection())) return;
    row.querySelector("a.row-link")?.click();
  });
}
