// Buttons that copy a text, and say so.

for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const word = button.querySelector("[aria-live]");
  if (!source || !word) continue;
  const usual = word.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      word.textContent = button.dataset.done;
    } catch {
      // No clipboard without TLS: select it, so that one key does it.
      getSelection().selectAllChildren(source);
      word.textContent = button.dataset.failed;
    }
    setTimeout(() => { word.textContent = usual; }, 4000);
  });
}
