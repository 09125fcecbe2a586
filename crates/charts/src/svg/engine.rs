//! One JavaScript context with ECharts in it.

use super::{RenderError, RendererConfig};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Object, Runtime};
use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What ECharts expects of its surroundings beyond the language. Nothing of it does anything.
const SURROUNDINGS: &str = "
globalThis.self = globalThis;
globalThis.setTimeout = globalThis.setInterval = globalThis.requestAnimationFrame = () => 0;
globalThis.clearTimeout = globalThis.clearInterval = globalThis.cancelAnimationFrame = () => {};
globalThis.console = { log() {}, warn() {}, error() {}, info() {}, debug() {} };
";
/// Loading is the same work each time, so only a machine that stands still takes longer.
const LOAD_TIME: Duration = Duration::from_secs(20);
/// The most bytes of stack that JavaScript may use: half of a thread's.
const STACK: usize = 1 << 20;

/// One render's input.
pub(super) struct Request {
    /// The definition, as JSON.
    pub(super) definition: String,
    /// ECharts' theme, as JSON.
    pub(super) theme: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A warm context. It cannot leave its thread.
pub(super) struct Engine {
    context: Context,
    deadline: Rc<Cell<Instant>>,
    config: RendererConfig,
}

impl Engine {
    /// Makes a context and loads the bundle.
    pub(super) fn new(bundle: &str, config: RendererConfig) -> Result<Self, RenderError> {
        let script = |error: rquickjs::Error| RenderError::Script(error.to_string());
        let runtime = Runtime::new().map_err(script)?;
        runtime.set_memory_limit(config.memory_bytes);
        runtime.set_max_stack_size(STACK);
        // Every collection walks all of ECharts, for milliseconds: only `tidy` collects, and what grows very large.
        runtime.set_gc_threshold(config.memory_bytes / 2);
        let deadline = Rc::new(Cell::new(Instant::now() + LOAD_TIME));
        let seen = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() > seen.get())));
        let context = Context::full(&runtime).map_err(script)?;
        let engine = Self { context, deadline, config };
        engine.context.with(|ctx| {
            let load = |source: &str| ctx.eval::<(), _>(source).catch(&ctx).map_err(|error| engine.failure(&error));
            load(SURROUNDINGS)?;
            load(bundle)?;
            // Not the bundle at all is better said now than at the first chart.
            entry(&ctx).map(|_| ()).catch(&ctx).map_err(|error| engine.failure(&error))
        })?;
        Ok(engine)
    }

    /// Draws. After an error of time or memory the context is not to be used any more.
    pub(super) fn draw(&self, request: &Request) -> Result<String, RenderError> {
        self.deadline.set(Instant::now() + self.config.time);
        self.context.with(|ctx| {
            let draw = || {
                let arguments = (&*request.definition, &*request.theme, request.width, request.height);
                entry(&ctx)?.call::<_, String>(arguments)
            };
            draw().catch(&ctx).map_err(|error| self.failure(&error))
        })
    }

    /// Frees what renders left behind. Takes milliseconds: for when nobody waits.
    pub(super) fn tidy(&self) {
        self.context.runtime().run_gc();
    }

    fn failure(&self, error: &CaughtError<'_>) -> RenderError {
        if Instant::now() > self.deadline.get() {
            return RenderError::TimeLimit { limit: self.config.time };
        }
        let text = error.to_string();
        // QuickJS has no number for it; when even the error finds no memory, it is null.
        let is_memory = text.contains("out of memory")
            || matches!(error, CaughtError::Error(rquickjs::Error::Allocation))
            || matches!(error, CaughtError::Value(value) if value.is_null());
        if is_memory { RenderError::MemoryLimit { limit: self.config.memory_bytes } } else { RenderError::Script(text) }
    }
}

fn entry<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
    ctx.globals().get::<_, Object<'js>>("onepaneCharts")?.get("svg")
}
