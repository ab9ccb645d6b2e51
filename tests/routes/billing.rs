//! `/bills`: a month's jobs, itemised, for their user alone.

use std::time::Duration;

use domain::{Money, Period};
use serde_json::{Value, json};
use tests::{GHZ, Stack, User, money};

/// Longer than any month and shorter than two.
const MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

async fn run(stack: &Stack, program: &User) {
    let job = json!({"device_id": "hub-simulator", "shots": 10, "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
    program.post("/jobs", job).await.expect(202);
    stack.drain().await;
}

/// Bob with a subscription at 0.05 a job, and his program.
async fn scene() -> (Stack, User, User) {
    let stack = Stack::start().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let key = stack.key(&bob, subscription, None).await;
    let program = stack.program(&key);
    (stack, bob, program)
}

async fn all(user: &User, path: &str, limit: usize) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut next) = (Vec::new(), 0, format!("{path}?limit={limit}"));
    loop {
        let page = user.get(&next).await.expect(200);
        let shown = page["items"].as_array().expect("items");
        assert!((1..=limit).contains(&shown.len()), "{next}");
        items.extend(shown.iter().cloned());
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else { return (items, pages) };
        next = format!("{path}?limit={limit}&cursor={cursor}");
    }
}

#[tokio::test]
async fn a_month_is_a_bill_and_its_items_add_up_to_it() {
    let (stack, bob, program) = scene().await;
    assert_eq!(bob.get("/bills").await.expect(200), json!({"items": []}));
    for _ in 0..3 {
        run(&stack, &program).await;
    }
    let period: Period = stack.clock().now().period();
    let bills = bob.get("/bills").await.expect(200);
    let bill = &bills["items"][0];
    assert_eq!(bill["id"], period.to_string());
    assert_eq!((&bill["status"], &bill["payment_status"]), (&json!("OPEN"), &json!("PENDING")));
    assert_eq!(
        (money(&bill["pending_amount"]).to_string(), &bill["jobs"]),
        ("0.15".into(), &json!(3))
    );
    assert_eq!(bill["billing_date"], period.ends_at().to_string());
    let path = format!("/bills/{period}");
    assert_eq!(bob.get(&path).await.expect(200), *bill);

    let (items, pages) = all(&bob, &format!("{path}/items"), 2).await;
    assert_eq!((items.len(), pages), (3, 2));
    assert_eq!(
        items.iter().map(|item| money(&item["amount"])).sum::<Money>(),
        money(&bill["pending_amount"])
    );
    assert!(items.is_sorted_by(|a, b| a["created_at"].as_str() >= b["created_at"].as_str()));
    assert_eq!((&items[0]["kind"], &items[0]["bill_id"]), (&json!("APP_FEE"), &bill["id"]));

    let eve = stack.user("eve").await;
    assert_eq!(eve.get("/bills").await.expect(200), json!({"items": []}));
    for foreign in [path.clone(), format!("{path}/items")] {
        eve.get(&foreign).await.refused(404, "not_found");
        stack.stranger().get(&foreign).await.refused(401, "unauthenticated");
        program.get(&foreign).await.refused(401, "unauthenticated");
    }
    let cursor = bob.get(&format!("{path}/items?limit=1")).await.expect(200);
    let cursor = cursor["next_cursor"].as_str().expect("more");
    eve.get(&format!("{path}/items?cursor={cursor}")).await.refused(400, "bad_cursor");
}

#[tokio::test]
async fn bills_are_listed_newest_first_a_year_at_a_time() {
    let (stack, bob, program) = scene().await;
    for _ in 0..14 {
        stack.clock().advance(MONTH);
        run(&stack, &program).await;
        run(&stack, &program).await;
    }
    for limit in [1, 5, 100] {
        let (bills, pages) = all(&bob, "/bills", limit).await;
        let months: Vec<_> =
            bills.iter().map(|bill| bill["id"].as_str().expect("a month")).collect();
        assert_eq!((months.len(), pages), (14, 14_usize.div_ceil(limit.min(12))));
        assert!(months.is_sorted_by(|newer, older| newer > older), "{months:?}");
        assert!(
            bills
                .iter()
                .all(|bill| bill["jobs"] == 2 && bill["pending_amount"]["amount"] == "0.10")
        );
    }
    let page = bob.get("/bills?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("more");
    stack
        .user("eve")
        .await
        .get(&format!("/bills?cursor={cursor}"))
        .await
        .refused(400, "bad_cursor");
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let stack = Stack::start().await;
    let bob = stack.user("bob").await;
    for month in ["2026-13", "2026-1", "november", "2026-11-01"] {
        bob.get(&format!("/bills/{month}")).await.refused(400, "bad_id");
        bob.get(&format!("/bills/{month}/items")).await.refused(400, "bad_id");
    }
    bob.get("/bills/1999-01").await.refused(404, "not_found");
    bob.get("/bills/1999-01/items").await.refused(404, "not_found");
    bob.get("/bills?limit=0").await.refused(400, "bad_limit");
    bob.get("/bills?cursor=abc").await.refused(400, "bad_cursor");
    bob.get("/bills?surprise=1").await.refused(400, "bad_query");
    bob.get("/bills/2026-11/items?cursor=abc").await.refused(400, "bad_cursor");
}

#[tokio::test]
async fn an_administrator_gives_back_of_an_item_once_and_at_most_what_it_was() {
    let (stack, bob, program) = scene().await;
    run(&stack, &program).await;
    let admin = stack.admin("grace").await;
    let month = stack.clock().now().period();
    let items = bob.get(&format!("/bills/{month}/items")).await.expect(200);
    let item = items["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/bills/{month}/items/{item}/refund");
    let asked = |amount: &str| json!({"amount": {"amount": amount, "currency": "USD"}, "reason": "The device was down."});
    bob.post(&path, asked("0.01")).await.refused(403, "role_required");
    for amount in ["0", "-0.01", "0.050001"] {
        admin.post(&path, asked(amount)).await.refused(422, "validation_failed");
    }
    let elsewhere = path.replace(&month.to_string(), &month.next().to_string());
    admin.post(&elsewhere, asked("0.01")).await.refused(404, "not_found");

    let gives = || async { admin.post(&path, asked("0.02")).await };
    let all = tokio::join!(gives(), gives(), gives());
    let granted = [&all.0, &all.1, &all.2].iter().filter(|one| one.status == 200).count();
    assert_eq!(granted, 1, "of many at once one counts");
    admin.post(&path, asked("0.01")).await.refused(409, "already_refunded");
    let items = bob.get(&format!("/bills/{month}/items")).await.expect(200);
    let refund = &items["items"][0];
    assert_eq!((&refund["kind"], &refund["refund_of"]), (&json!("REFUND"), &json!(item)));
    assert_eq!(money(&refund["amount"]).to_string(), "-0.02");
    let bill = bob.get(&format!("/bills/{month}")).await.expect(200);
    let amount = money(&bill["pending_amount"]).to_string();
    assert_eq!((amount, &bill["jobs"]), ("0.03".into(), &json!(1)));
    let refund = format!("/bills/{month}/items/{item}.refund/refund");
    admin.post(&refund, asked("0.01")).await.refused(409, "nothing_to_refund");
}
