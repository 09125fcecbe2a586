//! A client that loses requests and answers, as a crash between two writes does.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It never arrives.
    RequestLost,
    /// It is carried out, and its answer never arrives.
    AnswerLost,
}

#[derive(Debug)]
struct Faults {
    plan: Vec<Fault>,
    requests: AtomicUsize,
    answers: AtomicUsize,
}

impl Faults {
    fn next(&self, counter: &AtomicUsize) -> Fault {
        let turn = counter.fetch_add(1, Ordering::Relaxed);
        self.plan[turn % self.plan.len()]
    }
}

impl Intercept for Faults {
    fn name(&self) -> &'static str {
        "Faults"
    }

    fn modify_before_transmit(
        &self,
        _: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.next(&self.requests) {
            Fault::RequestLost => Err("the request was lost".into()),
            _ => Ok(()),
        }
    }

    fn modify_before_deserialization(
        &self,
        _: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.next(&self.answers) {
            Fault::AnswerLost => Err("the answer was lost".into()),
            _ => Ok(()),
        }
    }
}

/// The same client, but with these faults in turn, over and over.
pub fn with_faults(client: &Client, plan: Vec<Fault>) -> Client {
    let faults = Faults { plan, requests: AtomicUsize::new(0), answers: AtomicUsize::new(0) };
    Client::from_conf(client.config().to_builder().interceptor(faults).build())
}
