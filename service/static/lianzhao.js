// What the pages do beyond links and forms: keys, the panel beside a list, lines of the chain map.
// Every page works without this file.
(function () {
  "use strict";

  const WIDE = window.matchMedia("(min-width: 1260px)"); // as in lianzhao.css: below it there is no panel
  const byId = (id) => document.getElementById(id);
  const text = (id) => byId(id).content.textContent.trim();

  // Opening an explanation: beside the list where there is room, as a page of its own where there is not,
  // and in a new tab when the reader asks for one. htmx would take every click otherwise.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-panel]");
    if (!link) return;
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (elsewhere || !WIDE.matches) event.stopPropagation();
  }, true);

  // A click anywhere in a line opens it, unless text is being selected or another link was meant.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (!row || event.target.closest("a, button, input, label, summary")) return;
    if (String(window.getSelection())) return;
    row.querySelector("[data-open]").click();
  });

  // The other language shows what is shown now: conditions may have changed since the page was loaded.
  document.querySelectorAll(".rail [hreflang]").forEach((link) => link.addEventListener("click", () => {
    const language = new URL(link.href).searchParams.get("lang");
    const address = new URL(window.location.href);
    address.searchParams.set("lang", language);
    link.href = address.href;
  }));

  // Keys.
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (isTyping(document.activeElement)) document.activeElement.blur();
      document.querySelectorAll("details.picker[open]").forEach((picker) => { picker.open = false; });
      return;
    }
    if (isTyping(event.target) || (byId("help") && byId("help").open)) return;
    if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1, event);
    else if (event.key === "[" || event.key === "]") reorder(event.key === "[" ? -1 : 1, event);
    else if (event.key === "l") lock(event);
    else if (event.key === "x") pick(event);
    else if (event.key === "c") press("[data-compare]", event);
    else if (event.key === "s") press("[data-save]", event);
    else if (event.key === "/") focusSearch(event);
    else if (event.key === "?") showHelp(event);
  });

  function move(step, event) {
    const links = [...document.querySelectorAll("tr[data-row] [data-open]")];
    if (!links.length) return;
    const focused = document.activeElement.closest("tr[data-row]");
    let at = focused ? links.indexOf(focused.querySelector("[data-open]")) + step : -1;
    if (!focused) at = Math.max(0, links.findIndex((link) => link.getAttribute("aria-current")));
    const link = links[Math.min(links.length - 1, Math.max(0, at))];
    link.focus({ preventScroll: true });
    link.closest("tr").scrollIntoView({ block: "nearest" });
    event.preventDefault();
  }

  // Choosing lines to compare: two or three, no more.
  const picks = () => [...document.querySelectorAll("[data-pick]")];
  function pick(event) {
    const row = document.activeElement.closest("tr[data-row]");
    const box = row && row.querySelector("[data-pick]");
    if (!box || (box.disabled && !box.checked)) return;
    box.checked = !box.checked;
    showPicks();
    event.preventDefault();
  }

  function showPicks() {
    const count = picks().filter((box) => box.checked).length;
    picks().forEach((box) => { box.disabled = count >= 3 && !box.checked; });
    document.querySelectorAll("[data-compare]").forEach((button) => { button.disabled = count < 2; });
  }

  function press(css, event) {
    const button = document.querySelector(css);
    if (!button || button.disabled) return;
    button.click();
    event.preventDefault();
  }

  document.addEventListener("change", (event) => { if (event.target.closest("[data-pick]")) showPicks(); });
  document.addEventListener("htmx:afterSettle", showPicks);
  showPicks();

  // What was open stays open when an answer brings the conditions anew.
  let opened = [];
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("details.picker[open][id]")].map((picker) => picker.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    opened.map(byId).filter(Boolean).forEach((picker) => { picker.open = true; });
  });

  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  document.documentElement.classList.add("scripted");

  function focusSearch(event) {
    const box = [...document.querySelectorAll("[data-search]")].find((input) => input.offsetParent !== null);
    if (!box) return;
    box.focus();
    box.select();
    event.preventDefault();
  }

  function showHelp(event) {
    byId("help").showModal();
    event.preventDefault();
  }

  document.querySelectorAll(".needs-script").forEach((element) => { element.hidden = false; });
  document.querySelectorAll("[data-help]").forEach((button) => button.addEventListener("click", showHelp));
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.picker[open]").forEach((picker) => {
      if (!picker.contains(event.target)) picker.open = false;
    });
  });

  // After the panel has changed: mark its line, start at its top, say it to those who do not see it.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "panel") return;
    const link = event.detail.requestConfig.elt;
    document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
    document.querySelectorAll("[data-panel][aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    link.closest("tr").classList.add("is-open");
    event.detail.target.scrollTop = 0;
    const title = byId("why-title");
    byId("said").textContent = title ? text("opened") + " " + title.textContent : event.detail.target.textContent;
  });

  // No answer at all: say so where the answer would have stood.
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      event.detail.target.replaceChildren(byId("no-answer").content.cloneNode(true));
    });
  }

  for (const moment of ["htmx:beforeRequest", "htmx:afterRequest"]) {
    document.addEventListener(moment, (event) => {
      event.detail.target.setAttribute("aria-busy", String(moment === "htmx:beforeRequest"));
    });
  }

  // The list of an event in an order made by hand: [ and ] on a line, or dragging it. Each move is stored at
  // once; where it cannot be, the page is loaded again, which tells why and shows what stands.
  function post(path) {
    const form = new FormData();
    const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
    return { form, send: () => fetch(path, { method: "POST", body: form, headers: { "X-CSRFToken": token, "HX-Request": "true" } }) };
  }

  function store(row) {
    const rows = [...row.parentElement.querySelectorAll("tr[data-entry]")];
    rows.forEach((other, place) => { other.querySelector(".order").textContent = place + 1; });
    const { form, send } = post(window.location.pathname.replace(/\/list$/, "/entries/" + row.dataset.entry + "/move"));
    form.set("order", rows.indexOf(row) + 1);
    send().then((answer) => { if (!answer.ok) window.location.reload(); }, () => window.location.reload());
  }

  function reorder(step, event) {
    const row = document.activeElement.closest("[data-orderable] tr[data-entry]");
    if (!row) return;
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    step < 0 ? other.before(row) : other.after(row);
    row.querySelector("[data-open]").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    store(row);
    event.preventDefault();
  }

  function lock(event) {
    const row = document.activeElement.closest("[data-orderable] tr[data-entry]");
    if (!row) return;
    const { send } = post(window.location.pathname.replace(/\/list$/, "/entries/" + row.dataset.entry + "/lock"));
    send().then(() => window.location.reload());
    event.preventDefault();
  }

  document.querySelectorAll("[data-orderable] tbody").forEach((body) => {
    let dragged = null;
    const clear = () => body.querySelectorAll(".drop-above, .drop-below").forEach((row) => row.classList.remove("drop-above", "drop-below"));
    const under = (event) => event.target.closest("tr[data-entry]");
    const isAbove = (event, row) => event.clientY < row.getBoundingClientRect().top + row.offsetHeight / 2;
    body.querySelectorAll("tr[data-entry]").forEach((row) => { row.draggable = true; });
    body.addEventListener("dragstart", (event) => {
      dragged = under(event);
      if (!dragged) return;
      dragged.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
    });
    body.addEventListener("dragover", (event) => {
      const row = under(event);
      if (!dragged || !row) return;
      event.preventDefault();
      clear();
      row.classList.add(isAbove(event, row) ? "drop-above" : "drop-below");
    });
    body.addEventListener("drop", (event) => {
      const row = under(event);
      if (!dragged || !row || row === dragged) return;
      event.preventDefault();
      isAbove(event, row) ? row.before(dragged) : row.after(dragged);
      store(dragged);
    });
    body.addEventListener("dragend", () => {
      if (dragged) dragged.classList.remove("is-dragged");
      dragged = null;
      clear();
    });
  });

  // The chain map: the lines of the link that is pointed at.
  document.querySelectorAll(".map").forEach((map) => {
    const show = (code) => {
      map.classList.toggle("is-chosen", Boolean(code));
      map.querySelectorAll("path").forEach((path) => {
        path.classList.toggle("is-near", path.dataset.from === code || path.dataset.to === code);
      });
    };
    map.querySelectorAll(".map-field .node").forEach((node) => {
      for (const name of ["mouseenter", "focus"]) node.addEventListener(name, () => show(node.dataset.link));
      for (const name of ["mouseleave", "blur"]) node.addEventListener(name, () => show(""));
    });
  });
})();
