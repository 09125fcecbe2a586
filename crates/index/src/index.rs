//! The index itself: what it holds, and how it changes.

use crate::distinct::{Distinct, NONE, renamed};
use crate::entries::{
    ArnForm, ParentEntry, ParentKey, Place, PlaceKey, Reason, ReasonKey, State, StateKey, Tag, TagKey,
};
use crate::ranks::Ranks;
use crate::rows::{
    ARN_LOWER_CASE, DURATION_DERIVED, NO_TIME, Odd, Rows, Values, packed_time, packed_uuid, seconds_between,
    unpacked_time, unpacked_uuid,
};
use onepane_domain::{CollectionSource, Organization, Parent, Timestamp, Transition, WorkloadId};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What became of a state that was given to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Applied {
    /// The workload was not known; now it is.
    Inserted,
    /// The workload's state was older and has been replaced.
    Updated,
    /// The index holds this state or a newer one: nothing changed.
    Stale,
}

/// The newest state of every workload, in memory, in columns: the read model that answers searches and counts.
///
/// Answers depend on what was applied and on the arguments alone; nothing here reads a clock.
#[derive(Debug, Clone, Default)]
pub struct WorkloadIndex {
    pub(crate) organization: Organization,
    pub(crate) rows: Rows,
    pub(crate) places: Distinct<Place>,
    pub(crate) states: Distinct<State>,
    pub(crate) tags: Distinct<Tag>,
    pub(crate) tag_sets: Distinct<Box<[u32]>>,
    pub(crate) parents: Distinct<ParentEntry>,
    pub(crate) reasons: Distinct<Reason>,
    pub(crate) reason_groups: Distinct<Box<str>>,
    pub(crate) ranks: Ranks,
}

impl WorkloadIndex {
    /// An empty index that knows the accounts of `organization` by their OUs.
    pub fn new(organization: Organization) -> Self {
        Self { organization, ..Self::default() }
    }

    /// Takes another organization from now on: OU filters and counts follow it.
    pub fn set_organization(&mut self, organization: Organization) {
        self.organization = organization;
    }

    /// How many workloads are held.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True while nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes held by all columns, tables and texts, with what is reserved in them.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.rows.memory_bytes()
            + self.places.memory_bytes()
            + self.states.memory_bytes()
            + self.tags.memory_bytes()
            + self.tag_sets.memory_bytes()
            + self.parents.memory_bytes()
            + self.reasons.memory_bytes()
            + self.reason_groups.memory_bytes()
            + self.ranks.memory_bytes()
    }

    /// Takes a workload's state, unless one as new or newer is held (see [`Transition::version`]).
    pub fn apply(&mut self, state: &Transition) -> Applied {
        let held = self.row_of(&state.id);
        if held.is_some_and(|row| !self.is_newer(state, row)) {
            return Applied::Stale;
        }
        let row = match held {
            Some(row) => row,
            None => {
                let place_key = PlaceKey::of(&state.id);
                let places_before = self.places.len();
                let place = self.places.acquire(&place_key, || place_key.to_place());
                if self.places.len() > places_before {
                    self.ranks.forget_places();
                }
                self.rows.push(place, &state.id.name)
            }
        };
        let arn_prefix = &self.places.get(self.rows.place[row]).arn_prefix;
        let arn = ArnForm::of(&state.arn, arn_prefix, &state.id.name);
        let (values, odd) = self.pack(state, arn);
        if held.is_some() {
            self.release_values(row);
        }
        self.rows.set(row, &values, odd);
        if held.is_none() {
            return Applied::Inserted;
        }
        let tables_full_of_garbage = self.reasons.is_mostly_unused()
            || self.tag_sets.is_mostly_unused()
            || self.parents.is_mostly_unused()
            || self.states.is_mostly_unused();
        if tables_full_of_garbage {
            self.drop_unused();
        }
        Applied::Updated
    }

    pub(crate) fn row_of(&self, id: &WorkloadId) -> Option<usize> {
        let place = self.places.find(&PlaceKey::of(id))?;
        self.rows.find(place, &id.name)
    }

    /// Compares versions as [`Transition::version`] does: time, rank, event id.
    fn is_newer(&self, state: &Transition, row: usize) -> bool {
        let held_rank = self.states.get(self.rows.state[row]).phase.rank();
        (state.event_time.millis(), state.phase.rank())
            .cmp(&(self.rows.updated[row], held_rank))
            .then_with(|| state.event_id.as_str().cmp(&self.event_id(row)))
            .is_gt()
    }

    fn event_id(&self, row: usize) -> String {
        match self.rows.odd(row).and_then(|odd| odd.event_id.as_deref()) {
            Some(event_id) => event_id.to_owned(),
            None => unpacked_uuid(self.rows.event_id[row]),
        }
    }

    fn pack(&mut self, state: &Transition, arn: ArnForm<'_>) -> (Values, Odd) {
        let mut odd = Odd::default();
        let mut flags = 0;
        match arn {
            ArnForm::Usual => {}
            ArnForm::LowerCase => flags |= ARN_LOWER_CASE,
            ArnForm::Other(arn) => odd.arn = Some(arn.into()),
        }
        let event_id = packed_uuid(&state.event_id).unwrap_or_else(|| {
            odd.event_id = Some(state.event_id.as_str().into());
            [0; 16]
        });
        let (started, ended) = (packed_time(state.started_at), packed_time(state.ended_at));
        if let Some(duration) = state.duration_s {
            let derivable = started != NO_TIME && ended != NO_TIME;
            if derivable && seconds_between(started, ended).to_bits() == duration.to_bits() {
                flags |= DURATION_DERIVED;
            } else {
                odd.duration = Some(duration);
            }
        }
        let state_key = StateKey::of(state);
        let values = Values {
            state: self.states.acquire(&state_key, || state_key.to_state()),
            tags: self.tag_set_code(&state.tags),
            reason: state.failure_reason.as_deref().map_or(NONE, |reason| self.reason_code(reason)),
            parent: state.parent.as_ref().map_or(NONE, |parent| self.parent_code(&state.id, parent)),
            event_id,
            updated: state.updated_at().millis(),
            created: packed_time(state.created_at),
            started,
            ended,
            flags,
        };
        (values, odd)
    }

    fn tag_set_code(&mut self, tags: &BTreeMap<String, String>) -> u32 {
        let codes: Vec<u32> = tags
            .iter()
            .map(|(key, value)| {
                let make = || Tag { key: key.as_str().into(), value: value.as_str().into() };
                self.tags.acquire(&TagKey(key, value), make)
            })
            .collect();
        let sets_before = self.tag_sets.len();
        let set = self.tag_sets.acquire(codes.as_slice(), || codes.as_slice().into());
        if self.tag_sets.len() == sets_before {
            // The set is held already, and with it its tags: a tag counts one use a set.
            codes.iter().for_each(|tag| self.tags.release(*tag));
        }
        set
    }

    fn reason_code(&mut self, reason: &str) -> u32 {
        let groups = &mut self.reason_groups;
        let group_code = |group: &str| groups.acquire(group, || group.into());
        let reasons_before = self.reasons.len();
        let code = self.reasons.acquire(&ReasonKey(reason), || Reason::new(reason, group_code));
        if self.reasons.len() > reasons_before {
            self.ranks.forget_reasons();
        }
        code
    }

    fn parent_code(&mut self, child: &WorkloadId, parent: &Parent) -> u32 {
        let place_key = PlaceKey { account: child.account, region: &child.region, kind: &parent.kind };
        let places_before = self.places.len();
        let place = self.places.acquire(&place_key, || place_key.to_place());
        if self.places.len() > places_before {
            self.ranks.forget_places();
        }
        let arn = ArnForm::of(&parent.arn, &self.places.get(place).arn_prefix, &parent.name);
        let key = ParentKey { place, name: &parent.name, arn };
        let parents_before = self.parents.len();
        let code = self.parents.acquire(&key, || key.to_entry());
        if self.parents.len() == parents_before {
            // A place counts one use a parent, and this parent is held already.
            self.places.release(place);
        }
        code
    }

    fn release_values(&mut self, row: usize) {
        self.states.release(self.rows.state[row]);
        self.tag_sets.release(self.rows.tags[row]);
        self.reasons.release(self.rows.reason[row]);
        self.parents.release(self.rows.parent[row]);
    }

    /// Drops the workloads whose last update is before `cutoff` and that are not active; tells how many.
    pub fn retain_since(&mut self, cutoff: Timestamp) -> usize {
        let active: Vec<bool> = self.states.items().iter().map(|state| state.phase.is_active()).collect();
        let kept = |row: usize| self.rows.updated[row] >= cutoff.millis() || active[self.rows.state[row] as usize];
        let keep: Vec<bool> = (0..self.len()).map(kept).collect();
        let dropped: Vec<usize> = keep.iter().enumerate().filter(|(_, keep)| !**keep).map(|(row, _)| row).collect();
        if dropped.is_empty() {
            return 0;
        }
        for row in &dropped {
            self.release_values(*row);
            self.places.release(self.rows.place[*row]);
        }
        self.rows.retain(&keep);
        self.drop_unused();
        dropped.len()
    }

    /// Drops the shared values that no row uses any more. Parents, tag sets and reasons go first, because they use
    /// places, tags and groups.
    fn drop_unused(&mut self) {
        let places = &mut self.places;
        let parents = self.parents.drop_unused(|parent| places.release(parent.place));
        let tags = &mut self.tags;
        let tag_sets = self.tag_sets.drop_unused(|set| set.iter().for_each(|tag| tags.release(*tag)));
        let groups = &mut self.reason_groups;
        let reasons = self.reasons.drop_unused(|reason| groups.release(reason.group));
        let states = self.states.drop_unused(drop);
        let rename =
            |column: &mut Vec<u32>, new: &[u32]| column.iter_mut().for_each(|code| *code = renamed(*code, new));
        rename(&mut self.rows.parent, &parents);
        rename(&mut self.rows.tags, &tag_sets);
        rename(&mut self.rows.reason, &reasons);
        rename(&mut self.rows.state, &states);

        let new_tags = self.tags.drop_unused(drop);
        for set in self.tag_sets.items_mut() {
            set.iter_mut().for_each(|tag| *tag = renamed(*tag, &new_tags));
        }
        self.tag_sets.rehash();
        let new_groups = self.reason_groups.drop_unused(drop);
        for reason in self.reasons.items_mut() {
            reason.group = renamed(reason.group, &new_groups);
        }
        let new_places = self.places.drop_unused(drop);
        for parent in self.parents.items_mut() {
            parent.place = renamed(parent.place, &new_places);
        }
        self.parents.rehash();
        rename(&mut self.rows.place, &new_places);
        self.rows.rehash();
        self.ranks = Ranks::default();
    }

    /// The earliest last update among the workloads held.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.rows.updated.par_iter().min().copied().and_then(unpacked_time)
    }

    /// A workload's state, exactly as it was applied.
    pub fn get(&self, id: &WorkloadId) -> Option<Transition> {
        self.row_of(id).map(|row| self.transition(row))
    }

    pub(crate) fn workload_id(&self, row: usize) -> WorkloadId {
        let place = self.places.get(self.rows.place[row]);
        let name = self.rows.name(row).into_owned();
        WorkloadId { account: place.account, region: place.region.clone(), kind: place.kind.clone(), name }
    }

    /// What was applied to a row, rebuilt.
    pub(crate) fn transition(&self, row: usize) -> Transition {
        let rows = &self.rows;
        let id = self.workload_id(row);
        let arn_prefix = &self.places.get(rows.place[row]).arn_prefix;
        let arn_form = match rows.odd(row).and_then(|odd| odd.arn.as_deref()) {
            Some(arn) => ArnForm::Other(arn),
            None if rows.flags[row] & ARN_LOWER_CASE != 0 => ArnForm::LowerCase,
            None => ArnForm::Usual,
        };
        let state = self.states.get(rows.state[row]);
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let tag = |tag: &u32| {
            let tag = self.tags.get(*tag);
            (tag.key.to_string(), tag.value.to_string())
        };
        Transition {
            event_id: self.event_id(row),
            event_time: Timestamp::saturating_from_millis(rows.updated[row]),
            arn: arn_form.to_arn(arn_prefix, &id.name),
            id,
            status: text(&state.status),
            secondary_status: text(&state.secondary_status),
            phase: state.phase,
            created_at: unpacked_time(rows.created[row]),
            started_at: unpacked_time(rows.started[row]),
            ended_at: unpacked_time(rows.ended[row]),
            duration_s: rows.duration(row),
            failure_reason: self.reason(row).map(|reason| reason.text.to_string()),
            instance_type: text(&state.instance_type),
            instance_count: state.instance_count,
            parent: self.parent(row),
            tags: self.tag_sets.get(rows.tags[row]).iter().map(tag).collect(),
            occurrence: state.occurrence,
            detail_type: state.detail_type.to_string(),
        }
    }

    pub(crate) fn reason(&self, row: usize) -> Option<&Reason> {
        self.reasons.items().get(self.rows.reason[row] as usize)
    }

    fn parent(&self, row: usize) -> Option<Parent> {
        let parent = self.parents.items().get(self.rows.parent[row] as usize)?;
        let place = self.places.get(parent.place);
        let arn = parent.arn_form().to_arn(&place.arn_prefix, &parent.name);
        Some(Parent { kind: place.kind.clone(), name: parent.name.to_string(), arn })
    }

    /// The workloads that belong to `id` (in its account and Region), by start, else creation; those with neither come
    /// last. At most `limit`, and how many there are.
    pub fn children(&self, id: &WorkloadId, limit: usize) -> (Vec<Transition>, u64) {
        let Some(place) = self.places.find(&PlaceKey::of(id)) else { return (Vec::new(), 0) };
        let key = ParentKey { place, name: &id.name, arn: ArnForm::Usual };
        let parents = self.parents.find_all(&key, |parent| parent.place == place && *parent.name == *id.name);
        if parents.is_empty() {
            return (Vec::new(), 0);
        }
        const PIECE: usize = 65_536;
        let in_piece = |(piece, column): (usize, &[u32])| -> Vec<usize> {
            let found = |parent: &u32| parents.iter().any(|wanted| wanted == parent);
            let rows = column.iter().enumerate().filter(|(_, parent)| found(parent));
            rows.map(|(at, _)| piece * PIECE + at).collect()
        };
        let mut children: Vec<usize> = self.rows.parent.par_chunks(PIECE).enumerate().flat_map_iter(in_piece).collect();
        let total = children.len() as u64;
        let began = |row: usize| {
            let started = self.rows.started[row];
            let began = if started == NO_TIME { self.rows.created[row] } else { started };
            if began == NO_TIME { i64::MAX } else { began }
        };
        children.sort_by_cached_key(|row| (began(*row), self.workload_id(*row)));
        (children.into_iter().take(limit).map(|row| self.transition(row)).collect(), total)
    }

    /// What each account sends from each Region, by account, then Region.
    pub fn sources(&self) -> Vec<CollectionSource> {
        let mut by_place = vec![(0u64, i64::MIN); self.places.len()];
        for (place, updated) in self.rows.place.iter().zip(&self.rows.updated) {
            let (count, newest) = &mut by_place[*place as usize];
            *count += 1;
            *newest = (*newest).max(*updated);
        }
        let mut sources = BTreeMap::new();
        for (place, (count, newest)) in self.places.items().iter().zip(by_place) {
            if count == 0 {
                continue;
            }
            let entry = sources.entry((place.account, &place.region)).or_insert((0, i64::MIN));
            entry.0 += count;
            entry.1 = entry.1.max(newest);
        }
        sources
            .into_iter()
            .map(|((account, region), (workloads, newest))| CollectionSource {
                account,
                region: region.clone(),
                last_event: Timestamp::saturating_from_millis(newest),
                workloads,
            })
            .collect()
    }
}
