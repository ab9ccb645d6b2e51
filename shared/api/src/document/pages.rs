//! What does a page of a list look like: entries that are described once, elsewhere.

use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Ref, RefOr,
    schema::{ArrayItems, Schema},
};

/// utoipa names a page of jobs `Page_Job` and describes a job in it once more.
const PAGE: &str = "Page_";

pub(super) fn describe(components: &mut Components) {
    let pages = components.schemas.keys().filter_map(|name| name.strip_prefix(PAGE));
    for entry in pages.map(str::to_owned).collect::<Vec<_>>() {
        let example = components.schemas.get(&entry).and_then(example);
        let page = components.schemas.get_mut(&format!("{PAGE}{entry}"));
        let Some(RefOr::T(Schema::Object(page))) = page else { continue };
        page.examples = example.into_iter().map(|entry| json!({"items": [entry]})).collect();
        if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
            let entry = RefOr::Ref(Ref::from_schema_name(entry));
            items.items = ArrayItems::RefOrSchema(Box::new(entry));
        }
    }
}

fn example(schema: &RefOr<Schema>) -> Option<Value> {
    serde_json::to_value(schema).ok()?.get("example").cloned()
}
