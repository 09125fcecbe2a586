//! An investigation as the page shows it, on the server alone: hundreds of cells, none of which has to be brought to life.

use crate::api::Behind;
use crate::components::{status_text, workload_path};
use crate::format;
use crate::html::Text;
use crate::pages::security::{severity_dot, value_name};
use onepane_domain::{
    AccountId, ApiCall, Breakdown, Dimension, FindingRow, Investigation, Organization, Transition, WorkloadId,
};
use std::fmt::Write;

/// The page's form of an investigation.
pub(crate) fn behind(found: Investigation, organization: &Organization) -> Behind {
    Behind {
        breakdowns: breakdowns_html(&found.breakdowns, organization),
        rows: rows_html(&found.rows, organization),
        shown: u32::try_from(found.rows.len()).unwrap_or(u32::MAX),
        more: found.more,
        sql: found.sql,
        workloads: workloads_html(&found.workloads, organization),
        workloads_total: found.workloads_total,
        calls: calls_html(&found.calls, organization),
        scanned: (!found.cost.reused).then_some(found.cost.bytes_scanned),
        notes: found.notes,
    }
}

/// An account by the name that people know, else its id.
fn account_name(organization: &Organization, id: AccountId) -> String {
    organization.account(id).map_or_else(|| id.to_string(), |account| account.alias.clone())
}

fn account(organization: &Organization, id: Option<AccountId>) -> String {
    let Some(id) = id else { return String::new() };
    format!("<span title=\"{id}\">{}</span>", Text(&account_name(organization, id)))
}

/// A dimension's name with a large letter: `Account`.
fn label(dimension: &Dimension) -> String {
    format::sentence(&dimension.as_str().replace('_', " "))
}

/// By account, resource, severity: at the point, against the days before. Writing to a String cannot fail.
fn breakdowns_html(breakdowns: &[Breakdown], organization: &Organization) -> String {
    let mut html = String::new();
    for breakdown in breakdowns {
        let _ = write!(
            html,
            "<section class=\"breakdown\"><table class=\"plain\"><thead><tr><th scope=\"col\">{} <small>{}</small></th>\
             <th scope=\"col\" class=\"num\">Then</th><th scope=\"col\" class=\"num\">Usual</th></tr></thead><tbody>",
            Text(&label(&breakdown.dimension)),
            breakdown.total,
        );
        let most = breakdown.rows.iter().map(|row| row.at_point).max().unwrap_or(1).max(1);
        for row in &breakdown.rows {
            let name = match row.value.parse() {
                Ok(id) if breakdown.dimension == Dimension::ACCOUNT => account_name(organization, id),
                _ => value_name(&row.value).to_owned(),
            };
            let short = if breakdown.dimension == Dimension::RESOURCE { short_resource(&name) } else { &name };
            let dot = if breakdown.dimension == Dimension::SEVERITY { severity_dot(&row.value) } else { String::new() };
            #[allow(clippy::cast_precision_loss)] // counts are far below 2^53
            let width = row.at_point as f64 / most as f64 * 100.0;
            let _ = write!(
                html,
                "<tr><td class=\"breakdown-name\" title=\"{whole}\" style=\"--bar:{width:.1}%\">{dot}<span>{short}</span></td>\
                 <td class=\"num\"><b>{then}</b></td><td class=\"num dim\">{usual}</td></tr>",
                whole = Text(&row.value),
                short = Text(short),
                then = format::count(row.at_point),
                usual = Text(&row.usual),
            );
        }
        html.push_str("</tbody></table></section>");
    }
    html
}

/// The end of an ARN, which tells resources of one account apart.
fn short_resource(uid: &str) -> &str {
    match uid.strip_prefix("arn:") {
        Some(rest) => rest.splitn(5, ':').nth(4).filter(|tail| !tail.is_empty()).unwrap_or(uid),
        None => uid,
    }
}

/// The records.
fn rows_html(rows: &[FindingRow], organization: &Organization) -> String {
    if rows.is_empty() {
        return "<p class=\"dim\">No records in this time.</p>".to_owned();
    }
    let mut html =
        "<table class=\"plain records\"><thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Severity</th>\
        <th scope=\"col\">Finding</th><th scope=\"col\">Account</th><th scope=\"col\">Resource</th>\
        <th scope=\"col\">Status</th></tr></thead><tbody>"
            .to_owned();
    for row in rows {
        let kind = row.types.first().map_or(row.product.as_str(), String::as_str);
        let resource = row.resources.first();
        let more = row.resources.len().saturating_sub(1);
        let _ = write!(
            html,
            "<tr><td class=\"when\">{time}</td><td class=\"when\">{dot}{severity}</td>\
             <td class=\"finding\" title=\"{description}\">{title}<span class=\"sub\">{kind}</span></td>\
             <td class=\"when\">{account}<span class=\"sub\">{region}</span></td>\
             <td class=\"resource\" title=\"{uid}\">{short}<span class=\"sub\">{resource_kind}{more}</span></td><td>{status}</td></tr>",
            time = Text(row.time.to_string().get(..19).unwrap_or_default()).to_string().replace('T', " "),
            dot = severity_dot(&row.severity),
            severity = Text(&row.severity),
            description = Text(&row.description),
            title = Text(if row.title.is_empty() { &row.uid } else { &row.title }),
            kind = Text(kind),
            account = account(organization, row.account),
            region = Text(&row.region),
            uid = Text(resource.map_or("", |resource| resource.uid.as_str())),
            short = Text(resource.map_or("", |resource| short_resource(&resource.uid))),
            resource_kind = Text(resource.map_or("", |resource| resource.kind.as_str())),
            more = if more > 0 { format!(" and {more} more") } else { String::new() },
            status = Text(&row.status),
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// The workloads that changed in that time.
fn workloads_html(workloads: &[Transition], organization: &Organization) -> String {
    if workloads.is_empty() {
        return "<p class=\"dim\">None in that time.</p>".to_owned();
    }
    let mut html = "<table class=\"plain\"><tbody>".to_owned();
    for workload in workloads {
        let _ = write!(
            html,
            "<tr><td class=\"when\"><span class=\"phase\"><i class=\"dot\" data-phase=\"{phase}\"></i><span>{status}</span></span></td>\
             <td class=\"name\"><a class=\"workload-link\" href=\"{path}\">{name}</a><span class=\"sub\">{kind}</span></td>\
             <td>{account}</td><td class=\"num dim when\">{time}</td></tr>",
            phase = workload.phase.as_str(),
            status = Text(&status_text(workload)),
            path = Text(&workload_path(&workload.id)),
            name = Text(&workload.id.name),
            kind = Text(workload.id.kind.label()),
            account = account(organization, Some(workload.id.account)),
            time = format::day_and_minute(workload.event_time),
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// The API calls of that time; each the way to the workload it was about.
fn calls_html(calls: &[ApiCall], organization: &Organization) -> String {
    if calls.is_empty() {
        return "<p class=\"dim\">None in that time.</p>".to_owned();
    }
    let mut html = "<table class=\"plain\"><tbody>".to_owned();
    for call in calls {
        let about = call.resource.as_ref().map(|resource| {
            let id = WorkloadId {
                account: call.account,
                region: call.region.clone(),
                kind: resource.kind.clone(),
                name: resource.name.clone(),
            };
            format!("<a class=\"workload-link\" href=\"{}\">{}</a>", Text(&workload_path(&id)), Text(&resource.name))
        });
        let actor = call.actor.as_deref().unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td><code>{event}</code>{error}<span class=\"sub\" title=\"{actor}\">{who}</span></td>\
             <td class=\"name\">{about}</td><td>{account}</td><td class=\"num dim when\">{time}</td></tr>",
            event = Text(&call.event_name),
            error = match &call.error_code {
                Some(code) => format!(" <span class=\"warn\">{}</span>", Text(code)),
                None => String::new(),
            },
            actor = Text(actor),
            who = Text(short_actor(actor)),
            about = about.unwrap_or_default(),
            account = account(organization, Some(call.account)),
            time = format::day_and_minute(call.event_time),
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// The part of an ARN that tells people who it was: `role/session`, `user/name`.
fn short_actor(actor: &str) -> &str {
    let rest = actor.rsplit(':').next().unwrap_or(actor);
    rest.strip_prefix("assumed-role/").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_by_their_end() {
        assert_eq!(short_resource("arn:aws:ec2:eu-west-1:111122223333:instance/i-0a"), "instance/i-0a");
        assert_eq!(short_resource("arn:aws:s3:::bucket"), "bucket");
        assert_eq!(short_resource("AWS::::Account:111122223333"), "AWS::::Account:111122223333");
        assert_eq!(short_resource("arn:odd"), "arn:odd");
    }
}
