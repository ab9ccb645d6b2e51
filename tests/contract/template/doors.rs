//! Which function does a request reach, in API Gateway's own order?

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Function, Template, referred, text};

/// What stands for a path parameter in a request: equal to no segment a template spells.
const ANY_VALUE: &str = "0199a3c4-0d10-7c21-9a4e-5b6c7d8e9f01";

/// An event of type `Api`.
#[derive(Clone, Copy)]
pub(super) struct Route<'a> {
    pub function: Function<'a>,
    pub event: &'a str,
    pub verb: &'a str,
    pub path: &'a str,
    /// `Authorizer: NONE`.
    pub public: bool,
    pub without_key: bool,
}

/// One REST API with its tree of resources.
pub(super) struct Door<'a> {
    pub id: &'a str,
    pub routes: Vec<Route<'a>>,
    root: Resource,
}

/// Methods hold positions in `Door::routes`.
#[derive(Default)]
struct Resource {
    methods: BTreeMap<String, usize>,
    literal: BTreeMap<String, Resource>,
    /// `{name}` or `{name+}`: the gateway allows one beneath a resource.
    variable: Option<(String, Box<Resource>)>,
}

impl<'a> Door<'a> {
    /// The door of that id, and what the gateway would not take of it.
    pub(super) fn of(template: &'a Template, id: &'a str) -> (Self, Vec<String>) {
        let mut door = Self { id, routes: Vec::new(), root: Resource::default() };
        let mut faults = Vec::new();
        for function in template.functions() {
            for event in function.events().filter(|event| event.kind == "Api") {
                let said = event.properties;
                if referred(&said["RestApiId"]) != Some(id) {
                    continue;
                }
                let route = Route {
                    function,
                    event: event.name,
                    verb: text(&said["Method"]),
                    path: text(&said["Path"]),
                    public: said["Auth"]["Authorizer"] == "NONE",
                    without_key: said["Auth"]["ApiKeyRequired"] == Value::Bool(false),
                };
                let place = door.routes.len();
                door.routes.push(route);
                faults.extend(
                    door.root.add(segments(route.path), route.verb, place).map(|what| {
                        format!("{id}: {}'s event {} {what}", function.id, route.event)
                    }),
                );
            }
        }
        (door, faults)
    }

    /// Where a request to the operation ends up: the most specific resource is chosen segment by segment (spelled out,
    /// then variable) and never left again, not even when it lacks the method or what is below: a greedy sibling does
    /// not stand in for it.
    pub(super) fn resolve(&self, verb: &str, path: &str) -> Option<&Route<'a>> {
        let mut resource = &self.root;
        for segment in segments(path) {
            let sent = if segment.starts_with('{') { ANY_VALUE } else { segment };
            resource = match (resource.literal.get(sent), &resource.variable) {
                (Some(spelled), _) => spelled,
                (None, Some((name, greedy))) if name.ends_with("+}") => {
                    return self.method(greedy, verb);
                }
                (None, Some((_, variable))) => variable,
                (None, None) => return None,
            };
        }
        self.method(resource, verb)
    }

    fn method(&self, resource: &Resource, verb: &str) -> Option<&Route<'a>> {
        let found = resource.methods.get(verb).or_else(|| resource.methods.get("any"));
        found.and_then(|place| self.routes.get(*place))
    }
}

impl Resource {
    fn add<'p>(
        &mut self,
        mut path: impl Iterator<Item = &'p str>,
        verb: &str,
        place: usize,
    ) -> Option<String> {
        let Some(segment) = path.next() else {
            let first = *self.methods.entry(verb.to_owned()).or_insert(place);
            return (first != place).then(|| "has the verb and path of another event".to_owned());
        };
        if !segment.starts_with('{') {
            return self.literal.entry(segment.to_owned()).or_default().add(path, verb, place);
        }
        let (name, below) =
            self.variable.get_or_insert_with(|| (segment.to_owned(), Box::default()));
        if name != segment {
            return Some(format!("has {segment} where another has {name}: only one is allowed"));
        }
        if name.ends_with("+}") && path.next().is_some() {
            return Some(format!("goes on after {segment}, which takes all that follows"));
        }
        below.add(path, verb, place)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}
