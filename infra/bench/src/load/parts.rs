//! Whose is the processor time: each part of this process runs on threads of its own name.

use std::{collections::BTreeMap, fs, io, time::Duration};

use tokio::runtime::{Builder, Runtime};

/// A part of this process that has threads of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Sends the requests and measures.
    Generator,
    /// Both doors and the functions' Runtime APIs.
    Gateway,
    /// The embedded DynamoDB.
    Table,
    /// S3, SQS and Secrets Manager.
    StandIns,
}

/// Ticks of `/proc/…/stat` a second, on every architecture Linux shows them on.
const TICKS: u64 = 100;

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Generator, Self::Gateway, Self::Table, Self::StandIns];

    /// Of at most 15 characters, as a thread's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Generator => "load-generator",
            Self::Gateway => "gateway",
            Self::Table => "dynamodb",
            Self::StandIns => "stand-ins",
        }
    }

    const fn workers(self) -> usize {
        match self {
            Self::Generator | Self::StandIns => 1,
            Self::Gateway | Self::Table => 2,
        }
    }

    pub(crate) fn runtime(self) -> io::Result<Runtime> {
        Builder::new_multi_thread()
            .worker_threads(self.workers())
            .thread_name(self.name())
            .enable_all()
            .build()
    }
}

/// Processor time of every part so far, user and system.
pub(crate) fn processor_time() -> io::Result<BTreeMap<Part, Duration>> {
    let mut times = BTreeMap::from(Part::ALL.map(|part| (part, Duration::ZERO)));
    for thread in fs::read_dir("/proc/self/task")? {
        // a thread that has ended meanwhile is none of ours: those stay
        let Ok(stat) = fs::read_to_string(thread?.path().join("stat")) else { continue };
        let Some((name, ticks)) = thread_time(&stat) else { continue };
        if let Some(part) = Part::ALL.into_iter().find(|part| part.name() == name) {
            *times.entry(part).or_default() += Duration::from_millis(ticks * 1000 / TICKS);
        }
    }
    Ok(times)
}

/// A thread's name, and the ticks it ran in both modes.
fn thread_time(stat: &str) -> Option<(&str, u64)> {
    let (begin, end) = (stat.find('(')?, stat.rfind(')')?);
    let mut fields = stat.get(end + 1..)?.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((stat.get(begin + 1..end)?, user + system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_time_is_that_of_both_modes() {
        let stat = "7 (odd) name (x)) S 1 7 7 0 -1 64 10 0 0 0 125 75 0 0 20 0 9 0 100 0 0";
        assert_eq!(thread_time(stat), Some(("odd) name (x)", 200)));
        assert_eq!(thread_time("7 (short) S 1"), None);
    }

    #[test]
    fn work_is_found_under_the_name_of_its_part() {
        let runtime = Part::Table.runtime().expect("threads");
        let busy = runtime.spawn(async {
            let begin = std::time::Instant::now();
            while begin.elapsed() < Duration::from_millis(60) {}
        });
        runtime.block_on(busy).expect("it ends");
        let times = processor_time().expect("Linux");
        assert!(times[&Part::Table] > Duration::ZERO, "{times:?}");
        assert_eq!(times.len(), Part::ALL.len());
    }
}
