//! Which settings the local Braket takes, from flags and environment.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Cloud;

pub const USAGE: &str = "\
local-braket: Amazon Braket's API on a local port

  --listen ADDRESS          where to listen (127.0.0.1:0: a free port, printed at start)
  --data FOLDER             where tasks are kept (required)
  --account ID              account number in task ARNs (000000000000)
  --workers N               simulations at once (1)
  --memory-limit-mb N       memory of one simulation (1024: 26 qubits)
  --created-ms N            time a task is CREATED (50)
  --queued-ms N             time it is QUEUED (200)
  --running-ms N            least time it is RUNNING (200)
  --cancelling-ms N         time it is CANCELLING (100)
  --search-delay-ms N       time until SearchQuantumTasks shows a new task (0)
  --seed N                  makes every run of a program give the same counts

Each flag can also be set by environment, as LOCAL_BRAKET_QUEUED_MS for --queued-ms.
Results and events go to AWS_ENDPOINT_URL (required) with AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";

/// How a local Braket is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub account: String,
    pub workers: usize,
    pub memory_limit_bytes: u64,
    pub cloud: Cloud,
    pub settings: Settings,
}

/// What may be changed while it runs, by `PUT /_local/settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub created_ms: u64,
    pub queued_ms: u64,
    pub running_ms: u64,
    pub cancelling_ms: u64,
    pub search_delay_ms: u64,
    pub seed: Option<u64>,
    /// A running task that is being cancelled completes all the same.
    pub complete_cancelled_runs: bool,
    /// A repeated client token makes another task: Braket documents nothing else.
    pub ignore_client_tokens: bool,
    /// ARNs of devices that are offline for now.
    pub offline_devices: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            created_ms: 50,
            queued_ms: 200,
            running_ms: 200,
            cancelling_ms: 100,
            search_delay_ms: 0,
            seed: None,
            complete_cancelled_runs: false,
            ignore_client_tokens: false,
            offline_devices: BTreeSet::new(),
        }
    }
}

impl Settings {
    pub(crate) fn search_delay(&self) -> Duration {
        Duration::from_millis(self.search_delay_ms)
    }
}

/// A flag is missing, unknown or unreadable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} (--help lists the flags)")]
pub struct BadOption(String);

const FLAGS: [&str; 11] = [
    "listen",
    "data",
    "account",
    "workers",
    "memory-limit-mb",
    "created-ms",
    "queued-ms",
    "running-ms",
    "cancelling-ms",
    "search-delay-ms",
    "seed",
];

impl Options {
    /// On a free port of this machine, with default settings.
    pub fn new(data: PathBuf, cloud: Cloud) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data,
            account: "000000000000".to_owned(),
            workers: 1,
            memory_limit_bytes: 1 << 30,
            cloud,
            settings: Settings::default(),
        }
    }

    /// Reads `--flag value` pairs, and what they leave open from the environment.
    pub fn read(
        arguments: &[String],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, BadOption> {
        let given = Given { pairs: pairs(arguments)?, environment };
        let data =
            given.text("data").ok_or_else(|| BadOption("--data says no folder".to_owned()))?;
        let mut options = Self::new(data.into(), cloud(environment)?);
        given.set("listen", &mut options.listen)?;
        given.set("account", &mut options.account)?;
        given.set("workers", &mut options.workers)?;
        let mut megabytes = options.memory_limit_bytes >> 20;
        given.set("memory-limit-mb", &mut megabytes)?;
        options.memory_limit_bytes = megabytes.saturating_mul(1 << 20);
        let settings = &mut options.settings;
        given.set("created-ms", &mut settings.created_ms)?;
        given.set("queued-ms", &mut settings.queued_ms)?;
        given.set("running-ms", &mut settings.running_ms)?;
        given.set("cancelling-ms", &mut settings.cancelling_ms)?;
        given.set("search-delay-ms", &mut settings.search_delay_ms)?;
        settings.seed = given.parse("seed")?;
        options.check()
    }

    fn check(self) -> Result<Self, BadOption> {
        let digits = self.account.len() == 12 && self.account.bytes().all(|b| b.is_ascii_digit());
        match (digits, self.workers) {
            (false, _) => Err(BadOption("--account takes twelve digits".to_owned())),
            (_, 0) => Err(BadOption("--workers takes 1 or more".to_owned())),
            _ => Ok(self),
        }
    }
}

/// Without an endpoint the calls would go to the real AWS.
fn cloud(environment: &dyn Fn(&str) -> Option<String>) -> Result<Cloud, BadOption> {
    let endpoint_url = environment("AWS_ENDPOINT_URL").filter(|url| !url.is_empty());
    let or = |name, default: &str| environment(name).unwrap_or_else(|| default.to_owned());
    Ok(Cloud {
        endpoint_url: endpoint_url
            .ok_or_else(|| BadOption("AWS_ENDPOINT_URL is not set".to_owned()))?,
        region: or("AWS_REGION", "us-east-1"),
        access_key_id: or("AWS_ACCESS_KEY_ID", "local"),
        secret_access_key: or("AWS_SECRET_ACCESS_KEY", "local"),
    })
}

fn pairs(arguments: &[String]) -> Result<Vec<(&str, &str)>, BadOption> {
    arguments
        .chunks(2)
        .map(|pair| {
            let flag = pair[0].strip_prefix("--").filter(|flag| FLAGS.contains(flag));
            let flag = flag.ok_or_else(|| BadOption(format!("{} is no flag", pair[0])))?;
            let value = pair.get(1).ok_or_else(|| BadOption(format!("--{flag} has no value")))?;
            Ok((flag, value.as_str()))
        })
        .collect()
}

struct Given<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Given<'_> {
    fn text(&self, flag: &str) -> Option<String> {
        let given =
            self.pairs.iter().rev().find(|pair| pair.0 == flag).map(|pair| pair.1.to_owned());
        given.or_else(|| {
            (self.environment)(&format!("LOCAL_BRAKET_{}", flag.to_uppercase().replace('-', "_")))
        })
    }

    fn parse<T: std::str::FromStr>(&self, flag: &str) -> Result<Option<T>, BadOption> {
        let Some(text) = self.text(flag) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| BadOption(format!("--{flag} cannot be '{text}'")))
    }

    fn set<T: std::str::FromStr>(&self, flag: &str, option: &mut T) -> Result<(), BadOption> {
        if let Some(value) = self.parse(flag)? {
            *option = value;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Options, BadOption> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        Options::read(&arguments, &|name| {
            environment.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned())
        })
    }

    const ENDPOINT: (&str, &str) = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");

    #[test]
    fn flags_win_over_the_environment() {
        let options = read(
            &["--data", "/d", "--queued-ms", "7", "--memory-limit-mb", "64"],
            &[ENDPOINT, ("LOCAL_BRAKET_QUEUED_MS", "9"), ("LOCAL_BRAKET_SEED", "5")],
        )
        .expect("options");
        assert_eq!((options.settings.queued_ms, options.settings.seed), (7, Some(5)));
        assert_eq!(options.memory_limit_bytes, 64 << 20);
        assert_eq!(options.listen.to_string(), "127.0.0.1:0");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (arguments, environment) in [
            (vec!["--data", "/d"], vec![]),
            (vec![], vec![ENDPOINT]),
            (vec!["--data"], vec![ENDPOINT]),
            (vec!["--data", "/d", "--colour", "red"], vec![ENDPOINT]),
            (vec!["--data", "/d", "--queued-ms", "soon"], vec![ENDPOINT]),
            (vec!["--data", "/d", "--workers", "0"], vec![ENDPOINT]),
            (vec!["--data", "/d", "--account", "me"], vec![ENDPOINT]),
        ] {
            assert!(read(&arguments, &environment).is_err(), "{arguments:?}");
        }
    }
}
