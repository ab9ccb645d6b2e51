//! What does a SAM template say, once its short tags are written out?

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// A template as JSON: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": ["X", "Arn"]}`.
pub(super) struct Template(Value);

/// One `AWS::Serverless::Function`, with what `Globals` gives it.
#[derive(Clone, Copy)]
pub(super) struct Function<'a> {
    pub id: &'a str,
    properties: &'a Value,
    globals: &'a Value,
}

/// One entry of a function's `Events`.
#[derive(Clone, Copy)]
pub(super) struct Event<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub properties: &'a Value,
}

impl Template {
    pub(super) fn parse(yaml: &str) -> Self {
        let documents = Yaml::load_from_str(yaml).expect("the template is YAML");
        Self(json(documents.first().expect("the template is one document")))
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        members(&self.0["Resources"])
    }

    /// The resources of a type, with their properties.
    pub(super) fn of_type<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id, &resource["Properties"]))
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        let globals = &self.0["Globals"]["Function"];
        self.of_type("AWS::Serverless::Function").map(move |(id, properties)| Function {
            id,
            properties,
            globals,
        })
    }

    /// `Value::Null` where there is no such resource.
    pub(super) fn properties(&self, id: &str) -> &Value {
        &self.0["Resources"][id]["Properties"]
    }

    pub(super) fn kind(&self, id: &str) -> &str {
        text(&self.0["Resources"][id]["Type"])
    }
}

impl<'a> Function<'a> {
    /// `functions/jobs/` is `jobs`.
    pub(super) fn folder(&self) -> &'a str {
        let path = text(&self.properties["CodeUri"]).trim_end_matches('/');
        path.strip_prefix("functions/").unwrap_or(path)
    }

    /// The function's own property, else that of `Globals`.
    pub(super) fn property(&self, name: &str) -> &'a Value {
        let own = &self.properties[name];
        if own.is_null() { &self.globals[name] } else { own }
    }

    pub(super) fn variables(&self) -> BTreeMap<&'a str, &'a Value> {
        let of = |properties: &'a Value| members(&properties["Environment"]["Variables"]);
        of(self.globals).chain(of(self.properties)).collect()
    }

    pub(super) fn events(&self) -> impl Iterator<Item = Event<'a>> + use<'a> {
        members(&self.properties["Events"]).map(|(name, event)| Event {
            name,
            kind: text(&event["Type"]),
            properties: &event["Properties"],
        })
    }

    /// Whom the platform tells when an event that nobody waits for could not be handled.
    pub(super) fn on_failure(&self) -> &'a Value {
        &self.properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    }
}

/// The logical id a `Ref` or `Fn::GetAtt` names.
pub(super) fn referred(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

/// Every logical id or parameter named anywhere below, by `Ref`, `Fn::GetAtt`, `Fn::Sub` or `DependsOn`.
pub(super) fn references(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found.sort();
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    if let Value::Array(values) = value {
        values.iter().for_each(|value| collect(value, found));
    }
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        match name.as_str() {
            "Ref" => found.extend(value.as_str().map(str::to_owned)),
            "Fn::GetAtt" => match value {
                Value::String(path) => found.extend(path.split('.').next().map(str::to_owned)),
                path => found.extend(path[0].as_str().map(str::to_owned)),
            },
            "Fn::Sub" => substituted(value, found),
            "DependsOn" => match value {
                Value::String(id) => found.push(id.clone()),
                ids => found.extend(texts(ids).map(str::to_owned)),
            },
            _ => collect(value, found),
        }
    }
}

/// `${X}` and `${X.Arn}`, except what the second argument defines.
fn substituted(value: &Value, found: &mut Vec<String>) {
    let (pattern, defined) = match value {
        Value::Array(pair) => (text(&pair[0]), pair.get(1).unwrap_or(&Value::Null)),
        pattern => (text(pattern), &Value::Null),
    };
    collect(defined, found);
    let names = pattern.split("${").skip(1).filter_map(|rest| rest.split(['}', '.']).next());
    let foreign = names.filter(|name| !name.starts_with('!') && defined.get(*name).is_none());
    found.extend(foreign.map(str::to_owned));
}

/// Empty where it is no text.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The texts of a list, or the one text in its place.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    one_or_many(value).filter_map(Value::as_str)
}

pub(super) fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let (one, many) = match value {
        Value::Array(many) => (None, many.as_slice()),
        Value::Null => (None, &[][..]),
        one => (Some(one), &[][..]),
    };
    one.into_iter().chain(many)
}

/// By name, whatever order they were read in.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value)).collect::<BTreeMap<_, _>>().into_iter()
}

fn json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(value)) => (*value).into(),
        Yaml::Value(Scalar::Integer(value)) => (*value).into(),
        Yaml::Value(Scalar::FloatingPoint(value)) => value.into_inner().into(),
        Yaml::Value(Scalar::String(value)) => value.as_ref().into(),
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Sequence(values) => values.iter().map(json).collect(),
        Yaml::Mapping(members) => members
            .iter()
            .map(|(name, value)| (name.as_str().expect("a name is text").to_owned(), json(value)))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Tagged(tag, value) => written_out(&tag.suffix, json(value)),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("the template uses YAML that CloudFormation does not take: {yaml:?}")
        }
    }
}

fn written_out(tag: &str, value: Value) -> Value {
    let (name, value) = match (tag, value) {
        ("Ref" | "Condition", value) => (tag.to_owned(), value),
        ("GetAtt", Value::String(path)) => {
            let (id, attribute) = path.split_once('.').unwrap_or((&path, ""));
            ("Fn::GetAtt".to_owned(), Value::from(vec![id, attribute]))
        }
        (_, value) => (format!("Fn::{tag}"), value),
    };
    Map::from_iter([(name, value)]).into()
}
