//! The reader's calendar: a zone and a now, and how local dates become edges in it.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

use super::super::ast::Edge;

pub(super) struct Calendar {
    pub(super) tz: TimeZone,
    pub(super) now: Timestamp,
}

/// From (inclusive) to (exclusive).
#[derive(Clone, Copy)]
pub(super) struct Period {
    pub(super) from: Edge,
    pub(super) to: Edge,
}

impl Calendar {
    pub(super) fn today(&self) -> Date {
        self.tz.to_datetime(self.now).date()
    }

    /// The whole days from `first` to before `end`; without an end, to the end of the calendar (the year 9999).
    pub(super) fn days(&self, first: Date, end: Option<Date>) -> Period {
        let to = end.map_or_else(|| self.local(DateTime::MAX), |end| self.local(end.at(0, 0, 0, 0)));
        Period { from: self.local(first.at(0, 0, 0, 0)), to }
    }

    pub(super) fn day(&self, day: Date) -> Period {
        self.days(day, day.tomorrow().ok())
    }

    /// A date and time on the wall. In the hour that is skipped it is moved on, in the one that comes twice it is the
    /// first; beyond what can be an instant it is the last that can.
    pub(super) fn local(&self, local: DateTime) -> Edge {
        let limit = if local.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
        let instant = self.tz.to_timestamp(local).unwrap_or(limit);
        Edge { instant_ms: instant.as_millisecond(), local_ms: local_ms(local) }
    }

    pub(super) fn instant(&self, instant: Timestamp) -> Edge {
        Edge { instant_ms: instant.as_millisecond(), local_ms: local_ms(self.tz.to_datetime(instant)) }
    }
}

/// With the offset of the zone then.
pub(super) fn describe(edge: Edge, tz: &TimeZone) -> String {
    match Timestamp::from_millisecond(edge.instant_ms) {
        Ok(instant) => instant.to_zoned_datetime(tz.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => "..".to_owned(),
    }
}

fn local_ms(local: DateTime) -> i64 {
    let since_1970 = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    since_1970.as_secs() * 1000 + i64::from(since_1970.subsec_millis())
}
