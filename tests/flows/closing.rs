//! What becomes of an entry that is under way while its month is closed, and of a closing that is cut short.

use std::time::Duration;

use domain::{Moment, Period, settlement::Outcome};
use serde_json::Value;
use store::jobs::{By, settle};
use tests::{GHZ, Stack, TableDoor, money};

use crate::flows::scene::{Scene, id};

const HOUR: Duration = Duration::from_secs(3600);

async fn scene() -> (Scene, TableDoor, Period) {
    let (stack, door) = Stack::start_behind_door(None).await;
    let s = Scene::on(stack, GHZ).await;
    // Far from the end of a month, whatever day it is.
    let month = s.stack.clock().now().period().next();
    go_to(&s, month.starts_at().plus(24 * HOUR));
    (s, door, month)
}

fn go_to(s: &Scene, at: Moment) {
    s.stack.clock().advance(at.since(s.stack.clock().now()));
}

async fn close(s: &Scene) -> bool {
    s.stack.tick("close-bills").await.expect("it has a schedule")
}

/// What the bill says, and how many items stand on it.
async fn bill(s: &Scene, month: Period) -> (Value, usize) {
    let bill = s.bob.get(&format!("/bills/{month}")).await.expect(200);
    let items = s.bob.get(&format!("/bills/{month}/items")).await.expect(200);
    (bill, items["items"].as_array().expect("items").len())
}

#[tokio::test]
async fn what_settles_while_its_month_is_closed_stands_on_the_next_bill() {
    let (s, door, month) = scene().await;
    s.simulate().await;
    s.stack.drain().await;
    let late = s.simulate().await;
    s.stack.lose_messages().await;
    let settling = door.hold("TransactWriteItems");
    let settled = tokio::spawn({
        let (table, id) = (s.stack.table().clone(), id(&late));
        let outcome = Outcome::Cancelled { billed_shots: Some(1) };
        async move { settle(&table, id, By::Provider, &outcome).await }
    });
    let settling = settling.arrived().await;
    let ended_at = s.stack.clock().now();
    go_to(&s, month.ends_at().plus(HOUR));
    assert!(close(&s).await);
    let closed = bill(&s, month).await;
    assert_eq!((&closed.0["status"], closed.1), (&"CLOSED".into(), 1));

    settling.pass();
    settled.await.expect("no panic").expect("it is settled all the same");
    assert_eq!(bill(&s, month).await, closed, "it stays as it was");
    let (next, items) = bill(&s, month.next()).await;
    assert_eq!((&next["status"], &next["jobs"], items), (&"OPEN".into(), &1.into(), 1));
    let item =
        s.bob.get(&format!("/bills/{}/items", month.next())).await.expect(200)["items"][0].clone();
    assert_eq!((&item["job_id"], &item["bill_id"]), (&late["id"], &next["id"]));
    let created: Moment =
        item["created_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    assert!(created.period() == month && created <= ended_at, "it tells when it was");
    go_to(&s, month.next().ends_at().plus(HOUR));
    assert!(close(&s).await && close(&s).await);
    assert_eq!(bill(&s, month.next()).await.0["status"], "CLOSED");
    assert_eq!(s.count("ClosedBill").await, 2);
}

#[tokio::test]
async fn a_closing_that_is_cut_short_is_ended_by_the_next() {
    let (s, door, month) = scene().await;
    s.simulate().await;
    s.stack.drain().await;
    go_to(&s, month.ends_at().plus(HOUR));
    let adding_up = door.hold("PutItem");
    let (first, ()) = tokio::join!(close(&s), async {
        // Sealed, and its entries are added up.
        adding_up.arrived().await.refuse("AccessDeniedException");
    });
    assert!(!first, "it says that it failed");
    let (open, items) = bill(&s, month).await;
    assert_eq!(
        (&open["status"], money(&open["pending_amount"]).micros(), items),
        (&"OPEN".into(), 50_000, 1)
    );
    assert!(close(&s).await);
    let (closed, items) = bill(&s, month).await;
    assert_eq!(closed["status"], "CLOSED");
    assert_eq!((money(&closed["pending_amount"]).micros(), items), (50_000, 1));
    assert!(close(&s).await, "nothing is left to do");
    assert_eq!(s.count("ClosedBill").await, 1);
}
