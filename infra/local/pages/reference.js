// What does each operation take and give, and what does it answer when called from here?
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DOORS = { hub: "/v1", client: "/client/v1" };
const token = document.getElementById("token");
const key = document.getElementById("key");

for (const field of [token, key]) {
  field.value = sessionStorage.getItem(field.id) || "";
  field.addEventListener("input", () => sessionStorage.setItem(field.id, field.value));
}

show();

async function show() {
  const main = document.getElementById("operations");
  const answer = await fetch("/openapi.json");
  if (!answer.ok) {
    main.replaceChildren(element("h1", {}, "Quantum Hub API"), element("p", {}, (await answer.json()).detail));
    return;
  }
  const api = await answer.json();
  const groups = grouped(api);
  main.replaceChildren(
    element("h1", {}, api.info.title, " ", element("span", { class: "badge" }, api.info.version)),
    ...prose(api.info.description),
    ...[...groups].flatMap(([tag, operations]) => [
      element("h2", {}, tag),
      ...prose(api.tags?.find((known) => known.name === tag)?.description),
      ...operations.map((operation) => article(operation, api)),
    ]),
  );
  document.getElementById("index").replaceChildren(...[...groups].flatMap(([tag, operations]) => [
    element("h2", {}, tag),
    ...operations.map((operation) => element("a", { href: `#${operation.id}` }, method(operation), operation.summary)),
  ]));
  followSearch();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function grouped(api) {
  const groups = new Map((api.tags || []).map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(api.paths)) {
    for (const verb of METHODS.filter((name) => item[name])) {
      const about = item[verb];
      const security = about.security ?? api.security ?? [];
      const operation = {
        ...about, path, verb, security, id: about.operationId || `${verb}${path}`,
        summary: about.summary || path, parameters: [...(item.parameters || []), ...(about.parameters || [])],
      };
      const tag = about.tags?.[0] || "Other";
      groups.set(tag, [...(groups.get(tag) || []), operation]);
    }
  }
  return new Map([...groups].filter(([, operations]) => operations.length));
}

function article(operation, api) {
  const body = operation.requestBody?.content;
  const [kind, content] = Object.entries(body || {})[0] || [];
  return element("article", { id: operation.id, "data-words": `${operation.summary} ${operation.path} ${operation.id}`.toLowerCase() },
    element("div", { class: "title" }, method(operation), element("h3", {}, operation.summary),
      element("span", { class: "path" }, operation.path), ...callers(operation).map((who) => element("span", { class: "badge" }, who))),
    element("div", { class: "columns" },
      element("div", {}, prose(operation.description), parameters(operation, api),
        content ? [element("h4", {}, `Body · ${kind}`), fields(content.schema, api)] : null, responses(operation, api)),
      element("div", {}, element("h4", {}, "Try it"), tryIt(operation, content, api))));
}

function method(operation) {
  return element("span", { class: `method ${operation.verb}` }, operation.verb);
}

function callers(operation) {
  const names = operation.security.flatMap(Object.keys);
  const scopes = operation.security.flatMap((one) => one.apiKey || []);
  if (!names.length) return ["public"];
  return [
    names.includes("cognito") ? "access token" : null,
    names.includes("apiKey") ? ["API key", ...scopes].join(" · ") : null,
  ].filter(Boolean);
}

function parameters(operation, api) {
  if (!operation.parameters.length) return null;
  return [element("h4", {}, "Parameters"), element("dl", {}, operation.parameters.map((one) => resolved(one, api)).flatMap((parameter) => [
    element("dt", {}, parameter.name, element("span", { class: "type" }, `${typeName(parameter.schema, api)}, in ${parameter.in}`),
      parameter.required ? element("span", { class: "needed" }, "required") : null),
    element("dd", {}, prose([parameter.description, limits(resolved(parameter.schema, api))].filter(Boolean).join(" "))),
  ]))];
}

function responses(operation, api) {
  return [element("h4", {}, "Answers"), ...Object.entries(operation.responses || {}).map(([status, response]) => {
    const real = resolved(response, api);
    const content = Object.values(real.content || {})[0];
    const shown = example(content, api);
    return element("details", {},
      element("summary", {}, element("span", { class: `status ${status < "400" ? "ok" : "bad"}` }, status), ` ${real.description || ""}`),
      content ? fields(content.schema, api) : null,
      shown === undefined ? null : element("pre", {}, JSON.stringify(shown, null, 2)));
  })];
}

function tryIt(operation, content, api) {
  const inputs = operation.parameters.map((one) => resolved(one, api)).map((parameter) => ({
    ...parameter, input: element("input", { placeholder: parameter.required ? "required" : "" }),
  }));
  const text = content ? element("textarea", { spellcheck: "false" }, JSON.stringify(example(content, api), null, 2)) : null;
  const names = operation.security.flatMap(Object.keys);
  const door = element("select", {}, ...(names.includes("apiKey") ? [element("option", { value: "client" }, "with the API key")] : []),
    element("option", { value: "hub" }, names.includes("cognito") ? "with the access token" : "without signing in"));
  const output = element("div", {});
  const call = () => callOf(operation, inputs, text, door.value);
  const send = async (event) => {
    event.preventDefault();
    output.replaceChildren(element("p", { class: "muted" }, "Waiting for the answer…"));
    output.replaceChildren(...await answered(call()));
  };
  const copy = () => navigator.clipboard.writeText(curl(call()));
  return element("form", { onsubmit: send },
    ...inputs.map((parameter) => element("label", {}, parameter.name, parameter.input)), text,
    element("div", { class: "row" }, element("button", { class: "main" }, "Send"), door,
      element("button", { type: "button", onclick: copy }, "Copy as curl")),
    output);
}

function callOf(operation, inputs, text, door) {
  const headers = {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { name, in: place, input } of inputs) {
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value && place === "query") query.append(name, input.value);
    else if (input.value && place === "header") headers[name] = input.value;
  }
  if (door === "client" && key.value) headers["x-api-key"] = key.value;
  if (door === "hub" && token.value && operation.security.length) headers.authorization = `Bearer ${token.value}`;
  if (text) headers["content-type"] = "application/json";
  const address = `${location.origin}${DOORS[door]}${path}${query.size ? `?${query}` : ""}`;
  return { address, method: operation.verb.toUpperCase(), headers, body: text?.value };
}

async function answered({ address, ...request }) {
  const started = performance.now();
  try {
    const answer = await fetch(address, request);
    const body = await answer.text();
    let shown = body;
    try { shown = JSON.stringify(JSON.parse(body), null, 2); } catch { /* not JSON: shown as it came */ }
    return [
      element("p", {}, element("span", { class: `status ${answer.ok ? "ok" : "bad"}` }, `${answer.status}`),
        ` in ${Math.round(performance.now() - started)} ms`),
      element("pre", {}, shown || "(no body)"),
    ];
  } catch (error) {
    return [element("p", { class: "status bad" }, `No answer: ${error.message}`)];
  }
}

function curl({ address, method: verb, headers, body }) {
  const quoted = (value) => `'${value.replaceAll("'", `'\\''`)}'`;
  const parts = [`curl -s -X ${verb} ${quoted(address)}`, ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)];
  if (body) parts.push(`-d ${quoted(body)}`);
  return parts.join(" \\\n  ");
}

function followSearch() {
  const search = document.getElementById("search");
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !["INPUT", "TEXTAREA"].includes(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  search.addEventListener("input", () => {
    for (const one of document.querySelectorAll("article")) {
      const found = one.dataset.words.includes(search.value.toLowerCase());
      one.hidden = !found;
      const link = document.querySelector(`nav a[href="#${CSS.escape(one.id)}"]`);
      if (link) link.hidden = !found;
    }
  });
}
