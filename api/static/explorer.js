/* Forms marked data-live ask again as one types or slides, and put what comes into the part of the page that they
   name. Every state has an address: typing replaces it, letting go adds a step that the back button takes. */
(() => {
  const WAIT = 120; // milliseconds of rest before asking
  let asked = 0;
  let waiting;
  let shown = location.href; // what the page shows now
  let left = shown; // where the back button is to lead

  /* The form's address, without what is empty and with rounded numbers. */
  const addressOf = (form) => {
    const address = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) address.searchParams.set(name, value);
    return address;
  };

  const show = async (form, committed) => {
    const mine = ++asked;
    const posting = form.method === "post";
    const address = posting ? form.action : addressOf(form);
    const options = posting ? { method: "POST", body: new URLSearchParams(new FormData(form)) } : {};
    let text;
    try {
      const response = await fetch(address, options);
      if (!response.ok) return;
      text = await response.text();
    } catch {
      return; // the server is away: what is shown stays
    }
    if (mine !== asked) return; // something newer is on its way
    const page = new DOMParser().parseFromString(text, "text/html");
    const part = document.getElementById(form.dataset.live);
    part.replaceWith(document.adoptNode(page.getElementById(part.id)));
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

  const sliders = (form) => {
    for (const slider of form.querySelectorAll("input[type=range]")) {
      slider.addEventListener("input", () => {
        const output = form.querySelector(`output[for=${slider.id}]`);
        if (slider.dataset.steps) {
          const step = slider.dataset.steps.split(" ")[slider.value];
          const words = step === "0" ? "off" : `${step} ${step === "1" ? "day" : "days"}`;
          output.value = words;
          slider.setAttribute("aria-valuetext", words);
          slider.previousElementSibling.value = step;
        } else {
          slider.value = Number(slider.value).toFixed(2);
          output.value = Number(slider.value).toFixed(2);
        }
      });
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

  for (const form of document.querySelectorAll("form[data-live]")) {
    sliders(form);
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(show, WAIT, form, false);
    });
    form.addEventListener("change", () => {
      clearTimeout(waiting);
      show(form, true);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      show(form, true);
    });
  }
  document.documentElement.classList.add("scripted");
  watchPictures();
  /* What was left by typing or sliding is to be as it was there; a jump within the page comes here, too. */
  const withoutPlace = (address) => address.split("#")[0];
  addEventListener("popstate", () => {
    if (withoutPlace(location.href) !== withoutPlace(shown)) location.reload();
  });
})();
