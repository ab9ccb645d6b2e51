//! What is missing from an API description for a person or a program to work from it alone?

mod names;

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
    faults.schemas();
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
        self.require(names::is_verb_and_noun(id), place, "has no operationId of verb and noun");
        let verb = place.split(' ').next().unwrap_or_default();
        self.require(names::does(id, verb), place, "has no verb in its operationId that tests/contract/well_described/names.rs knows for its method");
        let shaped = names::path_faults(path);
        self.found.extend(shaped.into_iter().map(|wrong| format!("{place} {wrong}")));
        let new = self.ids.insert(id);
        self.require(new, place, "has the operationId of another");
        self.require(said(&operation["summary"]), place, "has no summary");
        self.require(said(&operation["description"]), place, "is not described");
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
        self.require(
            one,
            place,
            "has not one tag, of those that shared/api/src/document.rs describes",
        );
    }

    fn parameters(&mut self, place: &str, path: &str, operation: &'a Value) {
        let parameters: Vec<&Value> =
            list(&operation["parameters"]).map(|one| self.resolved(one)).collect();
        let has = |name: &str, place: &str| {
            parameters.iter().any(|one| one["name"] == name && one["in"] == place)
        };
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            self.require(has(name, "path"), place, &format!("does not declare {name}"));
        }
        for one in parameters.iter().filter(|one| one["in"] != "header") {
            let name = one["name"].as_str().unwrap_or_default();
            self.require(
                names::is_snake_case(name),
                place,
                &format!("takes {name}, not in snake_case"),
            );
        }
        for (needed, header, when) in [
            (creates(place, operation), "Idempotency-Key", "creates something for a caller"),
            (changes(place), "If-Match", "changes what others may change"),
        ] {
            let what = format!("{when} without {header}");
            self.require(!needed || has(header, "header"), place, &what);
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
            let limit = parameters.iter().find(|one| one["name"] == "limit");
            let bounded = limit.is_none_or(|one| self.resolved(&one["schema"])["maximum"].is_u64());
            self.require(bounded, place, "lists up to any limit");
            let paged =
                ["items", "next_cursor"].iter().all(|name| !answer["properties"][name].is_null());
            self.require(paged, place, "lists without items and next_cursor");
        }
    }

    fn answers(&mut self, place: &str, operation: &Value) {
        let mut kinds = BTreeSet::new();
        for (status, answer) in members(&operation["responses"]) {
            let (place, answer) = (format!("{place}: its {status}"), self.resolved(answer));
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
        self.refusals(place, operation);
        for (kind, name) in [('2', "success"), ('4', "refusal"), ('5', "failure")] {
            // To lead a browser on is what some operations are for.
            let led_on = kind == '2' && kinds.contains(&Some('3'));
            let declared = led_on || kinds.contains(&Some(kind));
            self.require(declared, place, &format!("declares no {name}"));
        }
    }

    /// What every operation of its kind may answer.
    fn refusals(&mut self, place: &str, operation: &Value) {
        let ways = || list(&operation["security"]).filter_map(Value::as_object);
        let guarded = ways().next().is_some() && ways().all(|way| !way.is_empty());
        let asks = ways().flat_map(serde_json::Map::values).any(|asked| asked.get(0).is_some());
        let takes =
            |what: &str| list(&operation["parameters"]).any(|one| self.resolved(one)["in"] == what);
        let needed = [
            (guarded, "401", "is guarded"),
            (asks, "403", "asks for a role or a scope"),
            (takes("path"), "404", "names something that may be missing"),
            (
                takes("query") || !operation["requestBody"].is_null(),
                "400",
                "reads what may be unreadable",
            ),
        ];
        for (holds, status, why) in needed {
            let declared = !operation["responses"][status].is_null();
            self.require(!holds || declared, place, &format!("{why} and declares no {status}"));
        }
    }

    /// Names and forms of what is sent and answered, and whether anything is.
    fn schemas(&mut self) {
        let mut used = BTreeSet::new();
        gather_references(self.document, &mut used);
        for (name, schema) in members(&self.document["components"]["schemas"]) {
            let pointer = format!("#/components/schemas/{name}");
            self.require(used.contains(pointer.as_str()), &pointer, "is used by nothing");
            self.members_of(name, schema);
        }
    }

    fn members_of(&mut self, place: &str, schema: &Value) {
        for (name, member) in members(&schema["properties"]) {
            let place = format!("{place}.{name}");
            let wrong = names::member_fault(name, &self.forms(member));
            self.found.extend(wrong.map(|wrong| format!("{place} {wrong}")));
            self.members_of(&place, member);
        }
        for inner in ["items", "additionalProperties"].iter().filter_map(|inner| schema.get(inner))
        {
            self.members_of(place, inner);
        }
        for choice in ["allOf", "anyOf", "oneOf"].iter().flat_map(|choice| list(&schema[*choice])) {
            self.members_of(place, choice);
        }
    }

    /// What a schema may stand for, behind its references and choices.
    fn forms<'s>(&self, schema: &'s Value) -> Vec<&'s Value>
    where
        'a: 's,
    {
        let meant = self.resolved(schema);
        let choices = ["anyOf", "oneOf"].iter().flat_map(|choice| list(&meant[*choice]));
        [schema, meant].into_iter().chain(choices.map(|choice| self.resolved(choice))).collect()
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

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn gather_references<'v>(value: &'v Value, into: &mut BTreeSet<&'v str>) {
    into.extend(value["$ref"].as_str());
    match value {
        Value::Object(members) => members.values().for_each(|value| gather_references(value, into)),
        Value::Array(values) => values.iter().for_each(|value| gather_references(value, into)),
        _ => {}
    }
}

/// A POST that somebody known makes something with.
fn creates(place: &str, operation: &Value) -> bool {
    let public = list(&operation["security"]).any(|way| *way == serde_json::json!({}));
    let accepts = ["201", "202"].iter().any(|status| !operation["responses"][status].is_null());
    place.starts_with("post ") && accepts && !public
}

fn changes(place: &str) -> bool {
    place.starts_with("put ") || place.starts_with("patch ")
}
