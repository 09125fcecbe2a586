//! What may go wrong, and for which calls.

use super::Call;
use super::wire::{self, Refusal};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream;
use onepane_domain::{AccountId, Region};

#[derive(Debug, Clone)]
pub enum Fault {
    /// Throttled, with the milliseconds after which to come again if any.
    Throttled { retry_after: Option<u32> },
    /// An error by its status and code.
    Error { status: u16, code: &'static str },
    /// A proxy's answer: a status and a page of HTML.
    Html { status: u16 },
    /// A body that is no CBOR.
    BrokenCbor,
    /// A body that ends too soon, by its length.
    Truncated,
    /// A well-formed answer whose values are of another kind.
    OtherShape,
    /// The connection ends without an answer.
    Closed,
    /// JSON, and said to be JSON.
    WrongContentType,
    /// The answer waits for `StandIn::release`.
    Held,
    /// Every series of an account is forbidden.
    ForbiddenAccount(AccountId),
    /// Series of metrics of this name break.
    BrokenMetric(&'static str),
    /// Series of metrics of this name are partial with a message, and there is no further page.
    PartialMetric(&'static str),
    /// A message on the whole answer.
    Message { code: &'static str, value: &'static str },
}

/// A fault, and the calls that it strikes.
#[derive(Debug, Clone)]
pub struct Rule {
    pub operation: Option<&'static str>,
    pub region: Option<Region>,
    /// Calls that fit and are let through first.
    pub skip: usize,
    /// Calls that are struck.
    pub times: usize,
    pub fault: Fault,
}

impl Rule {
    /// Strikes every call.
    pub fn always(fault: Fault) -> Self {
        Self { operation: None, region: None, skip: 0, times: usize::MAX, fault }
    }

    /// Strikes so many calls, then none.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    pub fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    pub fn region(self, region: &Region) -> Self {
        Self { region: Some(region.clone()), ..self }
    }

    pub fn operation(self, operation: &'static str) -> Self {
        Self { operation: Some(operation), ..self }
    }

    pub(super) fn strike(&mut self, call: &Call) -> Option<Fault> {
        let fits = self.operation.is_none_or(|operation| operation == call.operation)
            && self.region.as_ref().is_none_or(|region| *region == call.region);
        if !fits || self.times == 0 {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times -= 1;
        Some(self.fault.clone())
    }
}

impl Fault {
    pub(super) fn replaces_the_answer(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. } | Self::Error { .. } | Self::Html { .. } | Self::Closed | Self::WrongContentType
        )
    }

    pub(super) fn spoils_the_body(&self) -> bool {
        matches!(self, Self::BrokenCbor | Self::Truncated | Self::OtherShape)
    }

    pub(super) fn answer(&self) -> Response {
        match self {
            Self::Throttled { retry_after } => {
                let refusal = Refusal::new(StatusCode::BAD_REQUEST, "ThrottlingException", "Rate exceeded");
                let mut response = wire::refuse(&refusal);
                // What AWS's older protocol says of it; the header is what the SDK believes.
                response.headers_mut().insert("x-amzn-query-error", "Throttling;Sender".parse().unwrap());
                if let Some(millis) = retry_after {
                    // The header that SDKs look at; in milliseconds, unlike HTTP's own.
                    response.headers_mut().insert("x-amz-retry-after", (*millis).into());
                }
                response
            }
            Self::Error { status, code } => {
                wire::refuse(&Refusal::new(StatusCode::from_u16(*status).unwrap(), code, "as the test wants it"))
            }
            Self::Html { status } => {
                wire::respond(StatusCode::from_u16(*status).unwrap(), "text/html", "<h1>Bad gateway</h1>")
            }
            Self::WrongContentType => wire::respond(StatusCode::OK, "application/json", r#"{"MetricDataResults":[]}"#),
            // Ends the connection's task without the panic's message: hyper closes the socket.
            _ => std::panic::resume_unwind(Box::new("closed, as the test wants it")),
        }
    }

    pub(super) fn spoil(&self, whole: &[u8]) -> Response {
        match self {
            Self::Truncated => {
                let half = Bytes::copy_from_slice(&whole[..whole.len() / 2]);
                let cut = Err(std::io::Error::other("cut off, as the test wants it"));
                let mut response = wire::told(Body::from_stream(stream::iter([Ok(half), cut])));
                response.headers_mut().insert("content-length", whole.len().into());
                response
            }
            Self::OtherShape => {
                let fields = ["MetricDataResults", "Metrics"].map(|name| (name, ciborium::Value::from("none")));
                wire::told(wire::encode(&wire::map(fields)))
            }
            _ => wire::told([&[0xbf, 0xff, 0xff, 0x1c][..], whole].concat()),
        }
    }
}
