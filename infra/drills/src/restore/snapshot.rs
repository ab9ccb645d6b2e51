//! What does a table hold, as a file of lines that can be compared, and when is that the table of one moment?

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use aws_sdk_dynamodb::Client;
use journey::Off;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::attribute::{Attributes, from_json, to_json};
use crate::stack::wrong;

const SEGMENTS: i32 = 4;
/// Scans before a table is called restless.
const MOST_SCANS: usize = 20;
/// What money is counted by.
const LEDGER: [&str; 3] = ["BillingItem", "Charge", "PeriodTotal"];

/// Every item by its address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Snapshot(BTreeMap<(String, String), Value>);

/// Reads every item once, in parallel parts, page by page. While others write, it is the table of no moment at all:
/// of what one transaction wrote it may hold one half.
pub(super) async fn scan(client: &Client, table: &str) -> Result<Snapshot, Off> {
    let mut parts = JoinSet::new();
    for segment in 0..SEGMENTS {
        parts.spawn(scan_part(client.clone(), table.to_owned(), segment));
    }
    let mut items = BTreeMap::new();
    while let Some(part) = parts.join_next().await {
        items.extend(part.map_err(wrong)??);
    }
    Ok(Snapshot(items))
}

async fn scan_part(
    client: Client,
    table: String,
    segment: i32,
) -> Result<Vec<((String, String), Value)>, Off> {
    let mut found = Vec::new();
    let mut start = None;
    loop {
        let page = client
            .scan()
            .table_name(&table)
            .consistent_read(true)
            .segment(segment)
            .total_segments(SEGMENTS)
            .set_exclusive_start_key(start)
            .send()
            .await;
        let page = page.map_err(|error| Off::wrong(format!("Scan of {table}: {error:?}")))?;
        for item in page.items() {
            let key = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
            let json = to_json(item).zip(key("pk")).zip(key("sk"));
            let ((json, pk), sk) =
                json.ok_or_else(|| Off::wrong(format!("an item of {table} cannot be read")))?;
            found.push(((pk, sk), json));
        }
        start = page.last_evaluated_key().cloned();
        if start.is_none() {
            return Ok(found);
        }
    }
}

/// The table as it stood at one moment: two scans in a row that find the same. An item that changes between them gets
/// another version, and each transaction of a job changes one, so that nothing can have moved and moved back unseen.
///
/// Answers how many scans it took; it takes for ever while anybody writes.
pub(super) async fn of_one_moment(client: &Client, table: &str) -> Result<(Snapshot, usize), Off> {
    let mut before = scan(client, table).await?;
    for scans in 2..=MOST_SCANS {
        let now = scan(client, table).await?;
        if now == before {
            return Ok((now, scans));
        }
        before = now;
    }
    Err(Off::wrong(format!("{table} was still written to after {MOST_SCANS} scans")))
}

impl Snapshot {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many items differ, are missing or are more.
    pub(super) fn differences(&self, other: &Self) -> usize {
        let changed = self.0.iter().filter(|(key, item)| other.0.get(key) != Some(item)).count();
        changed + other.0.keys().filter(|key| !self.0.contains_key(key)).count()
    }

    /// Those that have not expired by then: the others may disappear at any time.
    pub(super) fn without_expired(&self, at_seconds: u64) -> Self {
        let expires = |item: &Value| item["expires_at"]["N"].as_str()?.parse::<u64>().ok();
        let lasting =
            self.0.iter().filter(|(_, item)| expires(item).is_none_or(|at| at > at_seconds));
        Self(lasting.map(|(key, item)| (key.clone(), item.clone())).collect())
    }

    pub(super) fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.values().filter(move |item| kind_of(item) == kind)
    }

    /// As BatchWriteItem takes them.
    pub(super) fn attributes(&self) -> Result<Vec<Attributes>, Off> {
        let read =
            |item: &Value| from_json(item).ok_or_else(|| Off::wrong(format!("no item: {item}")));
        self.0.values().map(read).collect()
    }

    pub(super) fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for item in self.0.values() {
            *counts.entry(kind_of(item)).or_default() += 1;
        }
        counts
    }

    /// Of every item.
    pub(super) fn hash(&self) -> String {
        hash(self.0.values())
    }

    /// Of charges, lines of bills and totals alone.
    pub(super) fn ledger_hash(&self) -> String {
        hash(self.0.values().filter(|item| LEDGER.contains(&kind_of(item))))
    }

    /// A line an item, as DynamoDB's own exports have it, and beside it what the file must turn out to hold.
    pub(super) fn write(&self, folder: &Path, table: &str, at: &str) -> Result<(), Off> {
        fs::create_dir_all(folder).map_err(wrong)?;
        let mut file =
            std::io::BufWriter::new(fs::File::create(folder.join("items.jsonl")).map_err(wrong)?);
        for item in self.0.values() {
            writeln!(file, "{}", json!({"Item": item})).map_err(wrong)?;
        }
        file.flush().map_err(wrong)?;
        let manifest = json!({
            "table": table, "exported_at": at, "items": self.len(), "items_by_type": self.counts(),
            "sha256": self.hash(), "ledger_sha256": self.ledger_hash()
        });
        fs::write(folder.join("manifest.json"), format!("{manifest:#}\n")).map_err(wrong)
    }

    /// Of a folder that [`Snapshot::write`] filled.
    ///
    /// # Errors
    /// It is not what its manifest says.
    pub(super) fn read(folder: &Path) -> Result<Self, Off> {
        let manifest = fs::read_to_string(folder.join("manifest.json")).map_err(wrong)?;
        let manifest: Value = serde_json::from_str(&manifest).map_err(wrong)?;
        let mut items = BTreeMap::new();
        for line in fs::read_to_string(folder.join("items.jsonl")).map_err(wrong)?.lines() {
            let mut line: Value = serde_json::from_str(line).map_err(wrong)?;
            let item = line["Item"].take();
            let key = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
            items.insert((key("pk"), key("sk")), item);
        }
        let read = Self(items);
        let whole = manifest["items"] == read.len() && manifest["sha256"] == read.hash().as_str();
        journey::ensure(whole, || {
            format!("{} does not hold what its manifest says", folder.display())
        })?;
        Ok(read)
    }
}

fn kind_of(item: &Value) -> &str {
    item["type"]["S"].as_str().unwrap_or_default()
}

fn hash<'a>(items: impl Iterator<Item = &'a Value>) -> String {
    let mut hasher = Sha256::new();
    for item in items {
        hasher.update(item.to_string());
        hasher.update("\n");
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// As DynamoDB's JSON.
    pub(crate) fn snapshot(items: &[Value]) -> Snapshot {
        let text =
            |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
        Snapshot(
            items.iter().map(|item| ((text(item, "pk"), text(item, "sk")), item.clone())).collect(),
        )
    }

    fn item(pk: &str, kind: &str, amount: u32) -> Value {
        json!({"pk": {"S": pk}, "sk": {"S": "x"}, "type": {"S": kind}, "amount": {"N": amount.to_string()}})
    }

    #[test]
    fn hashes_tell_every_change_and_that_of_the_ledger_changes_of_money_alone() {
        let before = snapshot(&[item("a", "Charge", 1), item("b", "Job", 1)]);
        let job = snapshot(&[item("a", "Charge", 1), item("b", "Job", 2)]);
        let charge = snapshot(&[item("a", "Charge", 2), item("b", "Job", 1)]);
        assert_eq!(before.differences(&job), 1);
        assert_ne!(before.hash(), job.hash());
        assert_eq!(before.ledger_hash(), job.ledger_hash());
        assert_ne!(before.ledger_hash(), charge.ledger_hash());
        assert_eq!(before.differences(&snapshot(&[])), 2);
    }

    #[test]
    fn an_export_is_read_back_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("export-{}", std::process::id()));
        let written = snapshot(&[item("a", "Charge", 1), item("b", "Job", 1)]);
        written.write(&folder, "hub", "now").expect("it is written");
        assert_eq!(Snapshot::read(&folder).expect("it is read"), written);
        let lines = fs::read_to_string(folder.join("items.jsonl")).expect("lines");
        let cut = lines.lines().next().expect("one line");
        fs::write(folder.join("items.jsonl"), cut).expect("it is cut");
        let cut = Snapshot::read(&folder);
        fs::remove_dir_all(&folder).expect("it is removed");
        assert!(cut.is_err());
    }

    #[test]
    fn what_has_expired_is_no_longer_there() {
        let lasting = item("a", "Job", 1);
        let mut fading = item("b", "Answered", 1);
        fading["expires_at"] = json!({"N": "100"});
        let both = snapshot(&[lasting.clone(), fading]);
        assert_eq!(both.without_expired(99).len(), 2);
        assert_eq!(both.without_expired(100), snapshot(&[lasting]));
    }
}
