// One key an action: the button with data-key="x" is pressed by x, a field with data-focus="/" gets the cursor.
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const inField = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && inField) { inField.blur(); return; }
  if (inField) return;
  const key = CSS.escape(event.key.toLowerCase());
  const field = document.querySelector(`[data-focus="${key}"]`);
  const button = document.querySelector(`[data-key="${key}"]`);
  if (field) { event.preventDefault(); field.focus(); field.select(); }
  else if (button) { event.preventDefault(); button.click(); }
});
// A form is sent once, however often the button is pressed.
addEventListener("submit", (event) => {
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  setTimeout(() => { delete event.target.dataset.sent; }, 3000);
});
