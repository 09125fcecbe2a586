//! Where planned events go: those in the wanted window are written as JSON and wait for their turn, all others cost
//! nothing.

use crate::DemoEvent;
use crate::json::Object;
use crate::random::mix;
use crate::site::Site;
use onepane_domain::{AccountId, Timestamp};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What the envelope of an event says.
pub(crate) struct Envelope<'a> {
    pub(crate) site: &'a Site,
    pub(crate) region: &'a str,
    pub(crate) detail_type: &'a str,
    /// When it happens, in epoch milliseconds; the envelope gives whole seconds, as EventBridge does.
    pub(crate) at: i64,
    pub(crate) resources: &'a [&'a str],
    /// Random bits, from which the event's id and the whims of its delivery follow.
    pub(crate) bits: u64,
}

#[derive(Debug)]
struct Queued {
    deliver: i64,
    sequence: u64,
    time: i64,
    json: String,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    /// The earliest is the greatest, so that a heap gives it first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.deliver, other.sequence).cmp(&(self.deliver, self.sequence))
    }
}

/// Collects events that are delivered in a window of time.
#[derive(Debug)]
pub(crate) struct Sink {
    after: i64,
    upto: i64,
    /// From this instant on, nothing comes from this account.
    silent: (AccountId, i64),
    queue: BinaryHeap<Queued>,
    sequence: u64,
}

/// One event in this many is delivered twice, with one id.
const ONE_IN_TWICE: u64 = 110;
/// One event in this many is delivered late, after events that happened later.
const ONE_IN_LATE: u64 = 70;
/// The longest delay of a late or second delivery, in milliseconds.
const MAX_DELAY: u64 = 90_000;

impl Sink {
    /// A sink for events delivered after `after` and not later than `upto`.
    pub(crate) fn new(after: i64, upto: i64, silent: (AccountId, i64)) -> Self {
        Self { after, upto, silent, queue: BinaryHeap::new(), sequence: 0 }
    }

    /// Takes one event; `fill` writes its detail if the event is wanted.
    pub(crate) fn emit(&mut self, envelope: &Envelope<'_>, fill: impl FnOnce(&mut Object<'_>)) {
        let time = envelope.at - envelope.at.rem_euclid(1_000);
        if envelope.site.account == self.silent.0 && time > self.silent.1 {
            return;
        }
        let whims = mix(envelope.bits);
        let delay = 1_000 + i64::try_from(mix(whims) % MAX_DELAY).unwrap_or(0);
        let first = if whims.is_multiple_of(ONE_IN_LATE) { time + delay } else { time };
        let second = (whims / 1_000).is_multiple_of(ONE_IN_TWICE).then_some(time + delay + 500);
        let wanted = |deliver: i64| deliver > self.after && deliver <= self.upto;
        let deliveries = [Some(first), second].map(|deliver| deliver.filter(|deliver| wanted(*deliver)));
        if deliveries == [None, None] {
            return;
        }
        let json = write(envelope, time, whims, fill);
        for deliver in deliveries.into_iter().flatten() {
            self.sequence += 1;
            self.queue.push(Queued { deliver, sequence: self.sequence, time, json: json.clone() });
        }
    }

    /// When the next waiting event is delivered.
    pub(crate) fn next_at(&self) -> Option<i64> {
        self.queue.peek().map(|next| next.deliver)
    }

    /// The next event that is delivered not later than `limit`, and when it is delivered.
    pub(crate) fn pop(&mut self, limit: i64) -> Option<(i64, DemoEvent)> {
        self.next_at().filter(|deliver| *deliver <= limit)?;
        let next = self.queue.pop()?;
        Some((next.deliver, DemoEvent { time: Timestamp::saturating_from_millis(next.time), json: next.json }))
    }
}

fn write(envelope: &Envelope<'_>, time: i64, bits: u64, fill: impl FnOnce(&mut Object<'_>)) -> String {
    let mut json = String::with_capacity(1_200);
    let text = Timestamp::saturating_from_millis(time).to_string();
    Object::write(&mut json, |event| {
        event.text("version", "0").text("id", &uuid(bits)).text("detail-type", envelope.detail_type);
        event.text("source", "aws.sagemaker").text("account", &envelope.site.id);
        event.format("time", format_args!("{}Z", text.get(..19).unwrap_or_default())).text("region", envelope.region);
        event.texts("resources", envelope.resources).object("detail", fill);
    });
    json
}

/// A UUID of version 4 from 64 random bits.
pub(crate) fn uuid(bits: u64) -> String {
    let (high, low) = (mix(bits ^ 0x11d), mix(bits.rotate_left(17) ^ 0x22e));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// `YYYY-MM-DDTHH:MM:SSZ` of an instant in epoch milliseconds.
pub(crate) fn iso(at: i64) -> String {
    let text = Timestamp::saturating_from_millis(at).to_string();
    format!("{}Z", text.get(..19).unwrap_or_default())
}
