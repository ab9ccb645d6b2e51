//! When is a device open next?

use serde::Serialize;

use crate::capabilities::ExecutionWindow;

const DAY: u64 = 86_400;
/// A window that ends at 23:59:59 goes on at midnight.
const GAP: u64 = 60;
/// An opening is in the coming week, or never.
const DAYS_AHEAD: u64 = 8;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Window {
    /// It is open now; `None` if it stays so all week.
    Open {
        until: Option<u64>,
    },
    Opens {
        at: u64,
    },
}

/// `now` in seconds since 1970-01-01T00:00:00Z; `None` if the document names no window that can be read.
pub fn next_window(windows: &[ExecutionWindow], now: u64) -> Option<Window> {
    let today = now / DAY;
    let days = today.saturating_sub(1)..=today.saturating_add(DAYS_AHEAD);
    let mut spans: Vec<(u64, u64)> =
        days.flat_map(|day| windows.iter().filter_map(move |window| span(window, day))).collect();
    spans.sort_unstable();
    let mut open: Option<(u64, u64)> = None;
    for (start, end) in spans {
        open = match open {
            Some((since, until)) if start <= until.saturating_add(GAP) => {
                Some((since, until.max(end)))
            }
            Some((since, until)) if until > now => return Some(said(since, until, now)),
            _ => Some((start, end)),
        };
    }
    open.filter(|(_, until)| *until > now).map(|(since, until)| said(since, until, now))
}

fn said(since: u64, until: u64, now: u64) -> Window {
    if since > now {
        return Window::Opens { at: since };
    }
    let all_week = until >= (now / DAY).saturating_add(DAYS_AHEAD).saturating_mul(DAY);
    Window::Open { until: (!all_week).then_some(until) }
}

/// Begin and end of a window that begins on that day, counted from 1970-01-01.
fn span(window: &ExecutionWindow, day: u64) -> Option<(u64, u64)> {
    // 1970-01-01 was a Thursday; 0 is Monday
    let weekday = (day + 3) % 7;
    let is_on = match window.execution_day.as_str() {
        "Everyday" => true,
        "Weekdays" => weekday < 5,
        "Weekend" | "Weekends" => weekday >= 5,
        "Monday" => weekday == 0,
        "Tuesday" => weekday == 1,
        "Wednesday" => weekday == 2,
        "Thursday" => weekday == 3,
        "Friday" => weekday == 4,
        "Saturday" => weekday == 5,
        "Sunday" => weekday == 6,
        _ => false,
    };
    if !is_on {
        return None;
    }
    let (start, end) = (hour(&window.window_start_hour)?, hour(&window.window_end_hour)?);
    let midnight = day.checked_mul(DAY)?;
    let end = if end <= start { end + DAY } else { end };
    Some((midnight.checked_add(start)?, midnight.checked_add(end)?))
}

/// Seconds of the day from `HH:MM` or `HH:MM:SS`, with parts of a second and a zone left off.
fn hour(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let hours: u64 = parts.next()?.parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
    let seconds: u64 = parts.next().map_or(Some(0), |part| digits(part).parse().ok())?;
    (hours <= 24 && minutes < 60 && seconds < 61).then_some(hours * 3600 + minutes * 60 + seconds)
}
