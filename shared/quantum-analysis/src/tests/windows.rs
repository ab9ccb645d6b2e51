//! Is the next opening found, across days and midnights?

use crate::capabilities::ExecutionWindow;
use crate::windows::{Window, next_window};

/// 2026-11-27T00:00:00Z, a Friday.
const FRIDAY: u64 = 1_795_737_600;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn window(day: &str, start: &str, end: &str) -> ExecutionWindow {
    let text = str::to_owned;
    ExecutionWindow {
        execution_day: text(day),
        window_start_hour: text(start),
        window_end_hour: text(end),
    }
}

#[test]
fn a_device_is_open_until_its_window_ends() {
    let windows = [window("Everyday", "09:00", "19:00:00")];
    let open = next_window(&windows, FRIDAY + 10 * HOUR);
    assert_eq!(open, Some(Window::Open { until: Some(FRIDAY + 19 * HOUR) }));
}

#[test]
fn a_closed_device_opens_on_the_next_day_that_it_names() {
    let weekdays = [window("Weekdays", "09:00", "10:00")];
    let opens = next_window(&weekdays, FRIDAY + 11 * HOUR);
    assert_eq!(opens, Some(Window::Opens { at: FRIDAY + 3 * DAY + 9 * HOUR }), "on Monday");
    let friday = [window("Friday", "09:00", "10:00")];
    let opens = next_window(&friday, FRIDAY + 10 * HOUR);
    assert_eq!(opens, Some(Window::Opens { at: FRIDAY + 7 * DAY + 9 * HOUR }));
    let weekend = [window("Weekend", "06:00", "18:00")];
    let opens = next_window(&weekend, FRIDAY);
    assert_eq!(opens, Some(Window::Opens { at: FRIDAY + DAY + 6 * HOUR }));
}

#[test]
fn a_window_may_go_past_midnight() {
    let windows = [window("Thursday", "22:00", "02:00")];
    let open = next_window(&windows, FRIDAY + HOUR);
    assert_eq!(open, Some(Window::Open { until: Some(FRIDAY + 2 * HOUR) }));
}

#[test]
fn windows_that_touch_are_one() {
    let always = [window("Everyday", "00:00:00", "23:59:59.999999")];
    assert_eq!(next_window(&always, FRIDAY + HOUR), Some(Window::Open { until: None }));
    let halves = [window("Friday", "00:00", "12:00"), window("Friday", "12:00", "20:00")];
    let open = next_window(&halves, FRIDAY + HOUR);
    assert_eq!(open, Some(Window::Open { until: Some(FRIDAY + 20 * HOUR) }));
}

#[test]
fn what_cannot_be_read_opens_nothing() {
    for bad in [
        window("Someday", "09:00", "10:00"),
        window("Everyday", "25:00", "26:00"),
        window("Everyday", "", "10:00"),
        window("Everyday", "noon", "10:00"),
    ] {
        assert_eq!(next_window(std::slice::from_ref(&bad), FRIDAY), None, "{bad:?}");
    }
    assert_eq!(next_window(&[], FRIDAY), None);
    assert_eq!(next_window(&[window("Everyday", "09:00", "10:00")], u64::MAX), None);
}
