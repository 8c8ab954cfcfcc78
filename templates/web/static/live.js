// Pieces of a page that change by themselves. Each event carries the whole piece; the browser reconnects by itself.
// A piece with data-stale shows (by its class) when nothing has been heard for so many seconds.
(() => {
  const watched = new WeakSet();
  const watch = (piece) => {
    if (watched.has(piece)) return;
    watched.add(piece);
    const toBottom = () => { if (piece.dataset.bottom) piece.scrollTop = piece.scrollHeight; };
    toBottom();
    let events;
    let heard = Date.now();
    const connect = () => {
      events = new EventSource(piece.dataset.live);
      events.onopen = () => { heard = Date.now(); };
      events.addEventListener("beat", () => { heard = Date.now(); });
      events.onmessage = (event) => {
        heard = Date.now();
        const open = [...piece.querySelectorAll("details")].map((one) => one.open);
        piece.innerHTML = event.data;
        piece.querySelectorAll("details").forEach((one, index) => { one.open = open[index] ?? one.open; });
        toBottom();
        piece.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
      };
    };
    connect();
    const patience = 1000 * piece.dataset.stale;
    if (patience) setInterval(() => {
      document.documentElement.classList.toggle("stale", Date.now() - heard > patience);
      // A browser gives up for good after an error page: begin again.
      if (events.readyState === EventSource.CLOSED) connect();
    }, 1000);
    addEventListener("pagehide", () => events.close());
    document.addEventListener("swapped", () => { if (!piece.isConnected) events.close(); });
  };
  const all = () => document.querySelectorAll("[data-live]").forEach(watch);
  document.addEventListener("swapped", all);
  all();
})();
