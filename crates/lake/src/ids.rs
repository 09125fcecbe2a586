//! OCSF's captions and their numbers, the same in both versions.

/// `severity_id` and its caption.
const SEVERITIES: [(i32, &str); 8] = [
    (0, "Unknown"),
    (1, "Informational"),
    (2, "Low"),
    (3, "Medium"),
    (4, "High"),
    (5, "Critical"),
    (6, "Fatal"),
    (99, "Other"),
];

/// `status_id` (version 1: `state_id`) and its caption.
const STATUSES: [(i32, &str); 6] =
    [(0, "Unknown"), (1, "New"), (2, "In Progress"), (3, "Suppressed"), (4, "Resolved"), (99, "Other")];

/// The number of a caption; 99 (Other) for a caption that OCSF does not have, none for none.
fn id(captions: &[(i32, &str)], caption: &str) -> Option<i32> {
    if caption.is_empty() {
        return None;
    }
    Some(captions.iter().find(|(_, known)| *known == caption).map_or(99, |(id, _)| *id))
}

fn caption(captions: &[(i32, &'static str)], id: i64) -> Option<&'static str> {
    captions.iter().find(|(known, _)| i64::from(*known) == id).map(|(_, caption)| *caption)
}

pub(crate) fn severity_id(caption: &str) -> Option<i32> {
    id(&SEVERITIES, caption)
}

pub(crate) fn status_id(caption: &str) -> Option<i32> {
    id(&STATUSES, caption)
}

pub(crate) fn severity_caption(id: i64) -> Option<&'static str> {
    caption(&SEVERITIES, id)
}

pub(crate) fn status_caption(id: i64) -> Option<&'static str> {
    caption(&STATUSES, id)
}
