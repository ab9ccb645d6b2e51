//! Does the template, once deployed, do the main job: real binaries behind real gateways, on this machine or on any stage?

mod dead_letters;
mod doors;
mod keys;
mod logs;
mod place;
mod tokens;

use journey::main_job;
use place::Place;

/// One test, for a deployment takes its time; `BASE_URL` names a running one to be tested in place of a local one.
#[tokio::test(flavor = "multi_thread")]
async fn the_hub_does_its_main_job_as_deployed_and_again_after_a_stop_and_a_start() {
    let place = Place::from_env();
    doors::refuse_in_problem_documents(&place).await;
    doors::let_a_browser_in(&place).await;
    doors::say_that_the_hub_is_well(&place).await;
    if let Some(cloud) = place.cloud() {
        keys::are_as_many_as_users_want_on_a_few_of_the_gateway(&place, cloud).await;
        keys::are_replaced_with_both_live_for_the_grace(&place).await;
        keys::are_used_from_their_networks_alone(&place).await;
        keys::are_held_to_their_plan_behind_the_net(&place).await;
        tokens::are_refused_unless_genuine(&place, cloud).await;
        dead_letters::travel_to_the_table_and_back(&place, cloud).await;
    }

    let customer = main_job::run(&place.hub()).await.expect("the main job");
    let charges = customer.charges().await.expect("the bill");
    let jobs = customer.jobs().await.expect("the jobs");

    let place = place.stopped_and_started();
    assert_eq!(customer.charges().await.expect("the session lives on"), charges);
    assert_eq!(customer.jobs().await.expect("the key lives on"), jobs);
    main_job::run(&place.hub()).await.expect("the main job again");
}
