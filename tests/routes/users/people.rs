//! How administrators find users: newest first, by status and role, and by how names begin.

use serde_json::json;
use tests::{Stack, User};

use super::{account, each, read, suspend};
use crate::routes::auth::Newcomer;

/// Who a list shows, in all of its pages.
async fn found(by: &User, query: &str) -> Vec<String> {
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = by.get(&format!("/users?limit=2{query}{next}")).await.expect(200);
        found.extend(each(&page, "username").iter().map(|name| (*name).to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn users_are_listed_newest_first_by_status_and_by_role() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let carol = stack.user("carol").await;
    suspend(&grace, &bob).await;
    assert_eq!(found(&grace, "").await, ["carol", "bob", "ada", "grace"]);
    assert_eq!(found(&grace, "&status=ACTIVE").await, ["carol", "ada", "grace"]);
    assert_eq!(found(&grace, "&status=SUSPENDED").await, ["bob"]);
    assert_eq!(found(&grace, "&status=DEACTIVATED").await, [""; 0]);
    assert_eq!(found(&grace, "&status=PENDING").await, [""; 0]);
    assert_eq!(found(&grace, "&role=PROVIDER").await, ["ada"]);
    assert_eq!(found(&grace, "&role=ADMIN&status=ACTIVE").await, ["grace"]);
    assert_eq!(found(&grace, "&role=CONSUMER&status=SUSPENDED").await, ["bob"]);
    suspend(&grace, &ada).await;
    assert_eq!(found(&grace, "&role=PROVIDER&status=ACTIVE").await, [""; 0]);
    carol.get("/users").await.refused(403, "role_required");
}

#[tokio::test]
async fn users_are_found_by_how_any_of_their_names_begins_each_of_them_once() {
    let stack = Stack::start().await;
    let grace = stack.admin("grace").await;
    for (name, full_name) in
        [("ada", "Ada Adams"), ("adam", "Smith Adamson"), ("bob", "Àda Bobson")]
    {
        let user = stack.user(name).await;
        let path = account(&user);
        user.put(&path, json!({"full_name": full_name})).if_match("*").await.expect(200);
    }
    assert_eq!(found(&grace, "&q=ad").await, ["ada", "adam"]);
    assert_eq!(found(&grace, "&q=ADA").await, ["ada", "adam"]);
    assert_eq!(found(&grace, "&q=adams").await, ["ada", "adam"]);
    assert_eq!(found(&grace, "&q=adamson").await, ["adam"]);
    assert_eq!(found(&grace, "&q=ada@exam").await, ["ada"]);
    assert_eq!(found(&grace, "&q=smith adams").await, ["adam"]);
    assert_eq!(found(&grace, "&q=àda").await, ["bob"]);
    assert_eq!(found(&grace, "&q=dam").await, [""; 0]);
    assert_eq!(found(&grace, "&q=ad&status=SUSPENDED").await, [""; 0]);
    assert_eq!(found(&grace, "&q=gr&role=ADMIN").await, ["grace"]);
    assert_eq!(found(&grace, "&q=ad&role=ADMIN").await, [""; 0]);
    grace.get("/users?q=a").await.refused(400, "bad_query");
}

#[tokio::test]
async fn who_is_renamed_is_no_longer_found_by_the_old_name() {
    let stack = Stack::start().await;
    let (grace, ada) = (stack.admin("grace").await, stack.user("ada").await);
    let before = stack.items().await.len();
    for full_name in ["Augusta King", "Countess of Lovelace", "ada"] {
        let (_, etag) = read(&ada, "/users/me").await;
        ada.put("/users/me", json!({"full_name": full_name})).if_match(&etag).await.expect(200);
    }
    for gone in ["august", "king", "countess", "lovel"] {
        assert_eq!(found(&grace, &format!("&q={gone}")).await, [""; 0], "{gone}");
    }
    // Her trail: its end and three entries.
    assert_eq!(stack.items().await.len(), before + 4);
}

#[tokio::test]
async fn who_registers_is_found_once_the_address_is_proved() {
    let stack = Stack::start().await;
    let (grace, new) = (stack.admin("grace").await, Newcomer::new(&stack));
    new.register().await.expect(202);
    let query = format!("&q={}", new.username);
    assert_eq!(found(&grace, &query).await, [""; 0]);
    new.settle().await;
    assert_eq!(found(&grace, &query).await, [new.username.as_str()]);
    assert_eq!(found(&grace, "&q=lovelace&status=ACTIVE").await, [new.username.as_str()]);
}

#[tokio::test]
async fn a_cursor_of_one_list_opens_no_other() {
    let stack = Stack::start().await;
    let (grace, _) = (stack.admin("grace").await, stack.user("ada").await);
    let cursor = grace.get("/users?limit=1").await.expect(200)["next_cursor"].clone();
    let cursor = cursor.as_str().expect("more");
    for other in ["status=ACTIVE", "role=ADMIN", "q=ada"] {
        grace.get(&format!("/users?{other}&cursor={cursor}")).await.refused(400, "bad_cursor");
    }
}
