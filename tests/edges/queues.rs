//! SQS: which jobs a queue took, and how it is told that it took none.

use domain::{
    JobId,
    job::{Job, SimulationSize},
};
use serde_json::json;
use store::jobs::job;
use tests::{Answer, GHZ, Prepared, Stack};
use worker::{JobQueues, QueueError};

fn queues(sqs: &Prepared) -> JobQueues {
    JobQueues::new(&sqs.config(), |name| format!("{}/000000000000/{name}", sqs.address()))
}

/// Jobs that wait for our simulator.
async fn jobs<const N: usize>() -> [Job; N] {
    let stack = Stack::start().await;
    stack.devices().await;
    let (ada, bob) = (stack.provider("ada").await, stack.user("bob").await);
    let published = stack.publish(&ada, GHZ, "0.05").await;
    let subscription = stack.subscribe(&bob, published, false).await;
    let program = stack.program(&stack.key(&bob, subscription, None).await);
    let request =
        json!({"device_id": "hub-simulator", "input": {"theta": 1.2}, "run_mode": "NON_BLOCKING"});
    let id = program.post("/jobs", request).await.expect(202)["id"].as_str().map(str::parse);
    let id = id.expect("an id").expect("an id");
    let waiting = stack.table().get(&job(id)).await.expect("read").expect("there").into_inner();
    stack.drain().await;
    std::array::from_fn(|_| Job { id: stack.clock().id(JobId::new), ..waiting.clone() })
}

#[tokio::test]
async fn a_queue_that_is_gone_takes_no_job() {
    let gone = Answer::error(400, "QueueDoesNotExist", "The specified queue does not exist.");
    let sqs = Prepared::answering([gone]).await;
    let [job] = jobs().await;
    let failed: QueueError = queues(&sqs).send(&job).await.expect_err("no queue");
    assert!(failed.to_string().starts_with("sending to a queue failed: "), "{failed}");
    let failed = queues(&sqs).send_all(&[job]).await.expect_err("no queue");
    assert!(failed.to_string().starts_with("sending to a queue failed: "), "{failed}");
}

#[tokio::test]
async fn of_a_batch_that_is_taken_in_part_the_taken_jobs_are_told() {
    let taken = |id: &str| json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": "0"});
    let refused = json!({"Id": "1", "SenderFault": false, "Code": "InternalError"});
    // the last is none of those that were sent
    let first = json!({"Successful": [taken("0"), taken("2"), taken("x")], "Failed": [refused]});
    let sqs = Prepared::answering([Answer::ok(&first)]).await;
    let all: [Job; 3] = jobs().await;
    let sent = queues(&sqs).send_all(&all).await;
    assert_eq!(sent.expect("an answer"), [all[0].id, all[2].id]);
}

#[tokio::test]
async fn more_jobs_than_a_call_takes_are_sent_in_several_queue_by_queue() {
    let taken: Vec<_> = (0..10)
        .map(|id| json!({"Id": id.to_string(), "MessageId": "m", "MD5OfMessageBody": "0"}))
        .collect();
    let sqs = Prepared::answering([Answer::ok(&json!({"Successful": taken, "Failed": []}))]).await;
    let mut wanted: [Job; 12] = jobs().await;
    for job in &mut wanted {
        job.size = SimulationSize::Large;
    }
    wanted[3].size = SimulationSize::Medium;
    let mut sent = queues(&sqs).send_all(&wanted).await.expect("answers");
    sent.sort_unstable();
    let mut all: Vec<_> = wanted.iter().map(|job| job.id).collect();
    all.sort_unstable();
    assert_eq!(sent, all);
    assert_eq!(sqs.asked(), ["SendMessageBatch"; 3]);
}
