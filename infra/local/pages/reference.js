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
    ...[...groups].map(([tag, operations]) => element("section", { "data-tag": tag },
      element("h2", {}, tag),
      ...prose(api.tags?.find((known) => known.name === tag)?.description),
      ...operations.map((operation) => article(operation, api)))),
  );
  document.getElementById("index").append(...[...groups].flatMap(([tag, operations]) => [
    element("h2", { "data-tag": tag }, tag),
    ...operations.map((operation) => element("a", { href: `#${operation.id}` }, method(operation), operation.summary)),
  ]));
  followSearch();
  followReading();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
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
  return element("article", { id: operation.id, "data-words": `${operation.tags} ${operation.summary} ${operation.path} ${operation.id}`.toLowerCase() },
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

/** Who may call: signed in, perhaps in a role; with a key, perhaps with scopes. */
function callers(operation) {
  const ways = operation.security.flatMap(Object.entries);
  const names = { cognito: "access token", apiKey: "API key" };
  return ways.length ? ways.map(([scheme, values]) => [names[scheme] || scheme, ...values].join(" · ")) : ["public"];
}

function parameters(operation, api) {
  if (!operation.parameters.length) return null;
  return [element("h4", {}, "Parameters"), element("dl", {}, operation.parameters.map((one) => resolved(one, api)).flatMap((parameter) => [
    element("dt", {}, parameter.name, element("span", { class: "type" }, `${typeName(parameter.schema, api)}, in ${parameter.in}`),
      parameter.required ? element("span", { class: "needed" }, "required") : null),
    element("dd", {}, prose([parameter.description, limits(resolved(parameter.schema, api))].filter(Boolean).join(" "))),
  ]))];
}

/** A success each with its fields and an example; all refusals and failures in one place, since they look alike. */
function responses(operation, api) {
  const all = Object.entries(operation.responses || {}).map(([status, response]) => [status, resolved(response, api)]);
  const good = all.filter(([status]) => status < "400");
  const bad = all.filter(([status]) => status >= "400");
  return [element("h4", {}, "Answers"), ...good.map(([status, response], index) =>
    element("details", { open: index === 0 && "" }, element("summary", {}, code(status), " ", ...inline(response.description)), shape(response, api))),
  bad.length ? element("details", {}, element("summary", {}, ...bad.flatMap(([status]) => [code(status), " "])),
    element("dl", {}, ...bad.flatMap(([status, response]) => [
      element("dt", {}, code(status)), element("dd", {}, ...inline(response.description), problems(response, api))])),
    shape(bad[0][1], api)) : null];
}

function shape(response, api) {
  const content = Object.values(response.content || {})[0];
  const shown = example(content, api);
  const headers = Object.entries(response.headers || {});
  const listed = content && fields(content.schema, api);
  return [
    shown === undefined ? null : element("pre", {}, JSON.stringify(shown, null, 2)),
    headers.length ? element("dl", {}, ...headers.flatMap(([name, header]) => [
      element("dt", {}, name, element("span", { class: "type" }, "header")), element("dd", {}, ...inline(resolved(header, api).description))])) : null,
    listed ? element("details", {}, element("summary", { class: "muted" }, "Fields"), listed) : null,
  ];
}

/** The codes told with a status, each with what is said. */
function problems(response, api) {
  const content = Object.values(response.content || {})[0];
  const examples = Object.entries(content?.examples || {}).map(([name, one]) => [name, resolved(one, api).value]);
  return element("dl", {}, ...examples.flatMap(([name, problem]) => [
    element("dt", {}, element("code", {}, name)), element("dd", {}, ...inline(problem?.detail))]));
}

function code(status) {
  return element("span", { class: `status ${status < "400" ? "ok" : "bad"}` }, status);
}

function tryIt(operation, content, api) {
  const inputs = operation.parameters.map((one) => resolved(one, api)).map((parameter) => {
    const input = element("input", { placeholder: parameter.required ? "required" : "" });
    if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID();
    return { ...parameter, input };
  });
  const body = content ? JSON.stringify(example(content, api), null, 2) : "";
  const text = content ? element("textarea", { spellcheck: "false", rows: body.split("\n").length + 1 }, body) : null;
  const once = inputs.find((parameter) => parameter.name === "Idempotency-Key")?.input;
  // another body is another request
  text?.addEventListener("input", () => { if (once) once.value = crypto.randomUUID(); });
  const names = operation.security.flatMap(Object.keys);
  const door = element("select", { "aria-label": "As whom" }, ...(names.includes("cognito") ? [element("option", { value: "hub" }, "with the access token")] : []),
    ...(names.includes("apiKey") ? [element("option", { value: "client" }, "with the API key")] : []),
    ...(names.length ? [] : [element("option", { value: "hub" }, "without signing in")]));
  if (names.includes("apiKey") && key.value) door.value = "client";
  const output = element("div", {});
  const call = () => callOf(operation, inputs, text, door.value);
  const send = async (event) => {
    event.preventDefault();
    const missing = missingCredential(operation, door.value);
    if (missing) return output.replaceChildren(element("p", { class: "status bad" }, missing));
    output.replaceChildren(element("p", { class: "muted" }, "Waiting for the answer…"));
    output.replaceChildren(...await answered(call()));
  };
  const copy = (event) => navigator.clipboard.writeText(curl(call())).then(() => { event.target.textContent = "Copied"; });
  return element("form", { onsubmit: send },
    ...inputs.map((parameter) => element("label", {}, parameter.name, parameter.input)), text,
    element("div", { class: "row" }, element("button", { class: "main" }, "Send"), door,
      element("button", { type: "button", onclick: copy }, "Copy as curl")),
    output);
}

function missingCredential(operation, door) {
  if (!operation.security.flatMap(Object.keys).length) return "";
  if (door === "hub" && !token.value) return "Paste an access token at the top first; Log in gives one and fills it in.";
  if (door === "client" && !key.value) return "Paste an API key at the top first; Create an API key gives one and fills it in.";
  return "";
}

/** What signs in is kept for the calls to come. */
function keepCredentials(answer) {
  for (const [field, value] of [[token, answer?.access_token], [key, answer?.key]]) {
    if (typeof value !== "string") continue;
    field.value = value;
    sessionStorage.setItem(field.id, value);
  }
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
    try {
      const value = JSON.parse(body);
      shown = JSON.stringify(value, null, 2);
      if (answer.ok) keepCredentials(value);
    } catch { /* not JSON: shown as it came */ }
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
    for (const group of document.querySelectorAll("main > section")) {
      const operations = [...group.querySelectorAll("article")];
      for (const one of operations) {
        one.hidden = !one.dataset.words.includes(search.value.toLowerCase());
        document.querySelector(`nav a[href="#${CSS.escape(one.id)}"]`).hidden = one.hidden;
      }
      group.hidden = operations.every((one) => one.hidden);
      document.querySelector(`nav h2[data-tag="${CSS.escape(group.dataset.tag)}"]`).hidden = group.hidden;
    }
  });
}

/** Marks in the index what is being read. */
function followReading() {
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      document.querySelector(`nav a[href="#${CSS.escape(target.id)}"]`)?.classList.toggle("here", isIntersecting);
    }
  }, { rootMargin: "-20% 0px -70%" });
  document.querySelectorAll("article").forEach((one) => seen.observe(one));
}
