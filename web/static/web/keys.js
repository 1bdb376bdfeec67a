// Keyboard short cuts and the command palette. Everything that they do can be done without them.
(() => {
  const $ = (selector) => document.querySelector(selector);
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("table.rows tbody tr")];
  let row = -1;
  let waiting = "";

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    all[row]?.classList.remove("here");
    row = Math.max(0, Math.min(all.length - 1, row + by));
    all[row].classList.add("here");
    all[row].querySelector("a.go")?.focus();
  };

  const palette = $("dialog.palette");
  const field = $("#palette-words");
  const list = palette?.querySelector("ul");
  const known = new Set(list ? [...list.querySelectorAll("a")].map((link) => link.href) : []);
  // every page of the navigation can be reached by its name
  for (const link of list ? document.querySelectorAll("nav.side a") : []) {
    if (known.has(link.href)) continue;
    const item = document.createElement("li");
    const copy = document.createElement("a");
    copy.href = link.href;
    copy.textContent = link.textContent;
    item.append(copy);
    list.append(item);
  }
  const places = list ? [...list.children] : [];

  const open = () => { if (palette && !palette.open) { palette.showModal(); field.value = ""; fill([]); field.focus(); } };

  const fill = (cases) => {
    const wanted = field.value.trim().toLowerCase();
    const found = cases.map((one) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "/cases/" + encodeURIComponent(one.number);
      link.textContent = one.number + " · " + one.label + " · " + one.step;
      item.append(link);
      return item;
    });
    list.replaceChildren(...found, ...places.filter((item) => item.textContent.toLowerCase().includes(wanted)));
  };

  let last = 0;
  const ask = async () => {
    const mine = ++last;
    const body = new FormData(palette.querySelector("form"));
    const answer = await fetch(palette.dataset.suggest, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (answer.ok && mine === last && document.activeElement === field) fill((await answer.json()).cases);
  };

  if (palette) {
    let timer;
    field.addEventListener("input", () => { fill([]); clearTimeout(timer); if (palette.dataset.suggest && field.value.trim().length > 1) timer = setTimeout(ask, 200); });
    palette.querySelector("form").addEventListener("submit", (event) => {
      const first = list.querySelector("a");
      if (first && field.value.trim()) { event.preventDefault(); location.href = first.href; }
    });
    palette.addEventListener("keydown", (event) => {
      const links = [field, ...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        links[Math.max(0, Math.min(links.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
      }
    });
    const opener = $("#open-palette");
    if (opener) { opener.hidden = false; opener.addEventListener("click", open); }
  }

  // what the street team's pages keep for times without a signal goes with the sign-out
  document.querySelector('form[action*="logout"]')?.addEventListener("submit", () => { window.caches?.delete("street"); });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (waiting === "g") {
      waiting = "";
      const go = { h: "home", c: "cases", i: "inbox" }[event.key];
      const link = go && document.querySelector(`[data-key="${go}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "/") { event.preventDefault(); $("#words")?.focus(); }
    else if (event.key === "g") waiting = "g";
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "n" && row >= 0) rows()[row]?.querySelector("a.doit")?.click();
    else if (event.key === "x" && row >= 0) rows()[row]?.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "?") open();
  });
})();
