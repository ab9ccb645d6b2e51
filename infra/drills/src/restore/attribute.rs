//! How an item is written into a file and read back: as DynamoDB's own JSON, which its exports and imports use too.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// With its names in order, so that equal items are equal texts. `None` for a kind of value this does not know.
pub(super) fn to_json(item: &Attributes) -> Option<Value> {
    let sorted: BTreeMap<&String, &AttributeValue> = item.iter().collect();
    let members =
        sorted.into_iter().map(|(name, value)| Some((name.clone(), value_to_json(value)?)));
    Some(Value::Object(members.collect::<Option<Map<String, Value>>>()?))
}

/// What [`to_json`] wrote.
pub(super) fn from_json(item: &Value) -> Option<Attributes> {
    let members = item.as_object()?.iter();
    members.map(|(name, value)| Some((name.clone(), value_from_json(value)?))).collect()
}

fn value_to_json(value: &AttributeValue) -> Option<Value> {
    let base64 = |blob: &Blob| STANDARD.encode(blob.as_ref());
    Some(match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Bool(truth) => json!({"BOOL": truth}),
        AttributeValue::Null(truth) => json!({"NULL": truth}),
        AttributeValue::B(blob) => json!({"B": base64(blob)}),
        AttributeValue::M(map) => json!({"M": to_json(map)?}),
        AttributeValue::L(list) => {
            json!({"L": list.iter().map(value_to_json).collect::<Option<Vec<_>>>()?})
        }
        AttributeValue::Ss(texts) => json!({"SS": sorted(texts.clone())}),
        AttributeValue::Ns(numbers) => json!({"NS": sorted(numbers.clone())}),
        AttributeValue::Bs(blobs) => json!({"BS": sorted(blobs.iter().map(base64).collect())}),
        _ => return None,
    })
}

/// A set has no order of its own.
fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts
}

fn value_from_json(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let blob = |value: &Value| STANDARD.decode(value.as_str()?).ok().map(Blob::new);
    let each = |value: &Value| value.as_array().cloned();
    Some(match kind.as_str() {
        "S" => AttributeValue::S(text(value)?),
        "N" => AttributeValue::N(text(value)?),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(value.as_bool()?),
        "B" => AttributeValue::B(blob(value)?),
        "M" => AttributeValue::M(from_json(value)?),
        "L" => AttributeValue::L(each(value)?.iter().map(value_from_json).collect::<Option<_>>()?),
        "SS" => AttributeValue::Ss(each(value)?.iter().map(text).collect::<Option<_>>()?),
        "NS" => AttributeValue::Ns(each(value)?.iter().map(text).collect::<Option<_>>()?),
        "BS" => AttributeValue::Bs(each(value)?.iter().map(blob).collect::<Option<_>>()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back_as_it_was() {
        let written = json!({
            "b": {"B": "AAEC"}, "bool": {"BOOL": false}, "bs": {"BS": ["AA==", "AQ=="]},
            "l": {"L": [{"S": "x"}, {"NULL": true}]}, "m": {"M": {"n": {"N": "-1.50"}}},
            "ns": {"NS": ["1", "2"]}, "s": {"S": "ü"}, "ss": {"SS": ["a", "b"]}
        });
        let read = from_json(&written).expect("an item");
        assert_eq!(to_json(&read), Some(written));
    }

    #[test]
    fn what_is_no_item_is_not_read_as_one() {
        for wrong in
            [json!([]), json!({"s": "x"}), json!({"s": {"S": 1}}), json!({"s": {"X": "1"}})]
        {
            assert_eq!(from_json(&wrong), None, "{wrong}");
        }
    }
}
