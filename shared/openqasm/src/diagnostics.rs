//! What is wrong with a program, where, and what to do about it?

mod codes;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

pub use self::codes::Code;
use crate::limits::{MAX_DIAGNOSTICS, MAX_WARNINGS};

const LONGEST_SHOWN_LINE: usize = 160;
const LONGEST_MESSAGE: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    /// The program runs, but perhaps not as its writer meant it.
    Warning,
}

/// One thing wrong with a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stays the same for a kind of mistake, whatever the message says.
    pub code: Code,
    /// Line of the first character concerned, from 1.
    pub line: usize,
    /// Column of that character, counted in characters from 1.
    pub column: usize,
    /// Bytes of the source concerned.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The line concerned, shortened around the place when it is very long.
    pub source_line: String,
    #[serde(skip)]
    caret: Range<usize>,
}

/// Everything found wrong with a program, in source order; at most [`MAX_DIAGNOSTICS`] errors, or [`MAX_WARNINGS`] warnings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    pub fn as_slice(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n\n")?;
            }
            diagnostic.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Self { line, column, code, message, source_line, .. } = self;
        writeln!(formatter, "{line}:{column}: {severity}[{code}]: {message}")?;
        writeln!(formatter, "  {source_line}")?;
        let marked = self.caret.end.saturating_sub(self.caret.start).max(1);
        write!(formatter, "  {}{}", " ".repeat(self.caret.start), "^".repeat(marked))?;
        if !self.help.is_empty() {
            write!(formatter, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// A stretch of the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end) }
    }

    pub(crate) fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end.max(self.end) }
    }

    pub(crate) fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Says of a place in the program what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Fault {
    /// Boxed, so that results that carry one stay small.
    pub(crate) fn new(
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Box<Self> {
        let (message, help) = (shortened(message.into()), shortened(help.into()));
        Box::new(Self { code, span, message, help })
    }
}

/// Names and parts of the program in a message may be as long as the program.
fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_MESSAGE {
        text.truncate(floor_boundary(&text, LONGEST_MESSAGE));
        text.push('…');
    }
    text
}

impl Fault {
    /// Follows from a mistake that has been reported, and says nothing itself.
    pub(crate) fn known(span: Span) -> Box<Self> {
        Self::new(Code::UnknownName, span, "", "")
    }
}

/// Collects faults until the program has been read as far as it can be.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    errors: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Faults {
    /// Takes one error for a place; what is said of it later mostly follows from the first.
    #[expect(clippy::boxed_local, reason = "results carry faults boxed")]
    pub(crate) fn push(&mut self, fault: Box<Fault>) {
        let is_known = self.errors.iter().any(|known| known.span.start == fault.span.start)
            || (fault.message.is_empty() && self.has_errors());
        if !is_known && !self.is_full() {
            self.errors.push(*fault);
        }
    }

    #[expect(clippy::boxed_local, reason = "results carry faults boxed")]
    pub(crate) fn warn(&mut self, fault: Box<Fault>) {
        let is_known = self
            .warnings
            .iter()
            .any(|known| known.span.start == fault.span.start && known.code == fault.code);
        if !is_known && self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(*fault);
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= MAX_DIAGNOSTICS
    }

    /// The errors if there are any, else the warnings.
    pub(crate) fn locate(self, source: &str) -> Result<Diagnostics, Diagnostics> {
        if self.errors.is_empty() {
            return Ok(located(source, self.warnings, Severity::Warning));
        }
        Err(located(source, self.errors, Severity::Error))
    }
}

fn located(source: &str, mut faults: Vec<Fault>, severity: Severity) -> Diagnostics {
    faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
    Diagnostics(faults.into_iter().map(|fault| locate(source, fault, severity)).collect())
}

fn locate(source: &str, fault: Fault, severity: Severity) -> Diagnostic {
    let start = floor_boundary(source, fault.span.start as usize);
    let end = floor_boundary(source, fault.span.end as usize).max(start);
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
    let before = source[line_start..start].chars().count();
    let marked = source[start..end.min(line_end)].chars().count();
    let shown_from = if source[line_start..line_end].chars().count() > LONGEST_SHOWN_LINE {
        before.saturating_sub(LONGEST_SHOWN_LINE / 2)
    } else {
        0
    };
    let source_line: String = source[line_start..line_end]
        .trim_end_matches('\r')
        .chars()
        .skip(shown_from)
        .take(LONGEST_SHOWN_LINE)
        .map(|character| if character == '\t' { ' ' } else { character })
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect();
    let caret = before - shown_from;
    Diagnostic {
        severity,
        code: fault.code,
        line: source[..line_start].matches('\n').count() + 1,
        column: before + 1,
        span: start..end,
        message: fault.message,
        help: fault.help,
        source_line,
        caret: caret..caret + marked.min(LONGEST_SHOWN_LINE.saturating_sub(caret)),
    }
}

fn floor_boundary(source: &str, offset: usize) -> usize {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(source: &str, start: usize, end: usize) -> String {
        let mut faults = Faults::default();
        faults.push(Fault::new(Code::Syntax, Span::new(start, end), "wrong", "write it right"));
        faults.locate(source).expect_err("there is an error").to_string()
    }

    #[test]
    fn a_diagnostic_shows_the_line_and_points_at_the_place() {
        assert_eq!(
            show("qubit q;\nbad q;\n", 9, 12),
            "2:1: error[syntax]: wrong\n  bad q;\n  ^^^\n  help: write it right"
        );
    }

    #[test]
    fn columns_count_characters_and_tabs_and_control_characters_are_shown_as_one() {
        assert_eq!(
            show("\tθ\u{7}x;", 4, 5),
            "1:4: error[syntax]: wrong\n   θ\u{fffd}x;\n     ^\n  help: write it right"
        );
    }

    #[test]
    fn a_place_past_the_end_or_inside_a_character_is_brought_back_into_the_text() {
        assert!(show("θ", 1, 90).starts_with("1:1: error[syntax]: wrong"));
        assert!(show("", 7, 9).starts_with("1:1: error[syntax]: wrong"));
    }

    #[test]
    fn a_very_long_line_is_shortened_around_the_place() {
        let source = format!("{}bad", " ".repeat(5_000));
        let shown = show(&source, 5_000, 5_003);
        assert!(shown.starts_with("1:5001: error"), "{shown}");
        assert!(shown.len() < 400, "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].find("bad"), lines[2].find('^'));
    }

    #[test]
    fn a_very_long_name_does_not_make_a_very_long_message() {
        let fault = Fault::new(Code::Syntax, Span::default(), "θ".repeat(1_000_000), "");
        assert!(fault.message.len() < 500);
        assert!(fault.message.ends_with('…'));
    }

    #[test]
    fn no_more_than_the_limit_is_reported() {
        let mut faults = Faults::default();
        for at in 0..100 {
            faults.push(Fault::new(Code::Syntax, Span::new(at, at), "wrong", ""));
        }
        let diagnostics = faults.locate(&"x".repeat(200)).expect_err("there are errors");
        assert_eq!(diagnostics.as_slice().len(), MAX_DIAGNOSTICS);
        assert_eq!(diagnostics.iter().count(), diagnostics.into_iter().count());
    }
}
