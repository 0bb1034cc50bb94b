//! Dates as readers see them: never more exact than they were given.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use crate::article::{Precision, Provenance, Stamp};

/// A date in words and for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateLine {
    /// `27 February 2025, 16:44 UTC`, `27 February 2025`, `February 2025`, `2025`.
    pub(super) text: String,
    /// The `datetime` attribute: as many parts as are known.
    pub(super) datetime: String,
    /// Far in the past or in the future: shown, with a word of doubt.
    pub(super) doubtful: bool,
    /// Where the date was read, in words.
    pub(super) read_from: &'static str,
    /// Neither the article nor its feed states it.
    pub(super) is_inferred: bool,
}

/// `None` where there is no date.
pub(super) fn line(stamp: Stamp, tz: &TimeZone) -> Option<DateLine> {
    let at = stamp.at?;
    let (text, datetime) = worded(at, stamp.precision, tz);
    let is_inferred = matches!(stamp.from, Provenance::Url | Provenance::File | Provenance::Capture);
    Some(DateLine { text, datetime, doubtful: stamp.implausible, read_from: read_from(stamp.from), is_inferred })
}

/// An instant of our own clock, to the second: versions may come within one minute.
pub(super) fn moment(at: Timestamp, tz: &TimeZone) -> DateLine {
    let text = at.to_zoned_datetime(tz.clone()).strftime("%-d %B %Y, %H:%M:%S %Z").to_string();
    DateLine { text, datetime: iso(at), doubtful: false, read_from: "", is_inferred: false }
}

/// A date that says nothing of how exact it is: midnight is taken for a day, and a full minute for a minute.
pub(super) fn bare(at: Timestamp, tz: &TimeZone) -> String {
    match at.as_second() {
        seconds if seconds.rem_euclid(86_400) == 0 => day(&at.to_zoned_datetime(TimeZone::UTC)),
        seconds if seconds.rem_euclid(60) == 0 => with_time(&at.to_zoned_datetime(tz.clone())),
        _ => moment(at, tz).text,
    }
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Instants are shown in the reader's zone, calendar dates as they stand.
fn worded(at: Timestamp, precision: Precision, tz: &TimeZone) -> (String, String) {
    let local = at.to_zoned_datetime(tz.clone());
    let calendar = at.to_zoned_datetime(TimeZone::UTC);
    match precision {
        Precision::Second => (with_time(&local), iso(at)),
        Precision::Minute => (with_time(&local), at.strftime("%Y-%m-%dT%H:%MZ").to_string()),
        Precision::Hour => {
            (local.strftime("%-d %B %Y, about %H:00 %Z").to_string(), at.strftime("%Y-%m-%dT%H:00Z").to_string())
        }
        Precision::Day | Precision::Unknown => (day(&calendar), calendar.strftime("%Y-%m-%d").to_string()),
        Precision::Month => (calendar.strftime("%B %Y").to_string(), calendar.strftime("%Y-%m").to_string()),
        Precision::Year => (calendar.strftime("%Y").to_string(), calendar.strftime("%Y").to_string()),
    }
}

fn day(date: &ZonedDateTime) -> String {
    date.strftime("%-d %B %Y").to_string()
}

fn with_time(moment: &ZonedDateTime) -> String {
    moment.strftime("%-d %B %Y, %H:%M %Z").to_string()
}

pub(super) fn read_from(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Feed => "as the feed gives it",
        Provenance::Page => "as the page gives it",
        Provenance::Url => "read from the address",
        Provenance::File => "read from the file",
        Provenance::Capture => "when the page was captured",
        Provenance::None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(precision: Precision, tz: &str, text: &str, datetime: &str) {
        let at = Some("2025-02-28T23:44:10Z".parse().unwrap());
        let stamp = Stamp { at, precision, from: Provenance::Page, implausible: false };
        let line = line(stamp, &TimeZone::get(tz).unwrap()).unwrap();
        assert_eq!((line.text.as_str(), line.datetime.as_str()), (text, datetime));
    }

    #[test]
    fn a_date_is_shown_as_exactly_as_it_is_known() {
        check(Precision::Second, "UTC", "28 February 2025, 23:44 UTC", "2025-02-28T23:44:10Z");
        check(Precision::Minute, "UTC", "28 February 2025, 23:44 UTC", "2025-02-28T23:44Z");
        check(Precision::Day, "UTC", "28 February 2025", "2025-02-28");
        check(Precision::Month, "UTC", "February 2025", "2025-02");
        check(Precision::Year, "UTC", "2025", "2025");
    }

    #[test]
    fn the_zone_moves_instants_and_leaves_calendar_dates() {
        check(Precision::Minute, "Europe/Berlin", "1 March 2025, 00:44 CET", "2025-02-28T23:44Z");
        check(Precision::Day, "Europe/Berlin", "28 February 2025", "2025-02-28");
    }

    #[test]
    fn a_bare_date_is_as_exact_as_it_can_be() {
        let cases = [
            ("2025-04-02T00:00:00Z", "2 April 2025"),
            ("2025-04-02T08:30:00Z", "2 April 2025, 08:30 UTC"),
            ("2025-04-02T08:30:07Z", "2 April 2025, 08:30:07 UTC"),
        ];
        for (at, text) in cases {
            assert_eq!(bare(at.parse().unwrap(), &TimeZone::UTC), text);
        }
    }

    #[test]
    fn no_date_is_no_line() {
        assert_eq!(line(Stamp::default(), &TimeZone::UTC), None);
    }
}
