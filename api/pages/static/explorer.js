/* Forms marked data-live ask again as one types or slides, and put what comes into the parts of the page that they
   name. Every state has an address: typing replaces it, letting go adds a step that the back button takes. */
(() => {
  const WAIT = 120; // milliseconds of rest before asking
  let asked = 0;
  let waiting;
  let shown = location.href; // what the page shows now
  let left = shown; // where the back button is to lead

  /* Where the form leads from here: what other forms of the page say stays; what is empty, or as trained, is left out. */
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

  /* What is shown stays, and is said to be old. */
  const fail = (form, reason) => {
    for (const part of partsOf(form)) part.classList.add("old");
    const [first] = partsOf(form);
    first.querySelector(":scope > [role=alert]")?.remove();
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = `${reason} This is what was found before.`;
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
      if (mine !== asked) return; // something newer is on its way
      if (!response.ok) return fail(form, response.status === 413 ? "The text is too long." : "That could not be read.");
    } catch {
      return fail(form, "The server does not answer.");
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const part of partsOf(form)) put(part, page.getElementById(part.id));
    watchPictures();
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

  /* A picture that fails to load leaves its place quiet, not broken. */
  function watchPictures() {
    for (const picture of document.querySelectorAll("img")) {
      const hide = () => picture.classList.add("failed");
      if (picture.complete && !picture.naturalWidth) hide();
      picture.addEventListener("error", hide, { once: true });
    }
  }

  /* With scripts the address holds what these fields hold for browsers without. */
  for (const field of document.querySelectorAll("[data-unscripted]")) field.remove();
  for (const slider of document.querySelectorAll("input[type=range]")) {
    // A value between two steps is rounded by the browser; it is still the one that was trained.
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
    // A browser that comes back fills a form in again, but not what was found for it.
    if (form.method === "post") {
      addEventListener("pageshow", () => {
        if ([...form.elements].some((field) => field.name && field.value)) later(0, false);
      });
    }
  }
  document.documentElement.classList.add("scripted");
  watchPictures();
  /* What was left by typing or sliding is to be as it was there; a jump within the page comes here, too. */
  const withoutPlace = (address) => address.split("#")[0];
  addEventListener("popstate", () => {
    if (withoutPlace(location.href) !== withoutPlace(shown)) location.reload();
  });
  /* So is what was left before this script had come. */
  const [loaded] = performance.getEntriesByType("navigation");
  if (!loaded.redirectCount && new URL(loaded.name).search !== location.search) location.reload();
})();
