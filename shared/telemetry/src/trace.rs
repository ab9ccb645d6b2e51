//! Which trace a piece of work belongs to: W3C Trace Context, or what X-Ray says.

use std::fmt;

use clock::Clock;

/// A trace and the span in it that is ours; shown as the value of a `traceparent` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: [u8; 16],
    span: [u8; 8],
    sampled: bool,
}

impl Trace {
    /// A trace that begins here.
    pub fn begin() -> Self {
        let clock = Clock::system();
        Self { id: clock.random(), span: clock.random(), sampled: true }
    }

    /// A span of ours in the trace that a `traceparent` header names; `None` where it names none.
    pub fn continued(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let version = byte(parts.next()?)?;
        let (id, span) = (bytes(parts.next()?)?, bytes::<8>(parts.next()?)?);
        let flags = byte(parts.next()?)?;
        let surplus = parts.next().is_some();
        let usable = version != 0xff && id != [0; 16] && span != [0; 8];
        let sampled = flags & 1 == 1;
        (usable && !(version == 0 && surplus)).then(|| Self { id, span: fresh(), sampled })
    }

    /// A span of ours in the trace of an `X-Amzn-Trace-Id`: `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`.
    pub fn of_xray(header: &str) -> Option<Self> {
        let member = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name));
        let (time, rest) = member("Root=1-")?.split_once('-')?;
        let id = bytes(&format!("{time}{rest}"))?;
        Some(Self { id, span: fresh(), sampled: member("Sampled=") != Some("0") })
    }

    /// 32 hex digits.
    pub fn id(&self) -> String {
        hex::encode(self.id)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, span) = (hex::encode(self.id), hex::encode(self.span));
        write!(f, "00-{id}-{span}-{:02x}", u8::from(self.sampled))
    }
}

fn fresh() -> [u8; 8] {
    Clock::system().random()
}

fn byte(text: &str) -> Option<u8> {
    bytes::<1>(text).map(|[byte]| byte)
}

/// Lower-case hex alone, as the standard has it.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_trace_goes_on_in_a_span_of_its_own() {
        let trace = Trace::continued(&format!("00-{ID}-00f067aa0ba902b7-01")).expect("a trace");
        assert_eq!(trace.id(), ID);
        let shown = trace.to_string();
        assert!(shown.starts_with(&format!("00-{ID}-")) && shown.ends_with("-01"), "{shown}");
        assert!(!shown.contains("00f067aa0ba902b7"), "{shown}");
        assert_eq!(Trace::continued(&shown).map(|next| next.id()), Some(ID.to_owned()));
    }

    #[test]
    fn what_is_no_traceparent_begins_no_trace() {
        let zero = "0".repeat(32);
        for text in [
            String::new(),
            format!("00-{ID}-00f067aa0ba902b7"),
            format!("00-{ID}-00f067aa0ba902b7-01-more"),
            format!("ff-{ID}-00f067aa0ba902b7-01"),
            format!("00-{zero}-00f067aa0ba902b7-01"),
            format!("00-{ID}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", ID.to_uppercase()),
            format!("00-{ID}x-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(Trace::continued(&text), None, "{text}");
        }
        let later = format!("01-{ID}-00f067aa0ba902b7-00-more");
        assert!(Trace::continued(&later).is_some_and(|trace| !trace.sampled));
    }

    #[test]
    fn what_x_ray_traces_is_the_same_trace() {
        let header = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=53995c3f42cd8ad8;Sampled=0";
        let trace = Trace::of_xray(header).expect("a trace");
        assert_eq!((trace.id().as_str(), trace.sampled), (ID, false));
        for header in ["", "Root=1-4bf92f35", "Root=1-4bf92f35-zz", "Self=1-4bf92f35-77b3"] {
            assert_eq!(Trace::of_xray(header), None, "{header}");
        }
    }

    #[test]
    fn two_traces_that_begin_differ() {
        assert_ne!(Trace::begin(), Trace::begin());
    }
}
