//! When something happened, and which billing month that was.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
    schema::{Schema, Type},
};

/// A point in time, UTC, to the millisecond.
///
/// Written as `2026-11-20T10:00:00.000Z`: of fixed width, so text order is time order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(i64);

/// Characters of a time as it may be written.
const MAX_MOMENT: usize = 35;

impl Moment {
    /// Clamped to the years 1970 to 9999, the ones the fixed width can show.
    pub const fn from_unix_millis(millis: i64) -> Self {
        const LAST: i64 = 253_402_300_799_999;
        Self(if millis < 0 {
            0
        } else if millis > LAST {
            LAST
        } else {
            millis
        })
    }

    pub const fn unix_millis(self) -> u64 {
        self.0.cast_unsigned()
    }

    pub const fn unix_seconds(self) -> i64 {
        self.0 / 1000
    }

    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_add(millis))
    }

    /// Not before 1970.
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_sub(millis))
    }

    /// Zero when `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis((self.0 - earlier.0).max(0).cast_unsigned())
    }

    pub fn period(self) -> Period {
        let date = self.date_time().date();
        Period { year: date.year().unsigned_abs(), month: date.month().into() }
    }

    /// The same day and time so many months later; the last day of a month that has no such day.
    ///
    /// To count months from one day on, add to that day: from 31 January it is 28 February, then 31 March.
    pub fn plus_months(self, months: u32) -> Self {
        let from = self.date_time();
        let number = u32::from(u8::from(from.month())) - 1 + months;
        let year = from.year().saturating_add_unsigned(number / 12);
        let month = time::Month::January.nth_next(u8::try_from(number % 12).unwrap_or_default());
        let day = from.day().min(month.length(year));
        let date = time::Date::from_calendar_date(year, month, day);
        date.map_or(Self::from_unix_millis(i64::MAX), |date| from.replace_date(date).into())
    }

    /// From the month of `earlier` to its own, whatever the days; zero when `earlier` is in fact later.
    pub fn months_since(self, earlier: Self) -> u32 {
        let number = |period: Period| period.year * 12 + u32::from(period.month);
        number(self.period()).saturating_sub(number(earlier.period()))
    }

    /// The day, UTC: `2026-11-20`.
    pub fn date(self) -> String {
        self.to_string()[..10].to_owned()
    }

    fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl From<Moment> for OffsetDateTime {
    fn from(moment: Moment) -> Self {
        moment.date_time()
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        let millis = time.unix_timestamp_nanos() / 1_000_000;
        Self::from_unix_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        f.write_str(&self.date_time().format(shape).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl utoipa::PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        text_schema(KnownFormat::DateTime, "2026-11-20T10:00:00.000Z", MAX_MOMENT).into()
    }
}

impl utoipa::ToSchema for Moment {}

/// How a text of a known form is documented.
pub(crate) fn text_schema(format: KnownFormat, example: &str, most: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .max_length(Some(most))
        .examples([example])
}

/// The text is not an RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as in 2026-11-20T10:00:00.000Z (RFC 3339)")]
pub struct BadMoment;

impl FromStr for Moment {
    type Err = BadMoment;
    fn from_str(text: &str) -> Result<Self, BadMoment> {
        if text.len() > MAX_MOMENT {
            return Err(BadMoment);
        }
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| BadMoment)?;
        let millis = parsed.unix_timestamp_nanos() / 1_000_000;
        Ok(Self::from_unix_millis(i64::try_from(millis).map_err(|_| BadMoment)?))
    }
}

impl TryFrom<String> for Moment {
    type Error = BadMoment;
    fn try_from(text: String) -> Result<Self, BadMoment> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> String {
        moment.to_string()
    }
}

/// A calendar month, UTC: what a bill covers. Written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    year: u32,
    month: u8,
}

impl Period {
    pub fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }

    pub fn starts_at(self) -> Moment {
        format!("{self}-01T00:00:00Z").parse().unwrap_or(Moment::from_unix_millis(0))
    }

    /// The first moment that is no longer in it.
    pub fn ends_at(self) -> Moment {
        self.next().starts_at()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Period {
    type Err = BadPeriod;
    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let (year, month) = text.split_once('-').ok_or(BadPeriod)?;
        let period = Self {
            year: year.parse().map_err(|_| BadPeriod)?,
            month: month.parse().map_err(|_| BadPeriod)?,
        };
        let real = (1970..=9999).contains(&period.year) && (1..=12).contains(&period.month);
        (real && period.to_string() == text).then_some(period).ok_or(BadPeriod)
    }
}

impl TryFrom<String> for Period {
    type Error = BadPeriod;
    fn try_from(text: String) -> Result<Self, BadPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

/// The text is not a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a billing month is written as in 2026-11")]
pub struct BadPeriod;

#[cfg(test)]
mod tests {
    use super::*;

    fn period_of(text: &str) -> String {
        text.parse::<Moment>().expect("a time").period().to_string()
    }

    #[test]
    fn a_moment_is_written_with_fixed_width_in_utc() {
        let moment: Moment = "2026-11-20T12:00:00+02:00".parse().expect("a time");
        assert_eq!(moment.to_string(), "2026-11-20T10:00:00.000Z");
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert_eq!(format!("{moment:?}"), moment.to_string());
        assert_eq!("tomorrow".parse::<Moment>(), Err(BadMoment));
    }

    #[test]
    fn a_period_is_the_utc_month() {
        assert_eq!(period_of("2026-11-30T23:59:59.999Z"), "2026-11");
        assert_eq!(period_of("2026-12-01T00:00:00Z"), "2026-12");
        assert_eq!(period_of("2027-01-01T01:00:00+02:00"), "2026-12");
    }

    #[test]
    fn months_are_counted_from_one_day_and_never_drift() {
        for (from, months, to) in [
            ("2027-01-31T10:00:00.000Z", 1, "2027-02-28T10:00:00.000Z"),
            ("2027-01-31T10:00:00.000Z", 2, "2027-03-31T10:00:00.000Z"),
            ("2027-01-31T10:00:00.000Z", 3, "2027-04-30T10:00:00.000Z"),
            ("2028-01-30T23:59:59.999Z", 1, "2028-02-29T23:59:59.999Z"),
            ("2027-12-15T00:00:00.000Z", 1, "2028-01-15T00:00:00.000Z"),
            ("2028-02-29T00:00:00.000Z", 12, "2029-02-28T00:00:00.000Z"),
            ("2028-02-29T00:00:00.000Z", 48, "2032-02-29T00:00:00.000Z"),
            ("2096-02-29T00:00:00.000Z", 48, "2100-02-28T00:00:00.000Z"),
            ("2026-11-20T10:00:00.000Z", 0, "2026-11-20T10:00:00.000Z"),
            ("9999-12-31T00:00:00.000Z", 1, "9999-12-31T23:59:59.999Z"),
        ] {
            let from: Moment = from.parse().expect("a time");
            let later = from.plus_months(months);
            assert_eq!(later.to_string(), to);
            assert!(later.months_since(from) == months || later.to_string().starts_with("9999"));
        }
        let (one, other) = (Moment::from_unix_millis(0), Moment::from_unix_millis(1 << 40));
        assert_eq!(one.months_since(other), 0);
    }

    #[test]
    fn periods_follow_each_other_without_gap() {
        let mut period: Period = "2027-11".parse().expect("a month");
        for expected in ["2027-12", "2028-01", "2028-02", "2028-03"] {
            assert_eq!(period.ends_at(), period.next().starts_at());
            period = period.next();
            assert_eq!(period.to_string(), expected);
        }
    }

    #[test]
    fn only_a_real_month_is_a_period() {
        for text in ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "+2026-11", "", "x"] {
            assert_eq!(text.parse::<Period>(), Err(BadPeriod), "{text}");
            let told = serde_json::from_value::<Period>(text.into()).expect_err(text);
            assert_eq!(told.to_string(), BadPeriod.to_string());
        }
    }

    #[test]
    fn durations_never_wrap() {
        let start = Moment::from_unix_millis(5);
        assert_eq!(start.since(Moment::from_unix_millis(9)), Duration::ZERO);
        assert_eq!(start.minus(Duration::MAX), Moment::from_unix_millis(0));
        assert_eq!(start.minus(Duration::from_millis(2)), Moment::from_unix_millis(3));
        assert_eq!(start.plus(Duration::MAX), Moment::from_unix_millis(i64::MAX));
    }
}
