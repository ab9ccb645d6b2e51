// How is a part of the API description shown: text, JSON Schema, an example?
"use strict";

/** Makes an element; strings become text, never markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Paragraphs with `code`. */
function prose(text) {
  return (text || "").split(/\n\s*\n/).filter(Boolean).map((paragraph) => element("p", {}, ...inline(paragraph)));
}

function inline(text) {
  return (text || "").split("`").map((piece, index) => (index % 2 ? element("code", {}, piece) : piece));
}

/** Follows references and merges `allOf`; what says nothing is an empty schema. */
function resolved(schema, api) {
  if (!schema) return {};
  if (schema.$ref) {
    const found = schema.$ref.replace(/^#\//, "").split("/").reduce((at, step) => at?.[step], api);
    return { ...resolved(found, api), ...(schema.description ? { description: schema.description } : {}) };
  }
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => resolved(part, api));
    const whole = Object.assign({}, ...parts, schema, { allOf: undefined });
    whole.properties = Object.assign({}, ...parts.map((part) => part.properties), schema.properties);
    whole.required = [...parts, schema].flatMap((part) => part.required || []);
    return whole;
  }
  const choices = (schema.oneOf || schema.anyOf || []).filter((choice) => choice.type !== "null");
  if (choices.length === 1) return { ...resolved(choices[0], api), ...(schema.description ? { description: schema.description } : {}) };
  return schema;
}

function typeName(schema, api) {
  const real = resolved(schema, api);
  const kinds = [real.type].flat().filter((kind) => kind && kind !== "null");
  const named = schema?.$ref?.split("/").pop();
  if (kinds[0] === "array") return `${typeName(real.items, api)}[]`;
  if (real.enum) return real.enum.filter((value) => value !== null).join(" | ");
  if (real.oneOf || real.anyOf) return (real.oneOf || real.anyOf).map((choice) => typeName(choice, api)).join(" | ");
  if (kinds[0] === "object" || real.properties) return named || "object";
  return [kinds.join(" | ") || named || "any", real.format].filter(Boolean).join(" · ");
}

function limits(schema) {
  const said = [];
  const formal = ["uuid", "date-time"].includes(schema.format);
  if (!formal && schema.minLength) said.push(`${schema.minLength} to ${schema.maxLength ?? "any number of"} characters`);
  else if (!formal && schema.maxLength) said.push(`up to ${schema.maxLength} characters`);
  if (schema.minimum) said.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) said.push(`at most ${schema.maximum}`);
  if (schema.maxItems !== undefined) said.push(`at most ${schema.maxItems} entries`);
  // what only leaves control characters out says nothing to a person
  if (!formal && schema.pattern && !schema.pattern.startsWith("^[^")) said.push(`matches \`${schema.pattern}\``);
  if (schema.default !== undefined) said.push(`\`${JSON.stringify(schema.default)}\` where absent`);
  const text = said.join("; ");
  return text && `${text[0].toUpperCase()}${text.slice(1)}.`;
}

/** The fields of a schema as a nested list; five levels deep at most, so that what refers to itself ends. */
function fields(schema, api, depth = 0) {
  const real = resolved(schema, api);
  if (real.type === "array") return fields(real.items, api, depth);
  if (depth > 5 || !real.properties) return null;
  return element("dl", {}, Object.entries(real.properties).flatMap(([name, property]) => {
    const inner = resolved(property, api);
    return [
      element("dt", {}, name, element("span", { class: "type" }, typeName(property, api)),
        real.required?.includes(name) ? element("span", { class: "needed" }, "required") : null),
      element("dd", {}, prose([inner.description, limits(inner)].filter(Boolean).join(" ")), fields(property, api, depth + 1)),
    ];
  }));
}

/** The example given, else one made of the schema; its members in the order of the schema. */
function example(content, api) {
  if (!content) return undefined;
  const named = Object.values(content.examples || {})[0];
  const given = content.example ?? (named && resolved(named, api).value);
  return ordered(given === undefined ? made(content.schema, api, 0) : given, content.schema, api);
}

function ordered(value, schema, api) {
  const real = resolved(schema, api);
  if (Array.isArray(value)) return value.map((one) => ordered(one, real.items, api));
  if (value === null || typeof value !== "object") return value;
  const names = new Set([...Object.keys(real.properties || {}), ...Object.keys(value)]);
  return Object.fromEntries([...names].filter((name) => name in value).map((name) => [name, ordered(value[name], real.properties?.[name], api)]));
}

function made(schema, api, depth) {
  const real = resolved(schema, api);
  if (real.example !== undefined) return real.example;
  if (real.examples?.length) return real.examples[0];
  if (real.default !== undefined) return real.default;
  if (real.enum) return real.enum[0];
  if (depth > 5) return null;
  const kind = [real.type].flat().find((type) => type !== "null");
  if (kind === "array") return [made(real.items, api, depth + 1)];
  if (kind === "object" || real.properties) {
    return Object.fromEntries(Object.entries(real.properties || {}).map(([name, property]) => [name, made(property, api, depth + 1)]));
  }
  return { string: real.format === "uuid" ? "0192f0c1-2345-7abc-8def-0123456789ab" : "…", integer: real.minimum ?? 1, number: 1, boolean: true }[kind] ?? null;
}
