//! Where does each kind of item lie in the table?
//!
//! `tests/golden/table.txt` is printed from the keys that the store makes; what stands in `items.json` for a kind of
//! item is an item as it may have been written by an earlier release, and must stay readable.

mod places;
mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use domain::rate_limit::Requester;
use serde_json::{Map, Value};
use store::{Item, Key};

use self::places::{Placeholders, is_address};
use super::layers::source::{Source, sources};

const ITEMS: &str = include_str!("key_chart/items.json");
const HEAD: &str = "\
One table. A line a place: partition key · sort key; gsi1 and due are its sparse indexes. From `ends` on an item counts
as absent and is removed some time later. {names} stand for values; make golden rewrites this file from the store.
";

/// How items of a kind come to differ from what was first written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changes {
    Never,
    /// Only as long as nobody wrote since it was read.
    Versioned,
    /// Its numbers are added to, by several at once.
    Counted,
    /// Written and removed with what it follows from, whose version is the condition.
    Follows,
}

/// One kind of item.
struct Row {
    kind: &'static str,
    /// The type that is stored.
    of: &'static str,
    places: Vec<String>,
    changes: Changes,
}

fn rows() -> Vec<Row> {
    use Changes::{Counted, Follows, Never, Versioned};
    let chart = Chart::new();
    let mut rows = vec![
        chart.row::<domain::account::User>(Versioned),
        chart.row::<domain::account::Subject>(Versioned),
        chart.row::<domain::profile::Profile>(Versioned),
        chart.row::<domain::preferences::Preferences>(Versioned),
        chart.row::<domain::avatar::Avatar>(Versioned),
        chart.row::<store::people::Person>(Follows),
        chart.row::<store::accounts::UsernameClaim>(Versioned),
        chart.row::<store::accounts::EmailClaim>(Versioned),
        chart.row::<store::links::Link>(Versioned),
        chart.row::<domain::account::LatestLink>(Versioned),
        chart.row::<store::mailings::MailedTo>(Versioned),
        chart.row::<domain::account::mfa::Mfa>(Versioned),
        chart.row::<store::mfa::MfaEnrolment>(Versioned),
        chart.row::<domain::session::Session>(Versioned),
        chart.row::<store::sessions::PoolToken>(Never),
        chart.row::<store::google::GoogleClaim>(Never),
        chart.row::<store::google::Handover>(Never),
        chart.row::<store::attempts::AttemptsAt>(Versioned),
        chart.row::<domain::audit::Entry>(Never),
        chart.row::<domain::audit::Head>(Versioned),
        chart.row::<domain::project::Project>(Versioned),
        chart.row::<domain::app::QuantumApp>(Versioned),
        chart.row::<store::apps::LatestReadme>(Versioned),
        chart.row::<store::apps::CatalogueEntry>(Never),
        chart.row::<domain::version::AppVersion>(Versioned),
        chart.row::<store::versions::NumberClaim>(Never),
        chart.row::<store::versions::LatestVersion>(Versioned),
        chart.row::<store::versions::Readme>(Versioned),
        chart.row::<domain::listing::Listing>(Versioned),
        chart.row::<domain::subscription::Subscription>(Versioned),
        chart.row::<store::subscriptions::SubscribedClaim>(Versioned),
        chart.row::<store::access_keys::KeyRoom>(Counted),
        chart.row::<store::access_keys::KeyEntry>(Versioned),
        chart.row::<domain::access_key::AccessKey>(Versioned),
        chart.row::<domain::job::Job>(Versioned),
        chart.row::<store::jobs::SubscriptionJob>(Never),
        chart.row::<store::jobs::Hold>(Never),
        chart.row::<domain::settlement::JobResult>(Never),
        chart.row::<domain::settlement::Charge>(Never),
        chart.row::<domain::bill::BillingItem>(Never),
        chart.row::<domain::closing::ClosedBill>(Versioned),
        chart.row::<store::ledger::Entered>(Never),
        chart.row::<store::idempotency::Answered>(Never),
        chart.row::<domain::dead_letter::DeadLetter>(Versioned),
        chart.row::<domain::dead_letter::Failure>(Versioned),
        chart.row::<domain::hardware::Hardware>(Versioned),
    ];
    rows.extend(chart.counts());
    rows.sort_by(|one, other| one.places.cmp(&other.places));
    rows
}

struct Chart {
    names: Placeholders,
    items: Map<String, Value>,
}

impl Chart {
    fn new() -> Self {
        let items = serde_json::from_str(ITEMS).expect("items.json is JSON");
        Self { names: Placeholders::new(), items }
    }

    fn items<T: Item>(&self) -> Vec<T> {
        let items = self.items.get(T::TYPE).and_then(Value::as_array);
        let read = |item: &Value| {
            serde_json::from_value(self.names.filled(item))
                .unwrap_or_else(|error| panic!("a stored {} is not readable: {error}", T::TYPE))
        };
        items.into_iter().flatten().map(read).collect()
    }

    fn row<T: Item>(&self, changes: Changes) -> Row {
        let items = self.items::<T>();
        assert!(!items.is_empty(), "items.json has no {}", T::TYPE);
        let mut places: Vec<String> = Vec::new();
        for item in items {
            let mut lines = vec![self.names.place(&item.key())];
            lines.extend(self.names.listed(&item.indexes()));
            lines.retain(|line| !places.contains(line));
            places.extend(lines);
        }
        Row { kind: T::TYPE, of: of::<T>(), places, changes }
    }

    /// Items of numbers alone, which know no more of their keys than the keys themselves.
    fn counts(&self) -> Vec<Row> {
        use store::{apps, ledger, people, rate_limit, subscriptions};
        let names = &self.names;
        let (app, user) = (names.id("app_id"), names.id("user_id"));
        let (subscription, key) = (names.id("subscription_id"), names.id("key_id"));
        let hash = || "{hash}".to_owned();
        let requesters =
            [Requester::User(user), Requester::Key(hash()), Requester::Address(hash())];
        vec![
            self.counted(&apps::downloads(app)[..1]),
            self.counted(&[people::active_admins()]),
            self.counted(&[ledger::total(user, names.period(), 0)]),
            self.counted(&[
                subscriptions::subscription_uses(subscription),
                subscriptions::key_uses(user, key),
            ]),
            self.counted(&requesters.map(|requester| rate_limit::bucket(&requester, 0))),
        ]
    }

    fn counted<T: Item>(&self, keys: &[Key<T>]) -> Row {
        let mut places: Vec<String> = keys.iter().map(|key| self.names.place(key)).collect();
        for item in self.items::<T>() {
            places.extend(self.names.listed(&item.indexes()));
        }
        Row { kind: T::TYPE, of: of::<T>(), places, changes: Changes::Counted }
    }
}

/// The last word of a type's name.
fn of<T>() -> &'static str {
    std::any::type_name::<T>().rsplit("::").next().unwrap_or_default()
}

fn printed(rows: &[Row], purposes: &BTreeMap<String, String>) -> String {
    let mut text = HEAD.to_owned();
    for row in rows {
        let purpose = purposes.get(row.of).map_or("", String::as_str);
        let changes = match row.changes {
            Changes::Never => "Never changes.",
            Changes::Versioned => "Changes by version.",
            Changes::Counted => "Is added to.",
            Changes::Follows => "Follows another item.",
        };
        text += &format!("\n{}: {purpose} {changes}\n", row.kind);
        row.places.iter().for_each(|place| text += &format!("  {place}\n"));
    }
    text
}

/// The first sentence above each type that may be stored.
fn purposes(sources: &[Source]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in sources.iter().filter(|source| is_of_table(source)) {
        for item in &source.syntax.items {
            if let syn::Item::Struct(item) = item {
                let said = item.attrs.iter().filter_map(comment).collect::<Vec<_>>().join(" ");
                let first = said.split_inclusive('.').next().unwrap_or_default();
                let first = first.trim().replace("[`", "").replace("`]", "");
                found.entry(item.ident.to_string()).or_insert(first);
            }
        }
    }
    found
}

fn is_of_table(source: &Source) -> bool {
    source.is_under("shared/store/src/") || source.is_under("shared/domain/src/")
}

fn comment(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else {
        return None;
    };
    pair.path.is_ident("doc").then(|| text.value().trim().to_owned())
}

/// What each `impl Item for …` says its kind is, by where it says so.
fn stored(sources: &[Source]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in sources.iter().filter(|source| is_of_table(source)) {
        for window in source.tokens.windows(9) {
            let is = |at: usize, text: &str| window[at].is(text);
            if is(0, "const") && is(1, "TYPE") && is(2, ":") && is(7, "=") {
                found.insert(window[8].text.clone(), format!("{}:{}", source.path, window[0].line));
            }
        }
    }
    found
}

fn faults(rows: &[Row], sources: &[Source]) -> Vec<String> {
    let (stored, purposes) = (stored(sources), purposes(sources));
    let charted: BTreeSet<&str> = rows.iter().map(|row| row.kind).collect();
    let forgotten = stored.iter().filter(|(kind, _)| !charted.contains(kind.as_str()));
    let mut faults: Vec<String> =
        forgotten.map(|(kind, at)| format!("{at} stores {kind}, which is not charted")).collect();
    let mut places: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        if !stored.contains_key(row.kind) {
            faults.push(format!("{} is charted, and nothing stores it", row.kind));
        }
        if purposes.get(row.of).is_none_or(|purpose| !purpose.ends_with('.')) {
            faults.push(format!("{} does not say above it what it is for, in a sentence", row.of));
        }
        for place in row.places.iter().filter(|place| is_address(place)) {
            if let Some(other) = places.insert(place, row.kind) {
                faults.push(format!("{other} and {} lie at one place, {place}", row.kind));
            }
        }
    }
    faults
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_key_chart_is_what_the_store_writes() {
    let printed = printed(&rows(), &purposes(&sources(&root())));
    let path = root().join("tests/golden/table.txt");
    if std::env::var("GOLDEN").is_ok_and(|golden| golden == "write") {
        fs::write(&path, &printed).expect("the checkout can be written to");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == printed, "tests/golden/table.txt is out of date: run make golden");
}

#[test]
fn every_kind_of_item_is_in_the_key_chart() {
    let faults = faults(&rows(), &sources(&root()));
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn an_item_that_is_not_charted_not_explained_or_in_the_place_of_another_is_told() {
    let mut sources = sources(&root());
    let note = include_str!("fixtures/key_chart/notes.rs");
    sources.push(Source::new("shared/store/src/notes.rs", note));
    let mut rows = rows();
    rows.push(Row {
        kind: "Memo",
        of: "Memo",
        places: vec!["job#{job_id} · job".to_owned()],
        changes: Changes::Never,
    });
    assert_eq!(
        faults(&rows, &sources),
        [
            "shared/store/src/notes.rs:20 stores Note, which is not charted",
            "Memo is charted, and nothing stores it",
            "Memo does not say above it what it is for, in a sentence",
            "Job and Memo lie at one place, job#{job_id} · job",
        ]
    );
}
