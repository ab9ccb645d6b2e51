//! How items are written: all or nothing, each under the condition it was decided on.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::UpdateBuilder,
    },
};
use domain::Refusal;

use crate::{
    Error, Item, Key, Stored, Table,
    item::{Attributes, WRITE_ID, encode},
    table::{failed, unbuilt, write_units},
};
use telemetry::{Fact, count};

/// Tries of a write that met another write or a throttle.
const TRIES: u32 = 8;

/// One condition and its effect.
pub struct Write {
    action: Result<Action, Error>,
    refusal: Option<Refusal>,
    made: Option<Fact>,
}

enum Action {
    Create {
        item: Attributes,
    },
    Put {
        item: Attributes,
    },
    Remove {
        key: Attributes,
    },
    Update {
        item: Attributes,
        read_at: u64,
    },
    Delete {
        key: Attributes,
        read_at: u64,
    },
    Unchanged {
        key: Attributes,
        read_at: u64,
    },
    Exists {
        key: Attributes,
    },
    Add {
        key: Attributes,
        kind: &'static str,
        fields: Vec<(&'static str, i64)>,
        floor: Option<(&'static str, i64)>,
        unless: Option<&'static str>,
        due: Due,
    },
}

/// Where an item that is added to is listed in the index of what is due.
enum Due {
    AsItIs,
    At((String, String)),
    Nowhere,
}

/// A new item; not if there is one at its address.
pub fn create<T: Item>(item: &T) -> Write {
    let create = Write::new(encode(item, 1).map(|item| Action::Create { item }));
    Write { made: T::MADE, ..create }
}

/// The item, whatever lies at its address: for what follows from another item of the same write alone.
pub(crate) fn put<T: Item>(item: &T) -> Write {
    Write::new(encode(item, 1).map(|item| Action::Put { item }))
}

/// Nothing at the item's address, whatever lies there: for what [`put`] put there.
pub(crate) fn remove<T: Item>(item: &T) -> Write {
    Write::new(Ok(Action::Remove { key: item.key().attributes() }))
}

/// The item as it stands in `stored` now; not if someone wrote since it was read.
pub fn update<T: Item>(stored: &Stored<T>) -> Write {
    let item = encode(&stored.item, stored.version + 1);
    Write::new(item.map(|item| Action::Update { item, read_at: stored.version }))
}

/// `item` in place of what was found at its address; not if someone wrote since.
pub fn replace<T: Item>(found: Option<Stored<T>>, item: T) -> Write {
    match found {
        Some(found) => update(&Stored { item, version: found.version }),
        None => create(&item),
    }
}

/// Not if someone wrote since it was read.
pub fn delete<T: Item>(stored: &Stored<T>) -> Write {
    Write::new(Ok(Action::Delete { key: stored.item.key().attributes(), read_at: stored.version }))
}

/// Writes nothing, but only lets the others through if this item is as it was read.
pub fn unchanged<T: Item>(stored: &Stored<T>) -> Write {
    Write::new(Ok(Action::Unchanged {
        key: stored.item.key().attributes(),
        read_at: stored.version,
    }))
}

/// Writes nothing, but only lets the others through if this item is still there, in whichever version.
pub fn exists<T: Item>(stored: &Stored<T>) -> Write {
    Write::new(Ok(Action::Exists { key: stored.item.key().attributes() }))
}

/// Adds to numbers of an item, which others may do at the same time; a missing item begins at zero.
pub fn add<T: Item>(key: &Key<T>, fields: &[(&'static str, i64)]) -> Write {
    Write::new(Ok(Action::Add {
        key: key.attributes(),
        kind: T::TYPE,
        fields: fields.to_vec(),
        floor: None,
        unless: None,
        due: Due::AsItIs,
    }))
}

impl Write {
    fn new(action: Result<Action, Error>) -> Self {
        Self { action, refusal: None, made: None }
    }

    /// What to say when the condition does not hold; without it, the decision is made again.
    pub fn or(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal);
        self
    }

    /// No field of an `add` may end below `floor`; a missing item is below it.
    pub fn at_least(mut self, floor: i64) -> Self {
        if let Ok(Action::Add { fields, floor: bound, .. }) = &mut self.action {
            *bound = fields.first().map(|(name, by)| (*name, floor - by));
        }
        self
    }

    /// An `add` to nothing that has `field`.
    pub(crate) fn unless(mut self, field: &'static str) -> Self {
        if let Ok(Action::Add { unless, .. }) = &mut self.action {
            *unless = Some(field);
        }
        self
    }

    /// Where in the index of what is due an `add` leaves its item.
    pub(crate) fn due(mut self, place: Option<(String, String)>) -> Self {
        if let Ok(Action::Add { due, .. }) = &mut self.action {
            *due = place.map_or(Due::Nowhere, Due::At);
        }
        self
    }
}

impl Table {
    /// Writes all or nothing.
    pub async fn write(&self, writes: impl IntoIterator<Item = Write>) -> Result<(), Error> {
        let (mut refusals, mut actions, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for write in writes {
            refusals.push(write.refusal);
            made.extend(write.made);
            actions.push(write.action?);
        }
        let refused = match <[Action; 1]>::try_from(actions) {
            Ok([Action::Create { item }]) => self.put_alone(item, None).await?,
            Ok([Action::Update { item, read_at }]) => self.put_alone(item, Some(read_at)).await?,
            Ok(one) => self.transact(one.into(), &refusals).await?,
            Err(actions) if actions.is_empty() => return Ok(()),
            Err(actions) => self.transact(actions, &refusals).await?,
        };
        verdict(&refused, refusals)?;
        made.into_iter().for_each(|fact| count(fact, 1));
        Ok(())
    }

    /// Updates one item and answers with what now stands there.
    pub async fn save<T: Item>(&self, mut stored: Stored<T>) -> Result<Stored<T>, Error> {
        self.write([update(&stored)]).await?;
        stored.version += 1;
        Ok(stored)
    }

    /// Updates all of them or none, and answers with what now stands there.
    pub async fn save_all<T: Item>(
        &self,
        mut stored: Vec<Stored<T>>,
    ) -> Result<Vec<Stored<T>>, Error> {
        self.write(stored.iter().map(update)).await?;
        stored.iter_mut().for_each(|one| one.version += 1);
        Ok(stored)
    }

    /// Half the price of a transaction; without its token, a repeat by the SDK meets its own write and knows it by its
    /// id: two who decide the same in the same millisecond write items that are otherwise equal.
    async fn put_alone(
        &self,
        mut item: Attributes,
        read_at: Option<u64>,
    ) -> Result<Vec<usize>, Error> {
        let id = AttributeValue::N(u64::from_be_bytes(self.clock.random()).to_string());
        item.insert(WRITE_ID.to_owned(), id.clone());
        for tried in 1..=TRIES {
            let condition = Condition::of(read_at, self.clock.now().unix_seconds());
            let answer = self
                .client
                .put_item()
                .table_name(&self.name)
                .set_item(Some(item.clone()))
                .condition_expression(condition.expression)
                .set_expression_attribute_values(Some(condition.values))
                .set_expression_attribute_names(Some(condition.names))
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let error = match answer {
                Ok(put) => {
                    write_units(put.consumed_capacity.as_slice());
                    return Ok(Vec::new());
                }
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                    let stands = refused.item().and_then(|item| item.get(WRITE_ID));
                    return Ok(if stands == Some(&id) { Vec::new() } else { vec![0] });
                }
                Some(PutItemError::TransactionConflictException(_)) => self.pause(tried).await,
                _ => return Err(failed("PutItem", &error)),
            }
        }
        Err(Error::Contended)
    }

    /// Answers which conditions did not hold.
    async fn transact(
        &self,
        actions: Vec<Action>,
        refusals: &[Option<Refusal>],
    ) -> Result<Vec<usize>, Error> {
        let now = self.clock.now().unix_seconds();
        let items = actions
            .into_iter()
            .map(|action| action.item(&self.name, now))
            .collect::<Result<Vec<_>, _>>()?;
        let token: String =
            self.clock.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut refused = Vec::new();
        for tried in 1..=TRIES {
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(&token)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let error = match answer {
                Ok(written) => {
                    write_units(written.consumed_capacity());
                    return Ok(Vec::new());
                }
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons();
                    refused = positions(reasons, "ConditionalCheckFailed");
                    if is_final(&refused, reasons, refusals) {
                        return Ok(refused);
                    }
                    if positions(reasons, "ValidationError").len()
                        + positions(reasons, "ItemCollectionSizeLimitExceeded").len()
                        > 0
                    {
                        return Err(failed("TransactWriteItems", &error));
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ => return Err(failed("TransactWriteItems", &error)),
            }
            self.pause(tried).await;
        }
        if refused.is_empty() { Err(Error::Contended) } else { Ok(refused) }
    }
}

/// Whether these conditions decide the matter. Words are not said while another transaction is at work on an item
/// beside: it may be what grants this very request, and then a replayed answer goes before them.
fn is_final(
    refused: &[usize],
    reasons: &[CancellationReason],
    refusals: &[Option<Refusal>],
) -> bool {
    let speechless = refused.iter().any(|at| refusals.get(*at).is_none_or(Option::is_none));
    let undecided = !positions(reasons, "TransactionConflict").is_empty();
    speechless || (!refused.is_empty() && !undecided)
}

fn positions(reasons: &[CancellationReason], code: &str) -> Vec<usize> {
    reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some(code))
        .map(|(at, _)| at)
        .collect()
}

/// What was refused without words of its own is decided again first: a replayed answer goes before a refusal.
fn verdict(refused: &[usize], mut refusals: Vec<Option<Refusal>>) -> Result<(), Error> {
    let mut said = None;
    for at in refused {
        match refusals.get_mut(*at).and_then(Option::take) {
            Some(refusal) => said = said.or(Some(refusal)),
            None => return Err(Error::Contended),
        }
    }
    said.map_or(Ok(()), |refusal| Err(Error::Refused(refusal)))
}

struct Condition {
    expression: &'static str,
    values: Attributes,
    names: HashMap<String, String>,
}

impl Condition {
    fn of(read_at: Option<u64>, now: i64) -> Self {
        match read_at {
            Some(version) => Self {
                expression: "#version = :version",
                values: HashMap::from([(
                    ":version".to_owned(),
                    AttributeValue::N(version.to_string()),
                )]),
                names: HashMap::from([("#version".to_owned(), "version".to_owned())]),
            },
            None => Self {
                expression: "attribute_not_exists(pk) OR #expires_at <= :now",
                values: HashMap::from([(":now".to_owned(), AttributeValue::N(now.to_string()))]),
                names: HashMap::from([("#expires_at".to_owned(), "expires_at".to_owned())]),
            },
        }
    }
}

impl Action {
    fn item(self, table: &str, now: i64) -> Result<TransactWriteItem, Error> {
        let item = TransactWriteItem::builder();
        let built = match self {
            Self::Create { item: attributes } => item.put(put_if(table, attributes, None, now)?),
            Self::Update { item: attributes, read_at } => {
                item.put(put_if(table, attributes, Some(read_at), now)?)
            }
            Self::Put { item: attributes } => {
                let put = Put::builder().table_name(table).set_item(Some(attributes));
                item.put(put.build().map_err(|error| unbuilt("a put", &error))?)
            }
            Self::Remove { key } => {
                let delete = Delete::builder().table_name(table).set_key(Some(key));
                item.delete(delete.build().map_err(|error| unbuilt("a delete", &error))?)
            }
            Self::Delete { key, read_at } => {
                let condition = Condition::of(Some(read_at), now);
                item.delete(
                    Delete::builder()
                        .table_name(table)
                        .set_key(Some(key))
                        .condition_expression(condition.expression)
                        .set_expression_attribute_values(Some(condition.values))
                        .set_expression_attribute_names(Some(condition.names))
                        .build()
                        .map_err(|error| unbuilt("a delete", &error))?,
                )
            }
            Self::Unchanged { key, read_at } => {
                let condition = Condition::of(Some(read_at), now);
                item.condition_check(
                    ConditionCheck::builder()
                        .table_name(table)
                        .set_key(Some(key))
                        .condition_expression(condition.expression)
                        .set_expression_attribute_values(Some(condition.values))
                        .set_expression_attribute_names(Some(condition.names))
                        .build()
                        .map_err(|error| unbuilt("a check", &error))?,
                )
            }
            Self::Exists { key } => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression("attribute_exists(pk)")
                    .build()
                    .map_err(|error| unbuilt("a check", &error))?,
            ),
            Self::Add { key, kind, fields, floor, unless, due } => {
                let update = addition(table, key, kind, &fields, &due);
                let update = match (floor, unless) {
                    (Some((name, least)), _) => update
                        .condition_expression("#floor >= :floor")
                        .expression_attribute_names("#floor", name)
                        .expression_attribute_values(":floor", number(least)),
                    (None, Some(name)) => update
                        .condition_expression("attribute_not_exists(#unless)")
                        .expression_attribute_names("#unless", name),
                    (None, None) => update,
                };
                item.update(update.build().map_err(|error| unbuilt("an addition", &error))?)
            }
        };
        Ok(built.build())
    }
}

fn put_if(
    table: &str,
    attributes: Attributes,
    read_at: Option<u64>,
    now: i64,
) -> Result<Put, Error> {
    let condition = Condition::of(read_at, now);
    Put::builder()
        .table_name(table)
        .set_item(Some(attributes))
        .condition_expression(condition.expression)
        .set_expression_attribute_values(Some(condition.values))
        .set_expression_attribute_names(Some(condition.names))
        .build()
        .map_err(|error| unbuilt("a put", &error))
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn addition(
    table: &str,
    key: Attributes,
    kind: &str,
    fields: &[(&'static str, i64)],
    due: &Due,
) -> UpdateBuilder {
    let sums: Vec<String> = (0..fields.len()).map(|at| format!("#f{at} :f{at}")).collect();
    let listed = match due {
        Due::AsItIs => "",
        Due::At(_) => ", due_pk = :due_pk, due_sk = :due_sk",
        Due::Nowhere => " REMOVE due_pk, due_sk",
    };
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(key))
        .update_expression(format!("ADD {} SET #type = :type{listed}", sums.join(", ")))
        .expression_attribute_names("#type", "type")
        .expression_attribute_values(":type", AttributeValue::S(kind.to_owned()));
    if let Due::At((partition, sort)) = due {
        update = update
            .expression_attribute_values(":due_pk", AttributeValue::S(partition.clone()))
            .expression_attribute_values(":due_sk", AttributeValue::S(sort.clone()));
    }
    for (at, (name, by)) in fields.iter().enumerate() {
        update = update
            .expression_attribute_names(format!("#f{at}"), *name)
            .expression_attribute_values(format!(":f{at}"), number(*by));
    }
    update
}
