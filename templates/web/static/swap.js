// The counter's answers come in place: no flicker, the queue stays live, the cursor is where the next key is needed.
// Without scripts the same forms and links are pages.
(() => {
  const PATIENCE = 30000;
  const main = document.getElementById("main");
  const ours = (url) => url.origin === location.origin && ["/counter", "/counter/times"].includes(url.pathname);
  const posts = (url) => url.origin === location.origin && /^\/counter\/(do\/|find$|window$|contact$|erase$)/.test(url.pathname);
  const search = () => main.querySelector("[data-focus]");
  const entered = new Set();
  let turn = Promise.resolve();
  let waiting = 0;
  let journey = 0;
  let composing = null;
  let shown = new URL(location.href);

  // A filter says what it changes, not the whole page it was drawn on: that may have become another one when its turn comes.
  const changed = (url, fields) => {
    if (!fields || shown.pathname !== url.pathname) return url;
    const next = new URL(shown);
    fields.forEach((name) => next.searchParams.set(name, url.searchParams.get(name) ?? ""));
    return next;
  };

  // The same field about the same person on the page that came.
  const twin = (fresh, field) => [...fresh.querySelectorAll("input, select, textarea")].find((one) =>
    one.name === field.name && one.type === field.type && one.id === field.id
    && (!["radio", "checkbox"].includes(one.type) || one.value === field.value)
    && one.form?.getAttribute("action") === field.form?.getAttribute("action") && one.form?.className === field.form?.className
    && one.form?.elements.card?.value === field.form?.elements.card?.value);

  // What was entered while the answer was on its way is not lost; the field with the cursor, if it is one of those.
  const carry = (fresh) => {
    let cursor = null;
    for (const field of [...entered].filter((one) => one.isConnected && one.name)) {
      const other = twin(fresh, field);
      if (!other) continue;
      if ("checked" in field) other.checked = field.checked;
      if (!["radio", "checkbox"].includes(field.type)) other.value = field.value;
      other.closest("details")?.setAttribute("open", "");
      entered.add(other);
      if (field === document.activeElement) cursor = other;
    }
    return cursor;
  };

  const put = (fresh) => {
    const old = search();
    const typing = old && old === document.activeElement && old.value !== (old.form.dataset.sent ?? old.defaultValue);
    const kept = new Map([...main.querySelectorAll("[data-keep]")].map((one) => [one.dataset.keep, one.scrollTop]));
    fresh.querySelectorAll("[data-live]").forEach((one) => {
      const live = main.querySelector(`[data-live="${CSS.escape(one.dataset.live)}"]`);
      if (live) { live.innerHTML = one.innerHTML; one.replaceWith(document.adoptNode(live)); }
    });
    const cursor = carry(fresh);
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    main.querySelectorAll("[data-keep]").forEach((one) => { one.scrollTop = kept.get(one.dataset.keep) ?? 0; });
    if (typing && search()) search().value = old.value;
    const next = typing ? search() : cursor ?? main.querySelector("[autofocus]");
    if (next) next.focus({ preventScroll: true }); else document.activeElement?.blur();
    document.dispatchEvent(new Event("swapped"));
  };

  const say = (text) => {
    main.querySelectorAll(":scope > .said").forEach((one) => one.remove());
    const line = Object.assign(document.createElement("p"), { className: "said bad", textContent: text });
    line.setAttribute("role", "alert");
    main.prepend(line);
  };

  // One after another: whoever is faster than the answer is not ignored.
  const show = (url, options, push) => {
    const mine = journey;
    waiting += 1;
    main.setAttribute("aria-busy", "true");
    turn = turn.then(() => load(url, options, push, mine)).finally(() => {
      waiting -= 1;
      if (waiting) return;
      entered.clear();
      main.removeAttribute("aria-busy");
      document.dispatchEvent(new Event("settled"));
    });
  };

  const load = async (url, options, push, mine) => {
    if (options.method !== "POST" && mine !== journey) return; // the reader went back before it was asked for
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const headers = { "X-In-Place": "1" };
      const answer = await fetch(typeof url === "function" ? url() : url, { credentials: "same-origin", headers, signal, ...options });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      const at = new URL(answer.headers.get("Content-Location") ?? answer.url, answer.url);
      if (!fresh || at.pathname.startsWith("/staff")) { location.assign(ours(at) || at.pathname.startsWith("/staff") ? at : "/counter"); return; }
      while (composing) await composing; // a word half typed in Chinese would be gone
      if (fresh.querySelector(".said.bad")) document.dispatchEvent(new Event("lost"));
      put(fresh);
      shown = at;
      document.title = page.title;
      if (push && mine === journey && ours(at) && at.href !== location.href) history.pushState(null, "", at);
    } catch {
      main.querySelectorAll("[data-sent]").forEach((one) => { delete one.dataset.sent; });
      document.dispatchEvent(new Event("lost"));
      say("网络断了，请等一下再做一次；做过的不会重复。");
      if (document.activeElement === document.body) search()?.focus({ preventScroll: true });
    }
  };

  const sent = (form) => {
    for (const one of form.elements) entered.delete(one);
    if (form.contains(document.activeElement) && form.contains(search())) search().blur(); // the next key is for the answer
  };

  main.addEventListener("submit", (event) => {
    const form = event.target;
    const url = new URL(form.action);
    const data = new FormData(form, event.submitter);
    if (form.method === "get" && ours(url)) {
      event.preventDefault();
      url.search = new URLSearchParams(data);
      const fields = [...form.elements].filter((one) => one.name && one.type !== "hidden").map((one) => one.name);
      sent(form);
      show(() => changed(url, fields), {}, true);
    } else if (form.method === "post" && posts(url)) {
      event.preventDefault();
      // A form is sent once, however often its button is pressed; another search is another form.
      const mark = form.contains(search()) ? search().value : "1";
      if (form.dataset.sent === mark) return;
      form.dataset.sent = mark;
      sent(form);
      show(url, { method: "POST", body: new URLSearchParams(data) }, true);
    }
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const url = new URL(link.href);
    if (!ours(url)) return;
    event.preventDefault();
    show(() => changed(url, link.dataset.sets?.split(" ")), {}, true);
  });
  main.addEventListener("input", (event) => { if (waiting) entered.add(event.target); });
  main.addEventListener("compositionstart", (event) => {
    composing = new Promise((end) => { for (const name of ["compositionend", "blur"]) event.target.addEventListener(name, end, { once: true }); })
      .then(() => { composing = null; });
  });
  main.addEventListener("change", (event) => { if ("auto" in event.target.dataset) event.target.form.requestSubmit(); });
  addEventListener("popstate", () => { journey += 1; show(location.href, {}, false); });
})();
