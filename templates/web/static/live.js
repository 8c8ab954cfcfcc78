// Pieces of a page that change by themselves. Each event carries the whole piece; a connection that is lost is made again.
// With data-stale the page shows (by a class) when nothing has been heard for so many seconds.
(() => {
  const AGAIN = 3000, LONGEST_PRESS = 5000;
  const watched = new WeakSet();
  const now = () => performance.now();
  const named = (one) => one.querySelector("summary")?.textContent;

  const replace = (piece, html) => {
    const open = new Map([...piece.querySelectorAll("details")].map((one) => [named(one), one.open]));
    const atBottom = piece.scrollHeight - piece.scrollTop - piece.clientHeight < 60;
    const links = () => [...piece.querySelectorAll("a[href], button, summary")];
    const focus = links().find((one) => one === document.activeElement);
    piece.innerHTML = html;
    piece.querySelectorAll("details").forEach((one) => { one.open = open.get(named(one)) ?? one.open; });
    if (piece.dataset.bottom && atBottom) piece.scrollTop = piece.scrollHeight;
    if (focus) links().find((one) => one.href === focus.href && one.textContent === focus.textContent)?.focus({ preventScroll: true });
    piece.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
  };

  const watch = (piece) => {
    if (watched.has(piece)) return;
    watched.add(piece);
    const over = new AbortController();
    const on = (target, name, act) => target.addEventListener(name, act, { signal: over.signal });
    const patience = 1000 * piece.dataset.stale;
    let events = null, heard = now(), tried = 0, pressed = 0, late = null;

    // A click is a press and a release on the same thing: nothing is replaced in between.
    const show = (html) => {
      if (pressed && now() - pressed < LONGEST_PRESS) { late = html; return; }
      late = null;
      replace(piece, html);
    };
    const released = () => setTimeout(() => { pressed = 0; if (late !== null) show(late); });
    on(piece, "pointerdown", (event) => { if (event.button === 0) pressed = now(); });
    on(window, "pointerup", released);
    on(window, "pointercancel", released);

    const close = () => { events?.close(); events = null; };
    const connect = () => {
      close();
      tried = heard = now();
      events = new EventSource(piece.dataset.live);
      events.onopen = () => { heard = now(); };
      events.addEventListener("beat", () => { heard = now(); });
      events.onmessage = (event) => { heard = now(); show(event.data); };
    };
    // A browser has six connections to a place: a page nobody looks at leaves its own to the others.
    const look = () => {
      if (document.hidden && !piece.dataset.call) close(); else if (!events) connect();
    };
    on(document, "visibilitychange", look);
    on(window, "pagehide", close);
    on(window, "pageshow", look);
    const clock = setInterval(() => {
      if (!piece.isConnected) { close(); clearInterval(clock); over.abort(); return; }
      if (patience) document.documentElement.classList.toggle("stale", events !== null && now() - heard > patience);
      // It gives up for good after an error page: begin again, without calling that news.
      if (events?.readyState === EventSource.CLOSED && now() - tried > AGAIN) { const since = heard; connect(); heard = since; }
    }, 1000);
    if (piece.dataset.bottom) piece.scrollTop = piece.scrollHeight;
    look();
  };
  const all = () => document.querySelectorAll("[data-live]").forEach(watch);
  document.addEventListener("swapped", all);
  all();
})();
