//! How a log line looks: one JSON object with the same field names everywhere, and nothing of what others log in detail.

use std::{
    fmt,
    io::Write as _,
    panic::PanicHookInfo,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use clock::Clock;
use serde_json::{Map, Value};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};

use crate::{
    Fact,
    work::{self, Work},
};

pub(crate) type Line = Map<String, Value>;

/// The fields a line of ours may have besides those that every line has.
pub const FIELDS: [&str; 18] = [
    "alert",
    "arn",
    "cause",
    "changes",
    "code",
    "job_id",
    "location",
    "message_id",
    "passed",
    "queue",
    "sent",
    "settled",
    "shard",
    "status",
    "task_arn",
    "upload",
    "user_id",
    "version_id",
];

/// Writes down what a handler failed or panicked with, after its work has ended and been told of.
const REPEATS: &str = "lambda_runtime::layers::panic";

/// Who writes.
static WRITER: OnceLock<Writer> = OnceLock::new();

#[derive(Debug, Default)]
struct Writer {
    function: String,
    namespace: String,
}

/// Lines go to standard output from now on, from `AWS_LAMBDA_LOG_LEVEL` upwards, and metrics to the namespace
/// `METRICS_NAMESPACE`, whatever the level; without it there are none. Once a process.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    let level = level.parse().unwrap_or(Level::INFO);
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let namespace = std::env::var("METRICS_NAMESPACE").unwrap_or_default();
    let writer = Writer { function, namespace };
    if WRITER.set(writer).is_err() {
        return;
    }
    let lines = Lines { level, write: print, spans: AtomicU64::new(0) };
    // Taken already: then somebody else decides where lines go.
    _ = tracing::subscriber::set_global_default(lines);
    std::panic::set_hook(Box::new(panicked));
}

/// Where metrics are counted; empty where they are not.
pub(crate) fn namespace() -> &'static str {
    WRITER.get().map_or("", |writer| &writer.namespace)
}

/// A line with what every line has.
pub(crate) fn begin(level: Level, message: &str) -> Line {
    let mut line = Line::new();
    line.insert("timestamp".to_owned(), Clock::system().now().to_string().into());
    line.insert("level".to_owned(), level.as_str().into());
    line.insert("message".to_owned(), message.into());
    let function = WRITER.get().map_or("", |writer| &writer.function);
    line.insert("function".to_owned(), function.into());
    work::with(|work| of_work(&mut line, work));
    line
}

pub(crate) fn print(line: Line) {
    let mut text = Value::Object(line).to_string();
    text.push('\n');
    // Nothing is left to do where even this fails.
    _ = std::io::stdout().lock().write_all(text.as_bytes());
}

pub(crate) fn of_work(line: &mut Line, work: &Work) {
    line.insert("operation".to_owned(), work.operation.as_str().into());
    line.insert("request_id".to_owned(), work.request_id.as_str().into());
    line.insert("trace_id".to_owned(), work.trace().id().into());
}

/// A panic's words may quote what was sent, so only its place is told, and its words where the code has them as they are.
fn panicked(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let cause = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("not told");
    tracing::error!(location, cause, alert = true, "panicked");
}

/// Writes each event as one line.
struct Lines {
    level: Level,
    write: fn(Line),
    spans: AtomicU64,
}

impl Subscriber for Lines {
    /// What libraries say below a warning, and anybody below INFO, may hold whole requests: it is never written.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.target() == REPEATS {
            return false;
        }
        let ours = !["aws_", "hyper", "h2", "rustls", "lambda_", "tower", "axum", "mio", "want"]
            .iter()
            .any(|library| metadata.target().starts_with(library));
        let least = self.level.min(if ours { Level::INFO } else { Level::WARN });
        metadata.is_event() && metadata.level() <= &least
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level.into())
    }

    fn event(&self, event: &Event<'_>) {
        let mut told = Told::default();
        event.record(&mut told);
        if told.fields.get("alert") == Some(&Value::Bool(true)) {
            work::count(Fact::Alert, 1);
        }
        let mut line = begin(*event.metadata().level(), &told.message);
        line.extend(told.fields);
        (self.write)(line);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1))
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The fields of one event.
#[derive(Default)]
struct Told {
    message: String,
    fields: Line,
}

impl Told {
    fn tell(&mut self, field: &Field, value: Value) {
        self.fields.insert(field.name().to_owned(), value);
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            _ => self.tell(field, text.into()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            _ => self.tell(field, value.into()),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.tell(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.tell(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.tell(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.tell(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Trace, within};

    static WRITTEN: Mutex<Vec<Line>> = Mutex::new(Vec::new());

    fn keep(line: Line) {
        WRITTEN.lock().expect("no writer panics").push(line);
    }

    #[test]
    fn a_line_says_what_happened_and_for_whom_and_nothing_of_what_libraries_detail() {
        let work = Work::begin("createJob", "r-1", Trace::begin());
        let lines = Lines { level: Level::TRACE, write: keep, spans: AtomicU64::new(0) };
        tracing::subscriber::with_default(lines, || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(within(work.clone(), async {
                tracing::error!(job_id = %"j-1", shard = 3, alert = true, "left to the sweeper");
                tracing::debug!(target: "aws_smithy_runtime", "a request with its password");
                tracing::info!(target: "hyper::client", "connected");
                tracing::warn!(target: "hyper::client", "not connected");
                tracing::error!(target: "lambda_runtime::layers::panic", "once more");
            }));
        });
        let written = WRITTEN.lock().expect("no writer panics");
        let messages: Vec<_> = written.iter().map(|line| line["message"].clone()).collect();
        assert_eq!(messages, ["left to the sweeper", "not connected"]);
        let line = Value::Object(written[0].clone());
        let expected: [(&str, Value); 7] = [
            ("level", "ERROR".into()),
            ("operation", "createJob".into()),
            ("request_id", "r-1".into()),
            ("trace_id", work.trace().id().into()),
            ("job_id", "j-1".into()),
            ("shard", 3.into()),
            ("alert", true.into()),
        ];
        for (field, value) in expected {
            assert_eq!(line[field], value, "{field}");
        }
        assert_eq!(work.facts().collect::<Vec<_>>(), [(Fact::Alert, 1)]);
    }
}
