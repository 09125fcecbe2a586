//! The columns of the CSV export.

use crate::http::cells::push_line;
use onepane_domain::{Organization, Transition, percent_decode};

macro_rules! columns {
    ($($variant:ident = $name:literal $(| $alias:literal)*;)*) => {
        /// A column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Column { $($variant,)* }

        impl Column {
            /// Every column, in the order of an export that names none.
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the first line.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The column of that name, or of the name that the page's address has for it.
            fn find(name: &str) -> Option<Self> {
                match name {
                    $($name $(| $alias)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    Account = "account";
    Alias = "account_alias" | "alias";
    Ou = "ou";
    Region = "region";
    Kind = "kind";
    Name = "name";
    Phase = "phase";
    Status = "status";
    SecondaryStatus = "secondary_status" | "secondary";
    CreatedAt = "created_at" | "created";
    StartedAt = "started_at" | "started";
    EndedAt = "ended_at" | "ended";
    UpdatedAt = "updated_at" | "updated";
    DurationS = "duration_s" | "duration";
    InstanceType = "instance_type" | "instance";
    InstanceCount = "instance_count" | "instances";
    FailureReason = "failure_reason" | "reason";
    ParentKind = "parent_kind";
    ParentName = "parent_name" | "parent";
    Tags = "tags";
    Arn = "arn";
}

/// The columns that `cols=a,b` names, all without it. An unknown one is an error that names it.
pub(super) fn wanted(query_string: &str) -> Result<Vec<Column>, String> {
    let pairs = query_string.split('&').filter_map(|pair| pair.split_once('='));
    let Some(names) = pairs.filter(|(name, _)| *name == "cols").map(|(_, value)| percent_decode(value)).next_back()
    else {
        return Ok(Column::ALL.to_vec());
    };
    let names = names.split(',').filter(|name| !name.is_empty());
    let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    let unknown = |name: &str| format!("parameter cols: unknown column {name:?}; known are {}", known.join(", "));
    let columns: Vec<Column> =
        names.map(|name| Column::find(name).ok_or_else(|| unknown(name))).collect::<Result<_, _>>()?;
    Ok(if columns.is_empty() { Column::ALL.to_vec() } else { columns })
}

/// Rows as RFC 4180 has them, with the line of names first if asked for.
pub(super) fn csv(columns: &[Column], rows: &[Transition], organization: &Organization, header: bool) -> String {
    let mut text = String::with_capacity(rows.len() * columns.len() * 12);
    if header {
        push_line(&mut text, columns.iter().map(|column| column.name().to_owned()));
    }
    for row in rows {
        push_line(&mut text, columns.iter().map(|column| cell(*column, row, organization)));
    }
    text
}

fn cell(column: Column, row: &Transition, organization: &Organization) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let account = || organization.account(row.id.account);
    match column {
        Column::Account => row.id.account.to_string(),
        Column::Alias => account().map(|account| account.alias.clone()).unwrap_or_default(),
        Column::Ou => account().map(|account| account.ou.clone()).unwrap_or_default(),
        Column::Region => row.id.region.to_string(),
        Column::Kind => row.id.kind.to_string(),
        Column::Name => row.id.name.clone(),
        Column::Phase => row.phase.to_string(),
        Column::Status => text(&row.status),
        Column::SecondaryStatus => text(&row.secondary_status),
        Column::CreatedAt => row.created_at.map(|time| time.to_string()).unwrap_or_default(),
        Column::StartedAt => row.started_at.map(|time| time.to_string()).unwrap_or_default(),
        Column::EndedAt => row.ended_at.map(|time| time.to_string()).unwrap_or_default(),
        Column::UpdatedAt => row.updated_at().to_string(),
        Column::DurationS => row.duration_s.map(|seconds| seconds.to_string()).unwrap_or_default(),
        Column::InstanceType => text(&row.instance_type),
        Column::InstanceCount => row.instance_count.map(|count| count.to_string()).unwrap_or_default(),
        Column::FailureReason => text(&row.failure_reason),
        Column::ParentKind => row.parent.as_ref().map(|parent| parent.kind.to_string()).unwrap_or_default(),
        Column::ParentName => row.parent.as_ref().map(|parent| parent.name.clone()).unwrap_or_default(),
        Column::Tags => row.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(";"),
        Column::Arn => row.arn.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_separators_cannot_leave_their_cell() {
        let mut text = String::new();
        push_line(
            &mut text,
            ["plain", "a,b", "say \"x\"", "=HYPERLINK(\"x\")", "-1", "two\nlines"].map(str::to_owned).into_iter(),
        );
        assert_eq!(text, "plain,\"a,b\",\"say \"\"x\"\"\",\"'=HYPERLINK(\"\"x\"\")\",\"'-1\",\"two\nlines\"\r\n");
    }

    #[test]
    fn columns_are_chosen_by_either_name_and_unknown_ones_are_named() {
        assert_eq!(
            wanted("q=x&cols=name%2Cduration,reason").unwrap(),
            [Column::Name, Column::DurationS, Column::FailureReason]
        );
        assert_eq!(wanted("cols=").unwrap().len(), Column::ALL.len());
        assert!(wanted("cols=name,nmae").unwrap_err().contains("nmae"));
    }
}
