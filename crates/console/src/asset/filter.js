// Filters a table while somebody types.

for (const input of document.querySelectorAll("[data-filters]")) {
  const table = document.getElementById(input.dataset.filters);
  if (!table) continue;
  input.closest("[hidden]")?.removeAttribute("hidden");
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
