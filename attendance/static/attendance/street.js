// A record made without a signal is kept on this phone and sent when the signal is back. Each has a key of its own, so that
// the server takes it once however often it is sent. Without this script the forms work as ever.
(() => {
  const root = document.querySelector("[data-street]");
  if (!root) return;
  const STORE = "street-unsent-" + root.dataset.street;
  const box = document.querySelector("#unsent");
  const read = () => JSON.parse(localStorage.getItem(STORE) || "[]");
  const write = (records) => { if (records.length) localStorage.setItem(STORE, JSON.stringify(records)); else localStorage.removeItem(STORE); show(); };

  function show() {
    const records = read();
    box.hidden = !records.length;
    box.querySelector("b").textContent = String(records.length);
    const refused = records.filter((record) => record.refused);
    const list = box.querySelector("ul");
    list.replaceChildren(...refused.map((record) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = record.action;
      link.textContent = record.label + " · " + record.fields.map((field) => field[1]).filter(Boolean).slice(0, 6).join(" · ");
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "btn btn-sm btn-outline";
      drop.textContent = box.dataset.drop;
      drop.addEventListener("click", () => write(read().filter((other) => other.key !== record.key)));
      item.append(link, " ", drop);
      return item;
    }));
  }

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

  async function post(record) {
    const body = new URLSearchParams(record.fields);
    body.set("csrfmiddlewaretoken", token());
    body.set("key", record.key);
    return fetch(record.action, { method: "POST", body, credentials: "same-origin" });
  }

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (const record of read().filter((one) => !one.refused)) {
        const answer = await post(record);
        const signedOut = answer.redirected && answer.url.includes("/accounts/");
        if (signedOut || answer.status === 403 || answer.status >= 500) break;
        if (answer.ok) write(read().filter((other) => other.key !== record.key));
        else write(read().map((other) => (other.key === record.key ? { ...other, refused: true } : other)));
      }
    } catch (error) { /* still no signal */ } finally { sending = false; }
  }

  const local = () => { const now = new Date(); now.setMinutes(now.getMinutes() - now.getTimezoneOffset()); return now.toISOString().slice(0, 16); };

  document.querySelectorAll("form[data-keep]").forEach((form) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    data.delete("csrfmiddlewaretoken");
    data.delete("key");
    if (!data.get("at")) data.set("at", local());
    const record = { key: crypto.randomUUID(), action: form.action, label: form.dataset.keep, fields: [...data.entries()].map(([name, value]) => [name, String(value)]) };
    try {
      const answer = await post(record);
      if (answer.ok) { location.href = answer.url; return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const problems = page.querySelector("#problems");
      document.querySelector("#problems")?.remove();
      if (problems) { form.prepend(problems); problems.focus(); }
    } catch (error) {
      write([...read(), record]);
      form.reset();
      box.scrollIntoView();
    }
  }));

  window.addEventListener("online", send);
  show();
  send();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/street/worker.js", { scope: "/street/" }).catch(() => {});
})();
