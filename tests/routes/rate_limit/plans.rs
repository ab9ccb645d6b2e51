//! Are the limits of keys those that the template sells?

use domain::{access_key::Plan, rate_limit::Limit};

use super::limits;

/// The gateway throttles by the same numbers, as well as it can.
#[test]
fn plans_are_what_the_template_sells() {
    let template = include_str!("../../../template.yaml");
    let limits = limits(1, 1);
    for (name, plan) in
        [("Free", Plan::Free), ("Standard", Plan::Standard), ("Premium", Plan::Premium)]
    {
        let resource = format!("\n  {name}UsagePlan:\n");
        let (_, after) = template.split_once(&resource).expect("a usage plan");
        let (_, throttle) = after.split_once("Throttle: {RateLimit: ").expect("a throttle");
        let numbers = throttle.split_once('}').expect("its end").0.split_once(", BurstLimit: ");
        let (rate, burst) = numbers.expect("a rate and a burst");
        let number = |text: &str| text.parse::<u64>().expect("a number");
        let sold = Limit::new(number(rate), number(burst));
        assert_eq!(Some(limits.of_plan(plan)), sold, "{name}");
    }
}
