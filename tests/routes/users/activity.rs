//! What was done to an account, as its owner and as administrators read it.

use serde_json::{Value, json};
use store::{audit, update};
use tests::{Stack, User};

use super::{account, each, suspend};

async fn restore(admin: &User, user: &User) {
    let why = json!({"reason": "a mistake"});
    admin.post(&format!("{}/restore", account(user)), why).without_key().await.expect(200);
}

type Change = fn(&mut domain::audit::Entry);

/// All pages of a list, `limit` at a time.
async fn all(by: &User, path: &str, limit: usize) -> Vec<Value> {
    let (mut pages, mut next) = (Vec::new(), String::new());
    loop {
        let page = by.get(&format!("{path}?limit={limit}{next}")).await.expect(200);
        let cursor = page["next_cursor"].as_str().map(|cursor| format!("&cursor={cursor}"));
        pages.push(page);
        match cursor {
            Some(cursor) => next = cursor,
            None => return pages,
        }
    }
}

#[tokio::test]
async fn the_owner_reads_what_was_done_and_not_from_where_administrators_did_it() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    ada.delete("/users/me/sessions").await.expect(204);
    suspend(&grace, &ada).await;
    restore(&grace, &ada).await;
    let page = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&page, "action"), ["RESTORED", "SUSPENDED", "SESSIONS_ENDED"]);
    assert_eq!(each(&page, "by"), ["ADMIN", "ADMIN", "ME"]);
    assert_eq!(each(&page, "detail"), ["a mistake", "sends spam", ""]);
    let addresses = each(&page, "address");
    assert_eq!(addresses[..2], ["", ""]);
    assert!(!addresses[2].is_empty());
    assert!(!page.to_string().contains(&grace.id));
    grace.get(&format!("{}/activity", account(&ada))).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_trail_is_told_page_by_page_to_administrators_alone() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    for _ in 0..3 {
        suspend(&grace, &ada).await;
        restore(&grace, &ada).await;
    }
    let path = format!("{}/audit", account(&ada));
    ada.get(&path).await.refused(403, "role_required");
    for limit in [1, 2, 4, 100] {
        let pages = all(&grace, &path, limit).await;
        assert!(pages.iter().all(|page| page["is_unbroken"] == true), "{limit}: {pages:?}");
        let numbers = pages.iter().flat_map(|page| page["items"].as_array().expect("items"));
        let numbers: Vec<_> = numbers.map(|entry| entry["number"].as_u64()).collect();
        assert_eq!(numbers, (1..=6).rev().map(Some).collect::<Vec<_>>());
    }
    let eve = stack.user("eve").await;
    let empty = grace.get(&format!("{}/audit", account(&eve))).await.expect(200);
    assert_eq!((&empty["items"], &empty["is_unbroken"]), (&json!([]), &json!(true)));
}

#[tokio::test]
async fn a_trail_that_somebody_touched_says_so() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    let changes: [(&str, Change); 2] = [
        ("altered", |entry| entry.detail = None),
        ("unchained", |entry| entry.before = "0".repeat(64)),
    ];
    for (name, change) in changes {
        let ada = stack.user(name).await;
        for _ in 0..2 {
            suspend(&grace, &ada).await;
            restore(&grace, &ada).await;
        }
        let table = stack.table();
        let third = audit::entry(ada.id.parse().expect("an id"), 3);
        let mut entry = table.get(&third).await.expect("a read").expect("an entry");
        change(&mut entry);
        table.write([update(&entry)]).await.expect("written");
        let pages = all(&grace, &format!("{}/audit", account(&ada)), 1).await;
        let unbroken: Vec<_> = pages.iter().map(|page| page["is_unbroken"] == true).collect();
        assert_eq!(unbroken, [true, false, true, true], "{name}");
    }
}

#[tokio::test]
async fn a_trail_without_its_latest_entries_says_so() {
    let stack = Stack::start().await;
    let (ada, grace) = (stack.user("ada").await, stack.admin("grace").await);
    suspend(&grace, &ada).await;
    restore(&grace, &ada).await;
    let table = stack.table();
    let last = audit::entry(ada.id.parse().expect("an id"), 2);
    let last = table.get(&last).await.expect("a read").expect("an entry");
    table.write([store::delete(&last)]).await.expect("written");
    let page = grace.get(&format!("{}/audit", account(&ada))).await.expect(200);
    assert_eq!((each(&page, "action"), &page["is_unbroken"]), (vec!["SUSPENDED"], &json!(false)));
}
