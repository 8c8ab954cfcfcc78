// The counter's answers come in place: no flicker, the queue stays live, the cursor is where the next key is needed.
// Without scripts the same forms and links are pages.
(() => {
  const main = document.getElementById("main");
  const ours = (url) => url.origin === location.origin && ["/counter", "/counter/times"].includes(url.pathname);
  const posts = (url) => url.origin === location.origin && /^\/counter\/(do\/|find$|window$|contact$|erase$)/.test(url.pathname);
  let turn = Promise.resolve();
  let waiting = 0;
  let shown = new URL(location.href);

  // A filter says what it changes, not the whole page it was drawn on: that may have become another one when its turn comes.
  const changed = (url, fields) => {
    if (!fields || shown.pathname !== url.pathname) return url;
    const next = new URL(shown);
    fields.forEach((name) => next.searchParams.set(name, url.searchParams.get(name) ?? ""));
    return next;
  };

  const put = (fresh) => {
    const old = main.querySelector("[data-focus]");
    const typing = old && old === document.activeElement && old.value !== old.defaultValue && !old.form.dataset.sent;
    const kept = new Map([...main.querySelectorAll("[data-keep]")].map((one) => [one.dataset.keep, one.scrollTop]));
    fresh.querySelectorAll("[data-live]").forEach((one) => {
      const live = main.querySelector(`[data-live="${CSS.escape(one.dataset.live)}"]`);
      if (live) { live.innerHTML = one.innerHTML; one.replaceWith(document.adoptNode(live)); }
    });
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    main.querySelectorAll("[data-keep]").forEach((one) => { one.scrollTop = kept.get(one.dataset.keep) ?? 0; });
    const search = main.querySelector("[data-focus]");
    if (typing && search) search.value = old.value;
    const next = typing ? search : main.querySelector("[autofocus]");
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
    waiting += 1;
    main.setAttribute("aria-busy", "true");
    turn = turn.then(() => load(url, options, push)).finally(() => {
      waiting -= 1;
      if (waiting) return;
      main.removeAttribute("aria-busy");
      document.dispatchEvent(new Event("settled"));
    });
  };

  const load = async (url, options, push) => {
    try {
      const headers = { "X-In-Place": "1" };
      const answer = await fetch(typeof url === "function" ? url() : url, { credentials: "same-origin", headers, ...options });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      const at = new URL(answer.headers.get("Content-Location") ?? answer.url, answer.url);
      if (!fresh || at.pathname.startsWith("/staff")) { location.assign(at); return; }
      put(fresh);
      shown = at;
      document.title = page.title;
      if (push && ours(at)) history.pushState(null, "", at);
    } catch {
      main.querySelectorAll("[data-sent]").forEach((one) => { delete one.dataset.sent; });
      say("网络断了，请等一下再做一次；做过的不会重复。");
    }
  };

  main.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    const url = new URL(form.action);
    const data = new FormData(form, event.submitter);
    if (form.method === "get" && ours(url)) {
      event.preventDefault();
      url.search = new URLSearchParams(data);
      const fields = [...form.elements].filter((one) => one.name && one.type !== "hidden").map((one) => one.name);
      show(() => changed(url, fields), {}, true);
    } else if (form.method === "post" && posts(url)) {
      event.preventDefault();
      form.dataset.sent = "1";
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
  main.addEventListener("change", (event) => { if ("auto" in event.target.dataset) event.target.form.requestSubmit(); });
  addEventListener("popstate", () => show(location.href, {}, false));
})();
