//! Who is refused: accounts that do not stand and keys that do not open.

use std::time::Duration;

use domain::{UserId, access_key::Secret, account::Status};
use serde_json::{Value, json};
use store::accounts;
use tests::{Published, Stack, User};

/// For how long the key is good that is expired when the scene stands.
const SHORT: Duration = Duration::from_secs(60);

pub(crate) struct People {
    pub pending: User,
    pub suspended: User,
    pub keys: Keys,
}

pub(crate) struct Keys {
    pub revoked: String,
    pub expired: String,
    pub of_suspended: String,
    pub never_made: Vec<String>,
}

impl People {
    /// `keys_path` is where the owner of `good` makes keys. An hour passes.
    pub(crate) async fn meet(
        stack: &Stack,
        owner: &User,
        keys_path: &str,
        good: &str,
        published: Published,
    ) -> Self {
        let pending = stack.user("pat").await;
        set_status(stack, &pending, Status::Pending).await;
        let suspended = stack.user("sue").await;
        let subscription = stack.subscribe(&suspended, published, false).await;
        let of_suspended = stack.key(&suspended, subscription, None).await;
        set_status(stack, &suspended, Status::Suspended).await;

        let end = stack.clock().now().plus(SHORT).to_string();
        let revoked = owner.post(keys_path, json!({"name": "revoked"})).await.expect(201);
        let revoked_path = format!("{keys_path}/{}", text(&revoked["id"]));
        owner.delete(&revoked_path).await.expect(204);
        let expired =
            owner.post(keys_path, json!({"name": "expired", "expire_at": end})).await.expect(201);
        stack.clock().advance(SHORT);

        let never_made = never_made(&owner.id, good);
        let (revoked, expired) = (text(&revoked["key"]), text(&expired["key"]));
        Self { pending, suspended, keys: Keys { revoked, expired, of_suspended, never_made } }
    }
}

/// Keys nobody was given: of a wrong shape, with a bad checksum, and well-made ones.
fn never_made(owner: &str, good: &str) -> Vec<String> {
    let owner: UserId = owner.parse().expect("a user");
    let nobody: UserId = super::paths::UNKNOWN.parse().expect("an id");
    let (start, last) = good.split_at(good.len() - 1);
    let bad_checksum = format!("{start}{}", if last == "0" { "1" } else { "0" });
    let other_secret =
        good.replacen(&good[50..51], if &good[50..51] == "0" { "1" } else { "0" }, 1);
    vec![
        String::new(),
        "qhk_".to_owned(),
        "nonsense".to_owned(),
        bad_checksum,
        other_secret,
        start.to_owned(),
        good.to_uppercase(),
        format!("{good}0"),
        format!("qhk_{}", "0".repeat(10_000)),
        "ключ".to_owned(),
        Secret::new(owner, [9; 20]).expose().to_owned(),
        Secret::new(nobody, [9; 20]).expose().to_owned(),
    ]
}

async fn set_status(stack: &Stack, user: &User, status: Status) {
    let id: UserId = user.id.parse().expect("a user");
    let mut subject =
        stack.table().get(&accounts::subject(id)).await.expect("read").expect("a user");
    subject.status = status;
    stack.table().save(subject).await.expect("saved");
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}
