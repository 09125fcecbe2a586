//! The values that rows share: places, states, tags, parents, reasons.

use crate::distinct::HeapBytes;
use crate::normalise::normalise_reason;
use crate::text::fold;
use hashbrown::Equivalent;
use onepane_domain::{AccountId, Phase, Region, Transition, WorkloadId, WorkloadKind};
use std::hash::{Hash, Hasher};

/// Where a workload lives and of what kind it is: its identity without its name.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) kind: WorkloadKind,
    /// The usual ARN of a workload here, up to its name.
    pub(crate) arn_prefix: Box<str>,
}

/// What a [`Place`] is found by.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct PlaceKey<'a> {
    pub(crate) account: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) kind: &'a WorkloadKind,
}

impl<'a> PlaceKey<'a> {
    pub(crate) fn of(id: &'a WorkloadId) -> Self {
        Self { account: id.account, region: &id.region, kind: &id.kind }
    }

    pub(crate) fn to_place(self) -> Place {
        let nameless = WorkloadId {
            account: self.account,
            region: self.region.clone(),
            kind: self.kind.clone(),
            name: String::new(),
        };
        let arn_prefix = nameless.usual_arn().into_boxed_str();
        Place { account: self.account, region: nameless.region, kind: nameless.kind, arn_prefix }
    }
}

impl Place {
    pub(crate) fn key(&self) -> PlaceKey<'_> {
        PlaceKey { account: self.account, region: &self.region, kind: &self.kind }
    }
}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Equivalent<Place> for PlaceKey<'_> {
    fn equivalent(&self, place: &Place) -> bool {
        self.account == place.account && *self.kind == place.kind && *self.region == place.region
    }
}

impl HeapBytes for Place {
    fn heap_bytes(&self) -> usize {
        self.arn_prefix.heap_bytes() + self.region.as_str().len() + crate::distinct::BLOCK_OVERHEAD
    }
}

/// What a workload's state says in words that many share.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) status: Option<Box<str>>,
    pub(crate) secondary_status: Option<Box<str>>,
    pub(crate) instance_type: Option<Box<str>>,
    pub(crate) detail_type: Box<str>,
    pub(crate) instance_count: Option<u32>,
    pub(crate) phase: Phase,
    pub(crate) occurrence: bool,
}

/// What a [`State`] is found by.
#[derive(Debug, Clone, Copy, PartialEq, Hash)]
pub(crate) struct StateKey<'a> {
    status: Option<&'a str>,
    secondary_status: Option<&'a str>,
    instance_type: Option<&'a str>,
    detail_type: &'a str,
    instance_count: Option<u32>,
    phase: Phase,
    occurrence: bool,
}

impl<'a> StateKey<'a> {
    pub(crate) fn of(state: &'a Transition) -> Self {
        Self {
            status: state.status.as_deref(),
            secondary_status: state.secondary_status.as_deref(),
            instance_type: state.instance_type.as_deref(),
            detail_type: &state.detail_type,
            instance_count: state.instance_count,
            phase: state.phase,
            occurrence: state.occurrence,
        }
    }

    pub(crate) fn to_state(self) -> State {
        State {
            status: self.status.map(Into::into),
            secondary_status: self.secondary_status.map(Into::into),
            instance_type: self.instance_type.map(Into::into),
            detail_type: self.detail_type.into(),
            instance_count: self.instance_count,
            phase: self.phase,
            occurrence: self.occurrence,
        }
    }
}

impl State {
    fn key(&self) -> StateKey<'_> {
        StateKey {
            status: self.status.as_deref(),
            secondary_status: self.secondary_status.as_deref(),
            instance_type: self.instance_type.as_deref(),
            detail_type: &self.detail_type,
            instance_count: self.instance_count,
            phase: self.phase,
            occurrence: self.occurrence,
        }
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Equivalent<State> for StateKey<'_> {
    fn equivalent(&self, state: &State) -> bool {
        *self == state.key()
    }
}

impl HeapBytes for State {
    fn heap_bytes(&self) -> usize {
        self.status.heap_bytes()
            + self.secondary_status.heap_bytes()
            + self.instance_type.heap_bytes()
            + self.detail_type.heap_bytes()
    }
}

/// One tag of a resource.
#[derive(Debug, Clone)]
pub(crate) struct Tag {
    pub(crate) key: Box<str>,
    pub(crate) value: Box<str>,
}

/// What a [`Tag`] is found by: key and value.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct TagKey<'a>(pub(crate) &'a str, pub(crate) &'a str);

impl Hash for Tag {
    fn hash<H: Hasher>(&self, state: &mut H) {
        TagKey(&self.key, &self.value).hash(state);
    }
}

impl Equivalent<Tag> for TagKey<'_> {
    fn equivalent(&self, tag: &Tag) -> bool {
        *self.0 == *tag.key && *self.1 == *tag.value
    }
}

impl HeapBytes for Tag {
    fn heap_bytes(&self) -> usize {
        self.key.heap_bytes() + self.value.heap_bytes()
    }
}

/// How an ARN differs from the usual one of its workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ArnForm<'a> {
    /// Not at all.
    Usual,
    /// The name is in lower case, as SageMaker writes it.
    LowerCase,
    /// In some other way.
    Other(&'a str),
}

impl<'a> ArnForm<'a> {
    pub(crate) fn of(arn: &'a str, arn_prefix: &str, name: &str) -> Self {
        match arn.strip_prefix(arn_prefix) {
            Some(rest) if rest == name => Self::Usual,
            Some(rest) if rest.eq_ignore_ascii_case(name) && !rest.bytes().any(|b| b.is_ascii_uppercase()) => {
                Self::LowerCase
            }
            _ => Self::Other(arn),
        }
    }

    pub(crate) fn to_arn(self, arn_prefix: &str, name: &str) -> String {
        match self {
            Self::Usual => [arn_prefix, name].concat(),
            Self::LowerCase => [arn_prefix, &name.to_ascii_lowercase()].concat(),
            Self::Other(arn) => arn.to_owned(),
        }
    }
}

/// A workload that others belong to, whether it is held itself or not.
#[derive(Debug, Clone)]
pub(crate) struct ParentEntry {
    /// Code of its [`Place`].
    pub(crate) place: u32,
    pub(crate) name: Box<str>,
    pub(crate) lower_case_arn: bool,
    pub(crate) other_arn: Option<Box<str>>,
}

/// What a [`ParentEntry`] is found by. It hashes by place and name alone, so that all forms of ARN are found together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParentKey<'a> {
    pub(crate) place: u32,
    pub(crate) name: &'a str,
    pub(crate) arn: ArnForm<'a>,
}

impl ParentKey<'_> {
    pub(crate) fn to_entry(self) -> ParentEntry {
        let other_arn = match self.arn {
            ArnForm::Other(arn) => Some(arn.into()),
            ArnForm::Usual | ArnForm::LowerCase => None,
        };
        let lower_case_arn = self.arn == ArnForm::LowerCase;
        ParentEntry { place: self.place, name: self.name.into(), lower_case_arn, other_arn }
    }
}

impl ParentEntry {
    pub(crate) fn arn_form(&self) -> ArnForm<'_> {
        match &self.other_arn {
            Some(arn) => ArnForm::Other(arn),
            None if self.lower_case_arn => ArnForm::LowerCase,
            None => ArnForm::Usual,
        }
    }
}

impl Hash for ParentKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.place, self.name).hash(state);
    }
}

impl Hash for ParentEntry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.place, &*self.name).hash(state);
    }
}

impl Equivalent<ParentEntry> for ParentKey<'_> {
    fn equivalent(&self, parent: &ParentEntry) -> bool {
        self.place == parent.place && *self.name == *parent.name && self.arn == parent.arn_form()
    }
}

impl HeapBytes for ParentEntry {
    fn heap_bytes(&self) -> usize {
        self.name.heap_bytes() + self.other_arn.heap_bytes()
    }
}

/// A failure reason, in full, for search, and as the code of its normalised form.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(crate) text: Box<str>,
    /// In lower case; none where that changes nothing.
    pub(crate) folded: Option<Box<str>>,
    /// Code of the normalised reason.
    pub(crate) group: u32,
}

impl Reason {
    pub(crate) fn new(text: &str, group_code: impl FnOnce(&str) -> u32) -> Self {
        let folded = fold(text);
        Self {
            text: text.into(),
            folded: (*folded != *text).then(|| folded.into_owned().into_boxed_str()),
            group: group_code(&normalise_reason(text)),
        }
    }

    pub(crate) fn folded(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.text)
    }
}

/// What a [`Reason`] is found by.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct ReasonKey<'a>(pub(crate) &'a str);

impl Hash for Reason {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ReasonKey(&self.text).hash(state);
    }
}

impl Equivalent<Reason> for ReasonKey<'_> {
    fn equivalent(&self, reason: &Reason) -> bool {
        *self.0 == *reason.text
    }
}

impl HeapBytes for Reason {
    fn heap_bytes(&self) -> usize {
        self.text.heap_bytes() + self.folded.heap_bytes()
    }
}
