/* Starts Swagger UI on the OpenAPI document, with the code samples of each operation. Its examples name this server and
   the newest of its articles, so that a request that is tried is answered. */
(async () => {
  const viewer = document.getElementById("viewer");
  const { root, exampleServer, exampleIds } = viewer.dataset;
  const server = location.origin + root;

  const contents = document.getElementById("contents");
  contents.open = matchMedia("(width >= 60rem)").matches;
  contents.dataset.ready = "";

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", colour);
  colour();

  const fetched = async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address} answers ${response.status}`);
    return response.json();
  };

  /* As in a query, and without what a shell or a program would read as the end of a text. */
  const encoded = (id) => encodeURIComponent(id).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

  const withOwnExamples = (spec, ids) => {
    const pairs = exampleIds.split(" ").slice(0, ids.length).map((example, index) => [example, ids[index]]);
    spec.servers = [{ url: server, description: "This server" }];
    for (const operation of Object.values(spec.paths).flatMap(Object.values)) {
      for (const parameter of operation.parameters.filter((one) => typeof one.example === "string")) {
        for (const [example, id] of pairs) parameter.example = parameter.example.replaceAll(example, () => id);
      }
      for (const sample of operation["x-codeSamples"]) {
        sample.source = sample.source.replaceAll(exampleServer, () => server);
        for (const [example, id] of pairs) sample.source = sample.source.replaceAll(example, () => encoded(id));
      }
    }
    return spec;
  };

  /* The viewer gives its fields and regions no names, and what scrolls can't be focused. */
  const mend = () => {
    for (const field of viewer.querySelectorAll("td :is(select, input, textarea):not([aria-label])")) {
      const name = field.closest("[data-param-name]")?.dataset.paramName;
      if (name) field.ariaLabel = name;
    }
    for (const field of viewer.querySelectorAll(".body-param textarea:not([aria-label])")) field.ariaLabel = "Request body";
    for (const field of viewer.querySelectorAll(".body-param-options select:not([aria-label])")) field.ariaLabel = "Content type";
    for (const button of viewer.querySelectorAll(".close-modal")) button.ariaLabel = "Close";
    for (const box of viewer.querySelectorAll("pre:not([tabindex])")) box.tabIndex = 0;
    for (const table of viewer.querySelectorAll("table[role=region]:not([aria-label])")) {
      table.ariaLabel = `Responses of ${table.closest(".opblock").querySelector(".opblock-summary-control").innerText}`;
    }
  };
  new MutationObserver(mend).observe(viewer, { childList: true, subtree: true });

  const ownParts = ({ React: { createElement, Fragment, useState } }) => {
    const Samples = ({ samples }) => {
      const [chosen, choose] = useState(0);
      const [copied, setCopied] = useState(false);
      const source = samples[chosen].source;
      const copy = () => navigator.clipboard.writeText(source).then(() => setCopied(true));
      const languages = samples.map(({ label }, index) => {
        const press = () => (choose(index), setCopied(false));
        return createElement("button", { key: label, type: "button", "aria-pressed": index === chosen, onClick: press }, label);
      });
      const copying = navigator.clipboard && createElement("button", { type: "button", onClick: copy }, copied ? "Copied" : "Copy");
      return createElement(
        "div",
        { className: "samples" },
        createElement("div", { role: "group", "aria-label": "Code sample" }, ...languages, copying),
        createElement("pre", { tabIndex: 0 }, createElement("code", null, source)),
      );
    };
    /* The viewer's own layout tells once more what the page does, and is a second main part of it. */
    const Layout = ({ getComponent }) => {
      const part = (name) => createElement(getComponent(name, true));
      return createElement(
        "div",
        { className: "swagger-ui" },
        createElement("h2", { className: "viewer-heading" }, "Operations"),
        createElement("div", { className: "access" }, part("AuthorizeBtnContainer")),
        part("operations"),
        part("Models"),
      );
    };
    return {
      components: { Layout },
      wrapComponents: {
        responses: (Responses, { specSelectors }) => (props) => {
          const samples = specSelectors.specJson().getIn(["paths", props.path, props.method, "x-codeSamples"]);
          return createElement(Fragment, null, samples && createElement(Samples, { samples: samples.toJS() }), createElement(Responses, props));
        },
      },
    };
  };

  try {
    const spec = await fetched(viewer.dataset.document);
    const { articles } = await fetched(viewer.dataset.articles).catch(() => ({ articles: [] }));
    const ids = articles.map(({ id }) => id).filter((id) => !id.includes(","));
    const { layoutActions } = SwaggerUIBundle({
      spec: withOwnExamples(spec, ids),
      domNode: viewer,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      layout: "Layout",
      plugins: [ownParts],
      syntaxHighlight: { theme: "tomorrow-night" },
      validatorUrl: null, // contact no other host
    });
    /* The viewer's own links take the underscore in an operation's ID for a blank, and complain. */
    const open = () => {
      const [tag, id] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
      if (!tag) return;
      layoutActions.show(["operations-tag", tag], true);
      if (id) layoutActions.show(["operations", tag, id], true);
      const name = ["operations", ...(id ? [] : ["tag"]), tag.replace(/\s/g, "_"), ...(id ? [id] : [])].join("-");
      requestAnimationFrame(() => document.getElementById(name)?.scrollIntoView());
    };
    addEventListener("hashchange", open);
    open();
  } catch (error) {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = `The documentation can't be shown: ${error.message}.`;
    viewer.replaceChildren(note);
  }
})();
