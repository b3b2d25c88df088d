//! What one subject did.

use std::net::{IpAddr, Ipv4Addr};

use gatepass_model::Timestamp;

use crate::activity::event::Observed;
use crate::activity::journal::Event;
use crate::activity::{Counts, UnixHour};

/// The counts of one subject in one hour, to be added to what is stored.
#[derive(Debug)]
pub(in crate::activity) struct HourTally {
    pub(in crate::activity) hour: UnixHour,
    pub(in crate::activity) counts: Counts,
    /// Most have none.
    parts: Option<Box<Parts>>,
}

#[derive(Debug, Default)]
struct Parts {
    /// By the name of the reason; each once.
    refusals: Vec<(u32, u64)>,
    /// Requests that passed and that another mode would have refused; each of these once.
    observed: Vec<(Observed, u64)>,
}

impl HourTally {
    fn new(hour: UnixHour) -> Self {
        Self { hour, counts: Counts::default(), parts: None }
    }

    /// Refusals by the names of their reasons; each once.
    pub(in crate::activity) fn refusals(&self) -> &[(u32, u64)] {
        self.parts.as_ref().map_or(&[], |parts| &parts.refusals)
    }

    /// Requests that passed and that another mode would have refused; each of these once.
    pub(in crate::activity) fn observed(&self) -> &[(Observed, u64)] {
        self.parts.as_ref().map_or(&[], |parts| &parts.observed)
    }
}

/// What one subject did. Texts are places in the fold's names. Kept small, and apart from who it
/// is: each request finds another one, which is in no cache.
#[derive(Debug)]
pub(in crate::activity) struct Tally {
    /// The first hour, and mostly the only one.
    hour: HourTally,
    others: Vec<HourTally>,
    pub(in crate::activity) last_at: Timestamp,
    pub(in crate::activity) last_address: IpAddr,
    pub(in crate::activity) last_instance: u32,
    pub(in crate::activity) last_agent: u32,
    /// How many lines of the log are kept.
    pub(in crate::activity) lines: u32,
}

impl Tally {
    pub(super) fn new(hour: UnixHour) -> Self {
        Self {
            hour: HourTally::new(hour),
            others: Vec::new(),
            last_at: Timestamp::EPOCH,
            last_address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            last_instance: 0,
            last_agent: 0,
            lines: 0,
        }
    }

    /// Its hours, each once.
    pub(in crate::activity) fn hours(&self) -> impl Iterator<Item = &HourTally> {
        std::iter::once(&self.hour).chain(&self.others)
    }

    pub(super) fn add(&mut self, event: &Event, instance: u32, agent: u32, reason: Option<u32>) {
        let hour = self.hour(UnixHour::of(event.at));
        hour.counts.add(&Counts {
            requests: 1,
            refused: u64::from(reason.is_some()),
            bytes_in: event.bytes_in,
            bytes_out: event.bytes_out,
            upstream_micros: event.upstream_micros,
        });
        if reason.is_some() || event.has_observed() {
            let parts = hour.parts.get_or_insert_default();
            if let Some(reason) = reason {
                add_one(&mut parts.refusals, reason);
            }
            event.observed().for_each(|what| add_one(&mut parts.observed, what));
        }
        // An upload that ends late came early: it is no newer use.
        if event.at >= self.last_at {
            self.last_at = event.at;
            self.last_instance = instance;
            self.last_address = event.address;
            self.last_agent = agent;
        }
    }

    fn hour(&mut self, hour: UnixHour) -> &mut HourTally {
        if self.hour.hour == hour {
            return &mut self.hour;
        }
        if !self.others.iter().any(|known| known.hour == hour) {
            self.others.push(HourTally::new(hour));
        }
        self.others.iter_mut().find(|known| known.hour == hour).unwrap_or(&mut self.hour)
    }
}

fn add_one<T: PartialEq>(parts: &mut Vec<(T, u64)>, name: T) {
    match parts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, count)) => *count += 1,
        None => parts.push((name, 1)),
    }
}
