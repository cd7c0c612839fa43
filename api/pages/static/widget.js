/* Related articles under an article:
   <script src="https://HOST/widget.js" data-article="ID" data-limit="4" data-heading="Related"></script>
   Without data-article the page is looked up by its address. */
(() => {
  const { currentScript: script } = document;
  const NAME = "related-articles";
  const base = new URL(".", script?.src || document.baseURI);

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
  :host { display: block; container-type: inline-size; contain-intrinsic-inline-size: 20em; }
  :host([hidden]) { display: none; }
  h2 { margin: 0 0 .6em; font-size: var(--related-heading-size, 1.25em); line-height: 1.3; }
  ul { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 2em; margin: 0; padding: 0; list-style: none; }
  li { position: relative; display: flex; gap: 1em; min-height: 5em; padding: .75em 0;
    border-top: 1px solid var(--related-rule, color-mix(in srgb, currentcolor 18%, transparent)); }
  .text { flex: 1; min-width: 0; }
  a { color: var(--related-link, inherit); text-decoration: none; }
  a::after { content: ""; position: absolute; inset: 0; }
  a:hover { text-decoration: underline; }
  a:focus-visible { outline: none; }
  a:focus-visible::after { outline: 2px solid; outline-offset: -2px; }
  .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
    margin: 0; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
  .meta { margin: .3em 0 0; font-size: .85em; line-height: 1.3; white-space: nowrap; overflow: hidden;
    text-overflow: ellipsis; color: var(--related-muted, color-mix(in srgb, currentcolor 80%, transparent)); }
  .picture { flex: none; width: 6.5em; border-radius: var(--related-radius, .25em); overflow: hidden;
    background: color-mix(in srgb, currentcolor 8%, transparent); }
  img { width: 100%; height: 100%; object-fit: cover; display: block; }
  @container (width < 22em) { .picture { width: 4.5em; } }
  @container (width >= 38em) { ul { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `);

  const made = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children.filter(Boolean));
    return element;
  };

  /* Nothing but the web is loaded, and nothing but the web and the site itself is linked to. */
  const first = (allowed, ...addresses) =>
    addresses.find((address) => typeof address === "string" && allowed.test(address));

  const day = (text) => {
    const date = new Date(text);
    if (!text || Number.isNaN(+date)) return "";
    const options = { dateStyle: "medium", timeZone: "UTC" };
    try {
      return date.toLocaleDateString(document.documentElement.lang || [], options);
    } catch {
      return date.toLocaleDateString([], options);
    }
  };

  const addressOf = (entry) =>
    first(/^(https?:\/\/|\/(?!\/))/i, entry.webUrl, entry.sourceUrl, entry.url, entry.ampWebUrl, entry.ampUrl);

  const dateOf = (entry) => entry[Object.keys(entry).find((key) => /date|publ|created/i.test(key))];

  const item = (entry) => {
    const link = made("a", { href: addressOf(entry), textContent: String(entry.title).slice(0, 300) });
    const about = [entry.provider?.name ?? entry.provider?.domain, day(dateOf(entry))];
    const meta = about.filter(Boolean).map((text) => String(text).slice(0, 100));
    const source = first(/^https?:\/\//i, entry.images?.[0]?.url);
    const picture = source && made("img", {
      alt: "", loading: "lazy", decoding: "async", referrerPolicy: "no-referrer", onerror() { this.remove(); }, src: source,
    });
    return made("li", {},
      made("div", { className: "text" },
        made("p", { className: "title", dir: "auto" }, link),
        meta.length && made("p", { className: "meta", dir: "auto", textContent: meta.join(" · ") })),
      picture && made("div", { className: "picture" }, picture));
  };

  class RelatedArticles extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const limit = Math.min(Math.max(parseInt(this.getAttribute("limit"), 10) || 4, 1), 20);
      const list = made("ul", {}, ...Array.from({ length: limit }, () => made("li", { ariaHidden: "true" })));
      const heading = made("h2", { id: "heading", textContent: this.getAttribute("heading") || "Related" });
      const section = made("section", {}, heading, list);
      section.setAttribute("aria-labelledby", "heading");
      /* Its place is kept, so that nothing moves when the list comes. */
      section.style.visibility = "hidden";
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(section);
      const near = new IntersectionObserver(async ([seen]) => {
        if (!seen.isIntersecting) return;
        near.disconnect();
        const related = await this.related(limit).catch(() => []);
        list.replaceChildren(...related.map(item));
        section.style.visibility = "";
        this.hidden = related.length === 0;
      }, { rootMargin: "600px" });
      near.observe(this);
    }

    async related(limit) {
      const id = this.getAttribute("article");
      const path = id ? `articles/${encodeURIComponent(id).replaceAll("%2F", "/")}/related` : "related";
      const asked = new URL(path, this.getAttribute("src") || base);
      if (!id) {
        const own = document.querySelector("link[rel=canonical]")?.href;
        asked.searchParams.set("url", own || location.href);
      }
      asked.searchParams.set("limit", limit);
      const response = await fetch(asked, { referrerPolicy: "no-referrer", signal: AbortSignal.timeout(8000) });
      return response.ok ? (await response.json()).related.filter((entry) => entry.title && addressOf(entry)) : [];
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, RelatedArticles);
  if (!script || (!script.dataset.article && document.querySelector(NAME))) return;
  const element = document.createElement(NAME);
  element.setAttribute("src", base);
  for (const name of ["article", "limit", "heading"]) {
    if (script.dataset[name]) element.setAttribute(name, script.dataset[name]);
  }
  script.after(element);
})();
