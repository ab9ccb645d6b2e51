//! What users say of themselves and how they want to be treated: kept whole, and lost to no other window.

use serde_json::{Value, json};
use tests::{Stack, User};

use super::{account, each, read};

const WHAT: [&str; 2] = ["/users/me/profile", "/users/me/preferences"];

fn said(what: &str, text: &str) -> Value {
    match what {
        "/users/me/profile" => json!({
            "organization": text, "bio": "Writes\nprograms.", "contact_info": "by mail",
            "social_links": ["https://example.com/ada"]
        }),
        _ => json!({
            "mails": {"jobs": false, "billing": true, "subscriptions": false, "news": true},
            "locale": "de-AT", "time_zone": format!("Europe/{text}"), "theme": "DARK"
        }),
    }
}

async fn put(by: &User, what: &str, text: &str, etag: &str) -> tests::Received {
    by.put(what, said(what, text)).if_match(etag).await
}

#[tokio::test]
async fn nothing_is_said_at_first_and_what_holds_then_is_told() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let (profile, etag) = read(&ada, WHAT[0]).await;
    assert_eq!((profile, etag.as_str()), (json!({"bio": "", "social_links": []}), "\"0\""));
    let (preferences, etag) = read(&ada, WHAT[1]).await;
    let mails = json!({"jobs": true, "billing": true, "subscriptions": true, "news": false});
    let plain = json!({"mails": mails, "locale": "en", "time_zone": "UTC", "theme": "SYSTEM"});
    assert_eq!((preferences, etag.as_str()), (plain, "\"0\""));
}

#[tokio::test]
async fn what_is_said_is_kept_whole_and_who_saw_an_older_state_changes_nothing() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.user("eve").await);
    for what in WHAT {
        let first = put(&ada, what, "First", "\"0\"").await;
        assert_eq!(first.header("etag"), Some("\"1\""));
        assert_eq!(first.expect(200), said(what, "First"));
        put(&ada, what, "Late", "\"0\"").await.refused(412, "version_mismatch");
        ada.put(what, said(what, "Late")).await.refused(428, "if_match_missing");
        assert_eq!(read(&ada, what).await, (said(what, "First"), "\"1\"".to_owned()));
        put(&ada, what, "Second", "\"1\"").await.expect(200);
        assert_eq!(read(&ada, what).await, (said(what, "Second"), "\"2\"".to_owned()));
        let of_ada = what.replace("/users/me", &account(&ada));
        eve.get(&of_ada).await.refused(404, "not_found");
        eve.put(&of_ada, said(what, "Eve")).if_match("*").await.refused(404, "not_found");
    }
    let activity = ada.get("/users/me/activity").await.expect(200);
    let twice =
        ["PREFERENCES_CHANGED", "PREFERENCES_CHANGED", "PROFILE_CHANGED", "PROFILE_CHANGED"];
    assert_eq!(each(&activity, "action"), twice);
}

#[tokio::test]
async fn of_two_first_words_at_once_one_is_kept() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    for what in WHAT {
        let (one, other) =
            tokio::join!(put(&ada, what, "One", "\"0\""), put(&ada, what, "Other", "\"0\""));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert!(matches!(statuses, [200, 409 | 412]), "{statuses:?}");
    }
}
