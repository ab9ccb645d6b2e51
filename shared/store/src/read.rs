//! How items are read by address: one, several of different types at once, or many of one type.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use domain::Moment;

use crate::{
    Error, Item, Key, Stored, Table,
    item::{Attributes, decode},
    table::{failed, read_units, unbuilt},
};

/// The most addresses one batch may hold.
const BATCH: usize = 100;
/// Rounds for what a batch left unread.
const ROUNDS: u32 = 8;

type Address = (String, String);
type Found = HashMap<Address, Attributes>;

/// Addresses that are read together; each gives its own type back.
pub trait Wanted {
    type Found;
    fn addresses(&self) -> Vec<Address>;
    #[doc(hidden)]
    fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error>;
}

impl<T: Item> Wanted for Key<T> {
    type Found = Option<Stored<T>>;

    fn addresses(&self) -> Vec<Address> {
        vec![(self.pk.clone(), self.sk.clone())]
    }

    fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error> {
        match found.get(&(self.pk.clone(), self.sk.clone())) {
            Some(attributes) => decode(attributes.clone(), now),
            None => Ok(None),
        }
    }
}

impl<T: Item> Wanted for Option<Key<T>> {
    type Found = Option<Stored<T>>;

    fn addresses(&self) -> Vec<Address> {
        self.iter().flat_map(Wanted::addresses).collect()
    }

    fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error> {
        self.as_ref().map_or(Ok(None), |key| key.take(found, now))
    }
}

/// One of many, where an item that cannot be read must not hide the others.
pub(crate) struct Leniently<T>(pub(crate) Key<T>);

impl<T: Item> Wanted for Leniently<T> {
    type Found = Option<Result<Stored<T>, Error>>;

    fn addresses(&self) -> Vec<Address> {
        self.0.addresses()
    }

    fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error> {
        Ok(self.0.take(found, now).transpose())
    }
}

impl<W: Wanted> Wanted for Vec<W> {
    type Found = Vec<W::Found>;

    fn addresses(&self) -> Vec<Address> {
        self.iter().flat_map(Wanted::addresses).collect()
    }

    fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error> {
        self.iter().map(|key| key.take(found, now)).collect()
    }
}

macro_rules! wanted_tuples {
    ($(($($name:ident $at:tt),+))+) => {$(
        impl<$($name: Wanted),+> Wanted for ($($name,)+) {
            type Found = ($($name::Found,)+);

            fn addresses(&self) -> Vec<Address> {
                [$(self.$at.addresses()),+].concat()
            }

            fn take(&self, found: &mut Found, now: Moment) -> Result<Self::Found, Error> {
                Ok(($(self.$at.take(found, now)?,)+))
            }
        }
    )+};
}

wanted_tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

impl Table {
    /// Reads one item as it is now.
    pub async fn get<T: Item>(&self, key: &Key<T>) -> Result<Option<Stored<T>>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| failed("GetItem", &error))?;
        read_units(answer.consumed_capacity.as_slice());
        answer.item.map_or(Ok(None), |attributes| decode(attributes, self.clock.now()))
    }

    /// Reads several items in one call (per 100), each as it is now: `table.read((app(a), listing(a)))`.
    pub async fn read<W: Wanted>(&self, wanted: W) -> Result<W::Found, Error> {
        let mut addresses = wanted.addresses();
        addresses.sort_unstable();
        addresses.dedup();
        let mut found = Found::new();
        for batch in addresses.chunks(BATCH) {
            self.read_batch(batch, &mut found).await?;
        }
        wanted.take(&mut found, self.clock.now())
    }

    async fn read_batch(&self, addresses: &[Address], found: &mut Found) -> Result<(), Error> {
        let keys = addresses.iter().map(|(pk, sk)| Key::<()>::new(pk, sk).attributes()).collect();
        let mut unread = keys_and_attributes(keys)?;
        for round in 1..=ROUNDS {
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, unread)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| failed("BatchGetItem", &error))?;
            read_units(answer.consumed_capacity());
            let items = answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default();
            found.extend(items.into_iter().filter_map(|item| Some((address(&item)?, item))));
            match answer.unprocessed_keys.unwrap_or_default().remove(&self.name) {
                Some(rest) => unread = rest,
                None => return Ok(()),
            }
            self.pause(round).await;
        }
        Err(Error::Failed("BatchGetItem left keys unread".to_owned()))
    }
}

fn keys_and_attributes(keys: Vec<Attributes>) -> Result<KeysAndAttributes, Error> {
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .map_err(|error| unbuilt("a batch of keys", &error))
}

fn address(item: &Attributes) -> Option<Address> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Some((text("pk")?, text("sk")?))
}
