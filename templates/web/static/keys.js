// One key an action: what has data-key="x" is pressed by x; the field with data-focus="/" gets the cursor, also when
// somebody just types digits. A scanner types "/", a card's code and Enter, wherever the cursor is.
(() => {
  const FIELD = "input:not([type=radio]):not([type=checkbox]), textarea, select";
  const SCANNED = /[/／](c[a-z2-7]{10})$/i;
  const search = () => document.querySelector("[data-focus]");
  const pressed = [];

  // What a scanner typed into a field that is not meant for it goes where it belongs.
  const scannedElsewhere = (field) => {
    const target = search();
    const found = target && field !== target && "value" in field && field.value.match(SCANNED);
    if (!found) return false;
    field.value = field.value.slice(0, found.index);
    target.value = found[1];
    target.form.requestSubmit();
    return true;
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229) return;
    const field = event.target.closest?.(FIELD);
    if (field && event.key === "Escape") { field.blur(); return; }
    if (field && event.key === "Enter" && scannedElsewhere(field)) { event.preventDefault(); return; }
    const key = event.key.toLowerCase();
    const target = search();
    const own = field && field === target;
    if (field && !(own && (key === target.dataset.focus || (key === "n" && field.value === "")))) return;
    if (target && key === target.dataset.focus) { event.preventDefault(); target.focus(); target.select(); return; }
    if (target && /^[0-9]$/.test(key)) { target.value = ""; target.focus(); return; }
    if (event.repeat || key.length > 1) return;
    if (document.querySelector("[aria-busy=true]")) pressed.push(key); else if (press(key)) event.preventDefault();
  });

  const press = (key) => {
    const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    button?.click();
    return button;
  };

  // Who is faster than the answer is not ignored: the key waits for the page it was meant for.
  document.addEventListener("settled", () => {
    while (pressed.length && !document.querySelector("[aria-busy=true]")) press(pressed.shift());
  });
  // What was meant for a page that did not come must not be done to another.
  document.addEventListener("lost", () => { pressed.length = 0; });
})();
