//! What does the hub's API description say of each operation?

use serde_json::Value;

pub(crate) const METHODS: [(&str, &str); 5] =
    [("GET", "get"), ("POST", "post"), ("PUT", "put"), ("PATCH", "patch"), ("DELETE", "delete")];

/// One operation, as it is described.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub method: &'static str,
    pub path: &'a str,
    declared: &'a Value,
    document: &'a Value,
}

#[derive(Clone, Copy)]
pub(crate) struct Parameter<'a> {
    pub name: &'a str,
    pub required: bool,
    pub schema: Schema<'a>,
}

/// A schema behind its references, and what was on the way to it.
#[derive(Clone, Copy)]
pub(crate) struct Schema<'a> {
    pub nullable: bool,
    pub says: &'a Value,
    document: &'a Value,
}

/// Every operation of a document.
pub(crate) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths");
    let mut found = Vec::new();
    for (path, item) in paths {
        for (method, member) in METHODS {
            if let Some(declared) = item.get(member) {
                found.push(Operation { method, path, declared, document });
            }
        }
    }
    found
}

impl<'a> Operation<'a> {
    pub(crate) fn id(&self) -> &'a str {
        self.declared["operationId"].as_str().unwrap_or_default()
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Those that stand in `place`: `path`, `query` or `header`.
    pub(crate) fn parameters(&self, place: &str) -> Vec<Parameter<'a>> {
        let all = self.declared["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let here = all.iter().filter(|one| one["in"] == place);
        let document = self.document;
        let parameter = |one: &'a Value| Parameter {
            name: one["name"].as_str().unwrap_or_default(),
            required: one["required"] == true,
            schema: Schema::of(document, &one["schema"]),
        };
        here.map(parameter).collect()
    }

    pub(crate) fn requires_header(&self, name: &str) -> bool {
        self.parameters("header").iter().any(|header| header.name == name && header.required)
    }

    pub(crate) fn body(&self) -> Option<Schema<'a>> {
        let schema = self.declared.pointer("/requestBody/content/application~1json/schema")?;
        Some(Schema::of(self.document, schema))
    }

    pub(crate) fn is_public(&self) -> bool {
        self.declared["security"] == serde_json::json!([{}])
    }

    /// Whether it changes something, though its method does not say so.
    pub(crate) fn has_effect(&self) -> bool {
        self.id() == "verifyGoogleSignIn"
    }

    /// Whether it is for those who see to what is anyone's.
    pub(crate) fn is_for_admins(&self) -> bool {
        self.roles().is_some_and(|roles| roles == ["admin"])
    }

    /// The roles asked of people, where they may call it.
    pub(crate) fn roles(&self) -> Option<Vec<&'a str>> {
        self.values("cognito")
    }

    /// The scopes asked of keys, where programs may call it.
    pub(crate) fn scopes(&self) -> Option<Vec<&'a str>> {
        self.values("apiKey")
    }

    fn values(&self, scheme: &str) -> Option<Vec<&'a str>> {
        let ways = self.declared["security"].as_array()?;
        let values = ways.iter().find_map(|way| way.get(scheme)?.as_array())?;
        Some(values.iter().filter_map(Value::as_str).collect())
    }
}

impl<'a> Schema<'a> {
    pub(crate) fn of(document: &'a Value, schema: &'a Value) -> Self {
        let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        if let Some(target) = reference.and_then(|pointer| document.pointer(pointer)) {
            return Self::of(document, target);
        }
        let choices = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
        let (nulls, others): (Vec<&Value>, Vec<&Value>) =
            choices.iter().partition(|choice| choice["type"] == "null");
        if let [only] = others[..] {
            return Self { nullable: !nulls.is_empty(), ..Self::of(document, only) };
        }
        let nullable =
            schema["type"].as_array().is_some_and(|types| types.contains(&"null".into()));
        Self { nullable, says: schema, document }
    }

    /// Its one type besides null.
    pub(crate) fn kind(&self) -> &'a str {
        let kind = &self.says["type"];
        let named = kind.as_array().and_then(|all| all.iter().find(|one| *one != "null"));
        named.unwrap_or(kind).as_str().unwrap_or_default()
    }

    pub(crate) fn is_id(&self) -> bool {
        self.says["format"] == "uuid"
    }

    pub(crate) fn number(&self, keyword: &str) -> Option<u64> {
        self.says[keyword].as_u64()
    }

    pub(crate) fn properties(&self) -> Vec<(&'a str, Self)> {
        let all = self.says["properties"].as_object().into_iter().flatten();
        all.map(|(name, schema)| (name.as_str(), Self::of(self.document, schema))).collect()
    }

    pub(crate) fn requires(&self, property: &str) -> bool {
        self.says["required"].as_array().is_some_and(|all| all.iter().any(|one| one == property))
    }

    pub(crate) fn items(&self) -> Self {
        Self::of(self.document, &self.says["items"])
    }

    /// A value that fits: its example, or one made up.
    pub(crate) fn sample(&self) -> Value {
        if let Some(example) = self.says.get("example").or_else(|| self.says["examples"].get(0)) {
            return example.clone();
        }
        if let Some(first) = self.says["enum"].get(0) {
            return first.clone();
        }
        match self.kind() {
            "string" => "x".repeat(usize_of(self.number("minLength").unwrap_or(1))).into(),
            "integer" => self.number("minimum").unwrap_or(1).into(),
            "boolean" => true.into(),
            "array" => Value::Array(vec![self.items().sample()]),
            _ => {
                let required =
                    self.properties().into_iter().filter(|(name, _)| self.requires(name));
                required.map(|(name, schema)| (name.to_owned(), schema.sample())).collect()
            }
        }
    }
}

pub(crate) fn usize_of(number: u64) -> usize {
    usize::try_from(number).expect("small")
}
