//! Is everything called as everything else of its kind?

use serde_json::Value;

/// What an operation may do, with the method that does it where only one does.
const VERBS: &[(&str, &str)] = &[
    ("become", "post"),
    ("cancel", "delete"),
    ("change", "post"),
    ("confirm", "get"),
    ("confirm", "post"),
    ("create", "post"),
    ("delete", "delete"),
    ("disable", "post"),
    ("download", "post"),
    ("end", "post"),
    ("get", "get"),
    ("link", "post"),
    ("list", "get"),
    ("publish", "post"),
    ("redrive", "post"),
    ("refresh", "post"),
    ("register", "post"),
    ("release", "post"),
    ("replace", "post"),
    ("resend", "post"),
    ("reset", "post"),
    ("restore", "post"),
    ("rotate", "post"),
    ("start", "post"),
    ("subscribe", "post"),
    ("suspend", "post"),
    ("update", "put"),
    ("upload", "post"),
    ("verify", "get"),
    ("withdraw", "post"),
];

/// Collections whose name has no plural, and what is done by the link that follows.
const UNCOUNTED: &[&str] =
    &["download", "email", "hardware", "marketplace", "registry", "reset-password", "verify"];

const MONEY: [&str; 6] = ["amount", "balance", "cost", "fee", "price", "rate"];

/// `createJob`: camel case of at least two words.
pub(super) fn is_verb_and_noun(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|each| each.is_ascii_alphanumeric())
        && id.chars().any(|each| each.is_ascii_uppercase())
}

/// A known verb, under its method.
pub(super) fn does(id: &str, method: &str) -> bool {
    let verb = id.split(|each: char| each.is_ascii_uppercase()).next().unwrap_or_default();
    VERBS.contains(&(verb, method))
}

/// Words in kebab-case; what an id follows is a collection, which has a plural.
pub(super) fn path_faults(path: &str) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut faults = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let holder = at.checked_sub(1).map_or("", |before| segments[before]);
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                if !(is_snake_case(name) && (name.ends_with("_id") || name == "token")) {
                    faults
                        .push(format!("has {name} in its path, not called as the id of something"));
                }
                if !(holder.ends_with('s') || UNCOUNTED.contains(&holder)) {
                    faults.push(format!("has an id after {holder:?}, which is no plural"));
                }
            }
            None if is_kebab_case(segment) => {}
            None => faults.push(format!("has {segment:?} in its path, not in kebab-case")),
        }
    }
    faults
}

/// What is wrong with a member of a body, whose value has one of these forms.
pub(super) fn member_fault(name: &str, forms: &[&Value]) -> Option<&'static str> {
    let of = |wanted: &str| {
        let is = |kind: &Value| {
            kind == wanted || kind.as_array().is_some_and(|all| all.iter().any(|one| one == wanted))
        };
        forms.iter().any(|form| is(&form["type"]))
    };
    let is_time = forms.iter().any(|form| form["format"] == "date-time");
    let has_form = |keyword: &str| forms.iter().any(|form| !form[keyword].is_null());
    let called_time = name.ends_with("_at");
    let of_money = name.split('_').any(|word| MONEY.contains(&word));
    match () {
        () if !is_snake_case(name) => Some("is not in snake_case"),
        () if called_time && !is_time => Some("is called a time and is not of format date-time"),
        () if is_time && !called_time && !name.ends_with("_date") => {
            Some("is a time and not called …_at")
        }
        () if of_money && of("number") => Some("is money in floating point"),
        () if of_money && name != "amount" && (of("integer") || of("string")) => {
            Some("is money without its currency")
        }
        () if of("integer") && !(has_form("maximum") && has_form("minimum")) => {
            Some("is a number without bounds; take one of domain::shape")
        }
        () if name == "id" && !has_form("format") && !has_form("pattern") => {
            Some("is an id of any form")
        }
        () => None,
    }
}

pub(super) fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_')
}

fn is_kebab_case(segment: &str) -> bool {
    let plain = segment.strip_suffix(".json").unwrap_or(segment);
    let word = |word: &str| !word.is_empty() && word.chars().all(|each| each.is_ascii_lowercase());
    plain.split('-').all(word)
}
