//! When does a key open something, and what may become of it?

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn at(millis: i64) -> Moment {
    Moment::from_unix_millis(millis)
}

fn settings() -> Settings {
    Settings {
        name: "ci".into(),
        scopes: Scope::ALL.to_vec(),
        allowed_addresses: Vec::new(),
        expire_at: None,
    }
}

fn id(n: u8) -> KeyId {
    KeyId::new(at(1), [n; 10])
}

fn secret(n: u8) -> Secret {
    Secret::new(UserId::new(at(1), [9; 10]), [n; 20])
}

fn key(max_uses: Option<u64>) -> AccessKey {
    let request = KeyRequest { settings: settings(), plan: Plan::Free, max_uses };
    let request = request.checked(at(1)).expect("good");
    let owner = UserId::new(at(1), [9; 10]);
    AccessKey::new(id(1), owner, KeyOf::User, (&secret(1), "h1".into()), request, at(1))
}

#[test]
fn a_key_is_used_until_it_expires_or_is_revoked() {
    let check = |status, expire_at: Option<i64>, expected: KeyStatus, code: Option<&str>| {
        let key = AccessKey { status, expire_at: expire_at.map(at), ..key(None) };
        assert_eq!(key.status_at(at(100)), expected);
        assert_eq!(key.may_be_used(at(100)).err().map(|refusal| refusal.code), code);
    };
    check(KeyStatus::Active, None, KeyStatus::Active, None);
    check(KeyStatus::Active, Some(101), KeyStatus::Active, None);
    check(KeyStatus::Active, Some(100), KeyStatus::Expired, Some("key_expired"));
    check(KeyStatus::Revoked, Some(100), KeyStatus::Revoked, Some("key_revoked"));
    let mut key = key(None);
    assert!(key.revoke() && !key.revoke(), "only the first changes anything");
    assert_eq!(key.status_at(at(100)), KeyStatus::Revoked);
}

#[test]
fn a_key_that_is_replaced_goes_on_for_its_grace() {
    let mut old = key(Some(5));
    let new = old.rotate(id(2), (&secret(2), "h2".into()), DAY, at(1000)).expect("rotated");
    assert_eq!((new.rotated_from, old.replaced_by), (Some(id(1)), Some(id(2))));
    assert_eq!((&*new.hash, &new.shown), ("h2", &secret(2).shown()));
    assert_eq!(new.counted_as, Some(id(1)), "both take from one count");
    assert!(new.replaced_by.is_none() && new.grace_until.is_none());
    assert!(new.takes_room() && !old.takes_room());
    let until = at(1000).plus(DAY);
    assert_eq!(old.status_at(at(until.unix_seconds() * 1000 - 1)), KeyStatus::Active);
    assert_eq!(old.status_at(until), KeyStatus::Expired);
    let again = old.rotate(id(3), (&secret(3), "h3".into()), DAY, at(1000));
    assert_eq!(again.expect_err("replaced").code, "key_replaced");
    old.end_grace(at(2000));
    assert_eq!(old.status_at(at(2000)), KeyStatus::Expired);
    old.end_grace(at(3000));
    assert_eq!(old.grace_until, Some(at(2000)), "a grace never becomes longer");
}

#[test]
fn a_key_without_grace_ends_at_once() {
    let mut old = key(None);
    old.rotate(id(2), (&secret(2), "h2".into()), Duration::ZERO, at(1000)).expect("rotated");
    assert_eq!(old.status_at(at(1000)), KeyStatus::Expired);
}

#[test]
fn only_a_key_that_is_neither_revoked_nor_replaced_is_changed() {
    let change = || settings().checked(at(1)).expect("good");
    let mut expired = AccessKey { expire_at: Some(at(5)), ..key(None) };
    expired.change(change()).expect("it may be given more time");
    assert_eq!(expired.status_at(at(10)), KeyStatus::Active);
    let mut expired = AccessKey { expire_at: Some(at(5)), ..key(None) };
    let rotated = expired.rotate(id(3), (&secret(3), "h3".into()), DAY, at(10));
    assert_eq!(rotated.expect_err("expired").code, "key_not_active");
    let revoked = AccessKey { status: KeyStatus::Revoked, ..key(None) };
    let replaced = AccessKey { replaced_by: Some(id(2)), ..key(None) };
    for (mut key, code) in [(revoked, "key_not_active"), (replaced, "key_replaced")] {
        assert_eq!(key.change(change()).expect_err(code).code, code);
        let rotated = key.rotate(id(3), (&secret(3), "h3".into()), DAY, at(10));
        assert_eq!(rotated.expect_err(code).code, code);
    }
}

#[test]
fn a_key_is_used_from_its_networks_alone() {
    let asked = Settings {
        allowed_addresses: vec!["203.0.113.0/24".into(), "2001:db8::/32".into()],
        ..settings()
    };
    let mut bound = key(None);
    bound.change(asked.checked(at(1)).expect("good")).expect("changed");
    for (address, good) in [
        (Some("203.0.113.9"), true),
        (Some("2001:db8::9"), true),
        (Some("203.0.114.9"), false),
        (None, false),
    ] {
        let address = address.map(|text| text.parse().expect("an address"));
        let refused = bound.may_come_from(address).err().map(|refusal| refusal.code);
        assert_eq!(refused, (!good).then_some("address_not_allowed"), "{address:?}");
        key(None).may_come_from(address).expect("from anywhere");
    }
}

#[test]
fn a_key_request_is_checked() {
    let now = at(10);
    let many = |n: usize| vec!["203.0.113.0/24".to_owned(); n];
    let good = KeyRequest { settings: settings(), plan: Plan::Free, max_uses: Some(1) };
    assert!(good.checked(now).is_ok());
    let with = |settings: Settings| KeyRequest { settings, ..good.clone() };
    let full = with(Settings { allowed_addresses: many(MAX_NETWORKS), ..settings() });
    assert!(full.checked(now).is_ok());
    for (wrong, pointer) in [
        (with(Settings { name: " ".into(), ..settings() }), "/name"),
        (with(Settings { scopes: vec![], ..settings() }), "/scopes"),
        (with(Settings { expire_at: Some(now), ..settings() }), "/expire_at"),
        (
            with(Settings { allowed_addresses: many(MAX_NETWORKS + 1), ..settings() }),
            "/allowed_addresses",
        ),
        (
            with(Settings { allowed_addresses: vec!["10.0.0.1/8".into()], ..settings() }),
            "/allowed_addresses/0",
        ),
        (KeyRequest { max_uses: Some(0), ..good.clone() }, "/max_uses"),
    ] {
        let refused = wrong.checked(now).expect_err(pointer);
        assert_eq!(refused.violations[0].pointer, pointer);
    }
}

#[test]
fn a_grace_lasts_a_week_at_the_most() {
    for (seconds, good) in [(0, true), (604_800, true), (604_801, false), (u64::MAX, false)] {
        assert_eq!(checked_grace(seconds).is_ok(), good, "{seconds}");
    }
}
