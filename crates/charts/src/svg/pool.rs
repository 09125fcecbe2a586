//! Threads with a context each, and the queue before them.

use super::engine::{Engine, Request};
use super::{RenderError, RendererConfig};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

/// After so many renders what they left behind is freed; each leaves a megabyte or two.
const TIDY_AFTER: u64 = 8;
/// The stack of a thread; JavaScript may use half of it.
const STACK: usize = 2 << 20;

struct Job {
    request: Request,
    reply: SyncSender<Result<String, RenderError>>,
}

/// The threads end when this is dropped, after what they are drawing.
pub(super) struct Pool {
    jobs: SyncSender<Job>,
}

impl Pool {
    /// Starts the threads, and waits until the first has a warm context.
    pub(super) fn start(bundle: &Arc<str>, config: RendererConfig) -> Result<Self, RenderError> {
        let (jobs, waiting) = sync_channel(config.queue.max(1));
        let waiting = Arc::new(Mutex::new(waiting));
        let (warm, is_warm) = sync_channel(1);
        for number in 0..config.contexts.max(1) {
            let (bundle, waiting) = (Arc::clone(bundle), Arc::clone(&waiting));
            let warm = (number == 0).then(|| warm.clone());
            thread::Builder::new()
                .name(format!("charts-{number}"))
                .stack_size(STACK)
                .spawn(move || work(&bundle, config, &waiting, warm))
                .map_err(|error| RenderError::Stopped(error.to_string()))?;
        }
        drop(warm);
        is_warm.recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(Self { jobs })
    }

    /// Draws on the first context that is free.
    pub(super) fn draw(&self, request: Request) -> Result<String, RenderError> {
        let (reply, answer) = sync_channel(1);
        self.jobs.try_send(Job { request, reply }).map_err(|refused| match refused {
            TrySendError::Full(_) => RenderError::Busy,
            TrySendError::Disconnected(_) => stopped(),
        })?;
        answer.recv().unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> RenderError {
    RenderError::Stopped("a thread has ended".to_owned())
}

/// The life of a thread: draws until there is nobody left who could ask.
fn work(
    bundle: &str,
    config: RendererConfig,
    waiting: &Mutex<Receiver<Job>>,
    warm: Option<SyncSender<Result<(), RenderError>>>,
) {
    let mut engine = None;
    if let Some(warm) = warm {
        let made = Engine::new(bundle, config);
        let told = made.as_ref().map(|_| ()).map_err(Clone::clone);
        engine = made.ok();
        let is_broken = told.is_err();
        if warm.send(told).is_err() || is_broken {
            return;
        }
    }
    let mut drawn = 0_u64;
    loop {
        // The lock is held while waiting: the others wait for it instead, and each job wakes one thread.
        let next = waiting.lock().recv();
        let Ok(Job { request, reply }) = next else { return };
        let result = match &engine {
            Some(engine) => engine.draw(&request),
            None => Engine::new(bundle, config).and_then(|made| engine.insert(made).draw(&request)),
        };
        // What a broken limit leaves behind is in an unknown state, and may still be large.
        if matches!(result, Err(RenderError::TimeLimit { .. } | RenderError::MemoryLimit { .. })) {
            engine = None;
        }
        // Nobody waiting any more is fine.
        let _ = reply.send(result);
        // The next render should neither wait for a context nor for a collection.
        drawn += 1;
        match &engine {
            None => engine = Engine::new(bundle, config).ok(),
            Some(engine) if drawn.is_multiple_of(TIDY_AFTER) => engine.tidy(),
            Some(_) => {}
        }
    }
}
