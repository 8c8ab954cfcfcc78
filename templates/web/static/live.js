// Pieces of a page that change by themselves. Each event carries the whole piece; the browser reconnects by itself.
document.querySelectorAll("[data-live]").forEach((piece) => {
  const toBottom = () => { if (piece.dataset.bottom) piece.scrollTop = piece.scrollHeight; };
  toBottom();
  const events = new EventSource(piece.dataset.live);
  events.onmessage = (event) => {
    const open = [...piece.querySelectorAll("details")].map((one) => one.open);
    piece.innerHTML = event.data;
    piece.querySelectorAll("details").forEach((one, index) => { one.open = open[index] ?? one.open; });
    toBottom();
    piece.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
  };
  addEventListener("pagehide", () => events.close());
});
