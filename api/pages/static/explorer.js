/* Forms with data-live are submitted while the user types or slides; the parts of the page that data-live names are
   replaced by those of the answer. Every state has an address: typing replaces it, committing a change adds one to the
   history. */
(() => {
  const WAIT = 120; // milliseconds without input before a request
  let asked = 0;
  let waiting;
  let shown = location.href; // the address that the page shows now
  let left = shown; // the address that the back button leads to

  /* The address of a form: parameters of the page's other forms stay; empty and trained values are left out. */
  const addressOf = (form) => {
    const address = new URL(form.action);
    if (address.pathname === location.pathname) address.search = location.search;
    for (const { name, value, dataset } of form.elements) {
      if (!name) continue;
      if (value && value !== dataset.trained) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    return address;
  };

  const partsOf = (form) => form.dataset.live.split(" ").map((id) => document.getElementById(id));

  const put = (part, fresh) => {
    const open = new Set([...part.querySelectorAll("[data-id]:has(> details[open])")].map((item) => item.dataset.id));
    for (const item of fresh.querySelectorAll("[data-id]")) {
      if (open.has(item.dataset.id)) item.querySelector("details").open = true;
    }
    part.replaceWith(document.adoptNode(fresh));
  };

  /* On an error, what is shown stays and is marked as old. */
  const fail = (form, reason) => {
    for (const part of partsOf(form)) part.classList.add("old");
    const [first] = partsOf(form);
    first.querySelector(":scope > [role=alert]")?.remove();
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = `${reason} These are the earlier results.`;
    first.prepend(note);
  };

  const show = async (form, committed) => {
    const mine = ++asked;
    const posting = form.method === "post";
    const address = posting ? form.action : addressOf(form);
    const options = posting ? { method: "POST", body: new URLSearchParams(new FormData(form)) } : {};
    let text;
    try {
      const response = await fetch(address, options);
      text = await response.text();
      if (mine !== asked) return; // a newer request is under way
      if (!response.ok) return fail(form, response.status === 413 ? "The text is too long." : "The server refused that.");
    } catch {
      return fail(form, "The server does not answer.");
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const part of partsOf(form)) put(part, page.getElementById(part.id));
    watchImages();
    if (posting) return;
    document.title = page.title;
    shown = address.href;
    history.replaceState(null, "", shown);
    if (committed && left !== shown) {
      history.replaceState(null, "", left);
      history.pushState(null, "", shown);
      left = shown;
    }
  };

  const slide = (slider) => {
    const output = document.querySelector(`output[for=${slider.id}]`);
    if (slider.dataset.steps) {
      const step = slider.dataset.steps.split(" ")[slider.value];
      output.value = step === "0" ? "off" : `${step} ${step === "1" ? "day" : "days"}`;
      slider.setAttribute("aria-valuetext", output.value);
      slider.previousElementSibling.value = step;
    } else {
      output.value = Number(slider.value).toFixed(slider.dataset.digits);
    }
  };

  /* An image that fails to load is hidden; its space stays. */
  function watchImages() {
    for (const image of document.querySelectorAll("img")) {
      const hide = () => image.classList.add("failed");
      if (image.complete && !image.naturalWidth) hide();
      image.addEventListener("error", hide, { once: true });
    }
  }

  /* These fields carry parameters for browsers without scripts; with scripts the address does. */
  for (const field of document.querySelectorAll("[data-unscripted]")) field.remove();
  for (const slider of document.querySelectorAll("input[type=range]")) {
    // The browser rounds a value between two steps; it is still the trained one.
    if (slider.getAttribute("value") === slider.dataset.trained) slider.dataset.trained = slider.value;
    slider.addEventListener("input", () => slide(slider));
  }
  for (const form of document.querySelectorAll("form[data-live]")) {
    const later = (wait, committed) => {
      clearTimeout(waiting);
      waiting = setTimeout(show, wait, form, committed);
    };
    form.addEventListener("input", () => later(WAIT, false));
    form.addEventListener("change", () => later(0, true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      later(0, true);
    });
    // A browser that goes back restores a form's fields, but not their results.
    if (form.method === "post") {
      addEventListener("pageshow", () => {
        if ([...form.elements].some((field) => field.name && field.value)) later(0, false);
      });
    }
  }
  /* What can't be written to the clipboard, as on a page without TLS, is selected to be copied with the keyboard. */
  document.addEventListener("click", async ({ target }) => {
    if (!target.dataset?.copies) return;
    const source = document.getElementById(target.dataset.copies);
    getSelection().selectAllChildren(source);
    const copied = await navigator.clipboard?.writeText(source.textContent).then(() => true, () => false);
    target.textContent = copied ? "Copied" : "Selected";
  });
  /* A comparison that is still running is polled every second: its progress is shown, and then its page. */
  const awaited = document.querySelector("[data-awaits]");
  const look = async () => {
    const answer = await fetch(location.href).then((response) => response.text(), () => "");
    const progress = new DOMParser().parseFromString(answer, "text/html").getElementById(awaited.dataset.awaits);
    if (!progress && answer) return location.reload();
    if (progress) document.getElementById(progress.id).textContent = progress.textContent;
    setTimeout(look, 1000);
  };
  if (awaited) setTimeout(look, 1000);
  /* A link with data-key is followed with its key. */
  addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey, repeat, target }) => {
    if (ctrlKey || metaKey || altKey || repeat || target.matches("input, select, textarea")) return;
    document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  });
  document.documentElement.classList.add("scripted");
  watchImages();
  /* Going back restores an earlier state by loading it; a jump within the page fires popstate, too. */
  const withoutFragment = (address) => address.split("#")[0];
  addEventListener("popstate", () => {
    if (withoutFragment(location.href) !== withoutFragment(shown)) location.reload();
  });
  /* The same for a step back before this script was loaded. */
  const [loaded] = performance.getEntriesByType("navigation");
  if (!loaded.redirectCount && new URL(loaded.name).search !== location.search) location.reload();
})();
