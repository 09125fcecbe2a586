//! Refuses requests that another site's page makes a browser send.
//!
//! A page elsewhere can let its own name resolve to 127.0.0.1 and then read our answers as its own (DNS rebinding): so
//! the `Host` must be a name of this machine's loopback, with our port. It can also send requests whose answers it
//! cannot read: so nothing but reading is allowed to requests that come from elsewhere.

use super::plain;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// The hosts under which this server is known.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Arc<[String]>);

impl Hosts {
    /// The loopback's names with this port; without it too where it is HTTP's own.
    pub(super) fn of_port(port: u16) -> Self {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        let with_port = names.iter().map(|name| format!("{name}:{port}"));
        let without = names.iter().filter(|_| port == 80).map(|name| (*name).to_owned());
        Self(with_port.chain(without).collect())
    }

    fn knows(&self, host: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// The path that needs no browser's word, because it has a key of its own.
const KEYED: &str = "/ingest/events";

pub(super) async fn same_site_only(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match refusal(&hosts, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

fn refusal(hosts: &Hosts, request: &Request) -> Option<Response> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let authority = request.uri().authority().map(axum::http::uri::Authority::as_str);
    let host = authority.or_else(|| header(header::HOST.as_str())).unwrap_or_default();
    if !hosts.knows(host) {
        let text = format!("This server answers as {} only.", hosts.0.join(", "));
        return Some(plain(StatusCode::MISDIRECTED_REQUEST, text));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || request.uri().path() == KEYED {
        return None;
    }
    let from_here = match (header("sec-fetch-site"), header(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.strip_prefix("http://").is_some_and(|host| hosts.knows(host)),
        // Not a browser.
        (None, None) => true,
    };
    (!from_here).then(|| plain(StatusCode::FORBIDDEN, "Requests from another site's page are refused."))
}
