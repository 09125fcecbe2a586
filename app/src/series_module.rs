//! The module that analyses and draws a series in the browser (`crates/series-wasm`): some milliseconds there, where the
//! server would be a round trip away. Fetched when it is first asked for. Everything here does nothing on the server, and
//! is called only from effects and event handlers.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::document;
use leptos::task::spawn_local;
use onepane_domain::{Profile, SeriesInput, SeriesSettings, SeriesView, SeriesViewRequest};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

type Waiting = Vec<Box<dyn FnOnce(Option<Function>)>>;

enum Module {
    NotAsked,
    Loading(Waiting),
    /// Its one function; none if it cannot be loaded.
    Loaded(Option<Function>),
}

thread_local! {
    static MODULE: RefCell<Module> = const { RefCell::new(Module::NotAsked) };
}

/// Fetches the module, so that it is there when it is needed.
pub(crate) fn warm_up() {
    when_loaded(|_| {});
}

/// Analyses and draws, then calls back; with none where the module cannot be loaded or does not answer: ask the server
/// then. Once the module is there, all of this happens before the call returns.
pub(crate) fn recompute(request: SeriesViewRequest, call: impl FnOnce(Option<SeriesView>) + 'static) {
    when_loaded(move |function| call(function.and_then(|function| answer(&function, &request))));
}

fn answer(function: &Function, request: &SeriesViewRequest) -> Option<SeriesView> {
    let request = serde_json::to_string(request).ok()?;
    let answer = match function.call1(&JsValue::UNDEFINED, &request.into()) {
        Ok(answer) => answer.as_string()?,
        Err(thrown) => {
            leptos::logging::error!("the series' module: {thrown:?}");
            return None;
        }
    };
    match serde_json::from_str(&answer) {
        Ok(view) => Some(view),
        Err(_) => {
            // `{"error": …}`, the module's way to say that it was not asked well.
            leptos::logging::error!("the series' module: {answer}");
            None
        }
    }
}

fn when_loaded(call: impl FnOnce(Option<Function>) + 'static) {
    let known = MODULE.with_borrow(|module| match module {
        Module::Loaded(function) => Some(function.clone()),
        Module::NotAsked | Module::Loading(_) => None,
    });
    if let Some(function) = known {
        return call(function);
    }
    let is_first = MODULE.with_borrow_mut(|module| match module {
        Module::Loading(waiting) => {
            waiting.push(Box::new(call));
            false
        }
        other => {
            *other = Module::Loading(vec![Box::new(call)]);
            true
        }
    });
    if is_first {
        spawn_local(async {
            let loaded = load().await;
            if let Err(why) = &loaded {
                leptos::logging::error!("the series' module cannot be loaded: {why:?}");
            }
            let function = loaded.ok();
            let before = MODULE.with(|module| module.replace(Module::Loaded(function.clone())));
            if let Module::Loading(waiting) = before {
                waiting.into_iter().for_each(|call| call(function.clone()));
            }
        });
    }
}

async fn load() -> Result<Function, JsValue> {
    let address = document().body().and_then(|body| body.get_attribute("data-series-module"));
    let address = address.ok_or("this site was built without it")?;
    // WebAssembly has no `import()` of its own: the document's script lends its.
    let import: Function = Reflect::get(&js_sys::global(), &"onepaneImport".into())?.dyn_into()?;
    let module = settled(import.call1(&JsValue::UNDEFINED, &address.into())?).await?;
    let start: Function = Reflect::get(&module, &"default".into())?.dyn_into()?;
    settled(start.call0(&JsValue::UNDEFINED)?).await?;
    let function = Reflect::get(&module, &"series_view".into())?.dyn_into()?;
    // Browsers compile what runs for the first time: now, so that nobody waits for it at the first change.
    let _ = answer(&function, &rehearsal());
    Ok(function)
}

/// Some weeks that go through most of the module's code: `sample` is compared with `robust`.
fn rehearsal() -> SeriesViewRequest {
    let values = (0..60_u32).map(|at| f64::from(at % 7 + at / 40 * 9)).collect();
    let series = SeriesInput { step_ms: 86_400_000, values, ..SeriesInput::default() };
    let settings = SeriesSettings { profile: Profile::Sample, season: true, ..SeriesSettings::default() };
    SeriesViewRequest { series, settings }
}

async fn settled(promise: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(promise.dyn_into::<Promise>()?).await
}
