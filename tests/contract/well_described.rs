//! What is missing from an API description for a person or a program to work from it alone?

use std::collections::BTreeSet;

use serde_json::{Map, Value};

const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const PROBLEM: &str = "#/components/schemas/Problem";

/// One sentence each; none where the document is fit to be published.
pub(super) fn faults(document: &Value) -> Vec<String> {
    let mut faults = Faults { document, found: Vec::new(), ids: BTreeSet::new() };
    if !document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")) {
        faults.add("the document", "is not OpenAPI 3.1");
    }
    for (path, item) in members(&document["paths"]) {
        for verb in VERBS {
            if let Some(operation) = item.get(verb) {
                faults.operation(&format!("{verb} {path}"), path, operation);
            }
        }
    }
    faults.references(document);
    faults.found
}

struct Faults<'a> {
    document: &'a Value,
    found: Vec<String>,
    ids: BTreeSet<&'a str>,
}

impl<'a> Faults<'a> {
    fn add(&mut self, place: &str, what: &str) {
        self.found.push(format!("{place} {what}"));
    }

    fn require(&mut self, holds: bool, place: &str, what: &str) {
        if !holds {
            self.add(place, what);
        }
    }

    fn operation(&mut self, place: &str, path: &str, operation: &'a Value) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        self.require(is_verb_and_noun(id), place, "has no operationId of verb and noun");
        let new = self.ids.insert(id);
        self.require(new, place, "has the operationId of another");
        self.require(said(&operation["summary"]), place, "has no summary");
        self.tag(place, operation);
        self.require(operation["security"].is_array(), place, "does not say who may call it");
        self.parameters(place, path, operation);
        let body = &operation["requestBody"];
        if !body.is_null() {
            self.contents(&format!("{place}: its body"), body);
        }
        self.answers(place, operation);
    }

    fn tag(&mut self, place: &str, operation: &Value) {
        let known = self.document["tags"].as_array().into_iter().flatten();
        let tags = operation["tags"].as_array().map_or(&[][..], Vec::as_slice);
        let described =
            |tag: &Value| known.clone().any(|one| one["name"] == *tag && said(&one["description"]));
        let one = matches!(tags, [tag] if described(tag));
        self.require(one, place, "has not one tag that the document describes");
    }

    fn parameters(&mut self, place: &str, path: &str, operation: &'a Value) {
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let has = |name: &str, place: &str| {
            parameters.iter().any(|one| one["name"] == name && one["in"] == place)
        };
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            self.require(has(name, "path"), place, &format!("does not declare {name}"));
        }
        let answer =
            self.resolved(&operation["responses"]["200"]["content"]["application/json"]["schema"]);
        let is_list = operation["operationId"].as_str().is_some_and(|id| id.starts_with("list"));
        if is_list || !answer["properties"]["next_cursor"].is_null() {
            self.require(
                has("limit", "query") && has("cursor", "query"),
                place,
                "lists without limit and cursor",
            );
            let paged =
                ["items", "next_cursor"].iter().all(|name| !answer["properties"][name].is_null());
            self.require(paged, place, "lists without items and next_cursor");
        }
    }

    fn answers(&mut self, place: &str, operation: &Value) {
        let mut kinds = BTreeSet::new();
        for (status, answer) in members(&operation["responses"]) {
            let place = format!("{place}: its {status}");
            kinds.insert(status.chars().next());
            self.require(said(&answer["description"]), &place, "is not described");
            match status.chars().next() {
                Some('4' | '5') => {
                    let schema = &answer["content"]["application/problem+json"]["schema"]["$ref"];
                    self.require(schema == PROBLEM, &place, "is not a Problem");
                }
                _ => self.contents(&place, answer),
            }
        }
        for (kind, name) in [('2', "success"), ('4', "refusal"), ('5', "failure")] {
            self.require(kinds.contains(&Some(kind)), place, &format!("declares no {name}"));
        }
    }

    /// JSON is shown by an example that fits its schema.
    fn contents(&mut self, place: &str, holder: &Value) {
        for (kind, content) in members(&holder["content"]) {
            let schema = &content["schema"];
            match self.example(content) {
                None => self.add(place, &format!("has no example of {kind}")),
                Some(example) => self.fits(place, "", &example, schema),
            }
        }
    }

    fn example(&self, content: &Value) -> Option<Value> {
        let named = members(&content["examples"]).next().map(|(_, named)| &named["value"]);
        let given = content.get("example").or(named);
        given.cloned().or_else(|| self.schema_example(&content["schema"]))
    }

    /// The schema's own, or that of the entries of a page.
    fn schema_example(&self, schema: &Value) -> Option<Value> {
        let schema = self.resolved(schema);
        if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
            return Some(example.clone());
        }
        let entry = schema["properties"].get("items")?.get("items")?;
        Some(serde_json::json!({"items": [self.schema_example(entry)?]}))
    }

    /// Names of members alone: which are missing and which nobody knows.
    fn fits(&mut self, place: &str, at: &str, example: &Value, schema: &Value) {
        let (mut known, mut needed) = (Map::new(), BTreeSet::new());
        self.gather(schema, &mut known, &mut needed);
        if let (Value::Array(examples), Some(entry)) = (example, self.resolved(schema).get("items"))
        {
            for (index, example) in examples.iter().enumerate() {
                self.fits(place, &format!("{at}/{index}"), example, entry);
            }
        }
        let Value::Object(example) = example else { return };
        if known.is_empty() {
            return;
        }
        for name in needed.iter().filter(|name| !example.contains_key(*name)) {
            self.add(place, &format!("has an example without {at}/{name}"));
        }
        for (name, value) in example {
            match known.get(name) {
                Some(schema) => self.fits(place, &format!("{at}/{name}"), value, schema),
                None => {
                    self.add(place, &format!("has an example with {at}/{name}, which nobody knows"))
                }
            }
        }
    }

    /// Properties and required ones, through references, `allOf` and the one choice that is not null.
    fn gather(
        &self,
        schema: &Value,
        known: &mut Map<String, Value>,
        needed: &mut BTreeSet<String>,
    ) {
        let schema = self.resolved(schema);
        known.extend(
            members(&schema["properties"]).map(|(name, value)| (name.clone(), value.clone())),
        );
        needed.extend(
            schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.gather(part, known, needed);
        }
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        let choices: Vec<&Value> = choices.filter(|choice| choice["type"] != "null").collect();
        if let [only] = choices[..] {
            self.gather(only, known, needed);
        }
    }

    fn resolved<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        let target = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        match target.and_then(|pointer| self.document.pointer(pointer)) {
            Some(found) => self.resolved(found),
            None => schema,
        }
    }

    fn references(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let found =
                        reference.strip_prefix('#').and_then(|at| self.document.pointer(at));
                    self.require(found.is_some(), reference, "is referred to and not there");
                }
                members.values().for_each(|value| self.references(value));
            }
            Value::Array(values) => values.iter().for_each(|value| self.references(value)),
            _ => {}
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn said(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// `createJob`: camel case of at least two words.
fn is_verb_and_noun(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|each| each.is_ascii_alphanumeric())
        && id.chars().any(|each| each.is_ascii_uppercase())
}
