// A page for paper prints itself when it was opened to be printed, and when its button is pressed.
(() => {
  document.querySelectorAll("[data-print]").forEach((one) => one.addEventListener("click", () => print()));
  if (new URLSearchParams(location.search).has("print")) addEventListener("load", () => print());
})();
