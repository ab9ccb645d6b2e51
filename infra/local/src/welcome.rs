//! What is a person told who has just started the hub?

use std::path::Path;

use journey::demo::Demo;

pub(crate) fn addresses(front: &str, state: &Path) {
    println!(
        "
Quantum Hub is running.

  API reference   {front}/
  HubApi          {front}/v1          for people: Authorization: Bearer <access token>
  ClientApi       {front}/client/v1   for programs: x-api-key: <key>
  mailbox         {front}/mail        every mail that was sent
  logs            {logs}",
        logs = state.join("logs").display(),
    );
}

/// Each command works as it is printed.
pub(crate) fn journey(front: &str, demo: &Demo) {
    let Demo { developer, customer, app, key } = demo;
    println!(
        r#"
Made up for this machine, to look around with (user name, password):

  a developer     {} {}
  a customer      {} {}
  the customer's key for the app "{app}"
                  {key}

Try it. Run the app on our simulator, wait, see the counts (marked is 0 to 7):

  curl -s {front}/client/v1/jobs -H 'x-api-key: {key}' \
    -H "idempotency-key: try-$(date +%s)" -H 'content-type: application/json' \
    -d '{{"device_id":"hub-simulator","shots":1000,"input":{{"marked":6}},"run_mode":"BLOCKING"}}' \
    | grep -o '"counts":{{[^}}]*}}'

The same on a Braket device: "amazon-sv1" for "hub-simulator". What it cost:

  TOKEN=$(curl -s {front}/v1/auth/login -H 'content-type: application/json' \
    -d '{{"login":"{login}","password":"{password}"}}' | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
  curl -s {front}/v1/bills -H "authorization: Bearer $TOKEN"
"#,
        developer.username,
        developer.password,
        customer.username,
        customer.password,
        login = customer.username,
        password = customer.password,
    );
}

pub(crate) fn ways_on(front: &str) {
    println!(
        "What is on offer:  curl -s {front}/v1/marketplace
The whole main job with new users, from another terminal:  make journey
Ctrl-C stops everything and keeps the data."
    );
}
