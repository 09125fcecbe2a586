//! ECharts in the browser, by the few functions of `tools/echarts/entry.js`. Its script is loaded when the first chart
//! asks for it. Everything here does nothing on the server, and is called only from effects and event handlers.

use leptos::prelude::*;
use onepane_domain::Timestamp;
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

type Waiting = Vec<Box<dyn FnOnce(bool)>>;

enum Script {
    NotAsked,
    Loading(Waiting),
    Loaded(bool),
}

thread_local! {
    static MOUNTED: RefCell<HashMap<u32, Mounted>> = RefCell::default();
    static SCRIPT: RefCell<Script> = const { RefCell::new(Script::NotAsked) };
}

/// Calls back once the script has been loaded: with false if it cannot be.
pub(crate) fn when_loaded(call: impl FnOnce(bool) + 'static) {
    let known = SCRIPT.with(|script| match &*script.borrow() {
        Script::Loaded(is_there) => Some(*is_there),
        Script::NotAsked | Script::Loading(_) => None,
    });
    if let Some(is_there) = known {
        return call(is_there);
    }
    let is_first = SCRIPT.with(|script| match &mut *script.borrow_mut() {
        Script::Loading(waiting) => {
            waiting.push(Box::new(call));
            false
        }
        other => {
            *other = Script::Loading(vec![Box::new(call)]);
            true
        }
    });
    if is_first {
        load();
    }
}

fn load() {
    let address = document().body().and_then(|body| body.get_attribute("data-echarts"));
    let script = document().create_element("script").ok().zip(document().head());
    let (Some(address), Some((script, head))) = (address, script) else {
        return loaded(false);
    };
    for (event, is_there) in [("load", true), ("error", false)] {
        let listener = Closure::once_into_js(move || loaded(is_there));
        // A script that cannot be listened to leaves charts as the server drew them.
        let _ = script.add_event_listener_with_callback(event, listener.unchecked_ref());
    }
    let _ = script.set_attribute("src", &address);
    let _ = head.append_child(&script);
}

fn loaded(is_there: bool) {
    let before = SCRIPT.with(|script| script.replace(Script::Loaded(is_there)));
    if let Script::Loading(waiting) = before {
        waiting.into_iter().for_each(|call| call(is_there));
    }
}

/// What a chart in the browser is told when it is made.
pub(crate) struct Options {
    /// The charts of one group share a cursor.
    pub(crate) group: Option<String>,
    /// Those of its group that are linked, too, are zoomed together.
    pub(crate) linked: bool,
    /// A window of time was drawn with the pointer. Without it the chart zooms there.
    pub(crate) on_window: Option<Callback<(Timestamp, Timestamp)>>,
    /// A double click where nothing is zoomed.
    pub(crate) on_reset: Option<Callback<()>>,
    /// A value was clicked, or chosen with the arrow keys and Enter.
    pub(crate) on_point: Option<Callback<Timestamp>>,
}

/// A chart that is drawn and follows the pointer; goes when this is dropped. Only its number, so that the server's
/// threads can hand around the place where it would be.
pub(crate) struct LiveChart(u32);

struct Mounted {
    handle: JsValue,
    // The chart calls these as long as it lives.
    _on_window: Option<Closure<dyn FnMut(f64, f64)>>,
    _on_reset: Option<Closure<dyn FnMut()>>,
    _on_point: Option<Closure<dyn FnMut(f64)>>,
}

/// Times of this millennium in milliseconds are whole numbers far below 2^53.
#[allow(clippy::cast_possible_truncation)]
fn time(millis: f64) -> Timestamp {
    Timestamp::saturating_from_millis(millis as i64)
}

impl LiveChart {
    /// Draws a definition into an element; nothing if the script refuses it.
    pub(crate) fn mount(element: &web_sys::Element, definition: &str, options: Options) -> Option<Self> {
        let on_window = options
            .on_window
            .map(|call| Closure::<dyn FnMut(f64, f64)>::new(move |from, to| call.run((time(from), time(to)))));
        let on_reset = options.on_reset.map(|call| Closure::<dyn FnMut()>::new(move || call.run(())));
        let on_point = options.on_point.map(|call| Closure::<dyn FnMut(f64)>::new(move |at| call.run(time(at))));
        let told = js_sys::Object::new();
        let tell = |name: &str, value: &JsValue| js_sys::Reflect::set(&told, &name.into(), value).is_ok();
        let is_told = options.group.is_none_or(|group| tell("group", &group.into()))
            && (!options.linked || tell("linked", &JsValue::TRUE))
            && on_window.as_ref().is_none_or(|call| tell("onWindow", call.as_ref()))
            && on_reset.as_ref().is_none_or(|call| tell("onReset", call.as_ref()))
            && on_point.as_ref().is_none_or(|call| tell("onPoint", call.as_ref()));
        if !is_told {
            return None;
        }
        let charts = js_sys::Reflect::get(&js_sys::global(), &"onepaneCharts".into()).ok()?;
        let handle = method(&charts, "mount", &[element.as_ref(), &definition.into(), &told])?;
        let mounted = Mounted { handle, _on_window: on_window, _on_reset: on_reset, _on_point: on_point };
        MOUNTED.with_borrow_mut(|all| {
            let number = all.keys().max().map_or(0, |last| last + 1);
            all.insert(number, mounted);
            Some(Self(number))
        })
    }

    fn call(&self, name: &str, arguments: &[&JsValue]) -> Option<JsValue> {
        // Not within the borrow: what a chart calls back may change which charts there are.
        let handle = MOUNTED.with_borrow(|all| all.get(&self.0).map(|mounted| mounted.handle.clone()))?;
        method(&handle, name, arguments)
    }

    /// Takes another definition; the one it has already changes nothing.
    pub(crate) fn set(&self, definition: &str) {
        let _ = self.call("set", &[&definition.into()]);
    }

    /// Shows a span of time until told otherwise; none takes it away.
    pub(crate) fn mark(&self, span: Option<(Timestamp, Timestamp)>) {
        #[allow(clippy::cast_precision_loss)] // as above
        let millis = |time: Timestamp| JsValue::from_f64(time.millis() as f64);
        let [from, to] = span.map_or([JsValue::UNDEFINED; 2], |(from, to)| [millis(from), millis(to)]);
        let _ = self.call("mark", &[&from, &to]);
    }

    /// The picture as a data URL.
    pub(crate) fn png(&self) -> Option<String> {
        self.call("png", &[])?.as_string()
    }

    /// The picture as SVG.
    pub(crate) fn svg(&self) -> Option<String> {
        self.call("svg", &[])?.as_string()
    }
}

impl Drop for LiveChart {
    fn drop(&mut self) {
        let _ = self.call("dispose", &[]);
        drop(MOUNTED.with_borrow_mut(|all| all.remove(&self.0)));
    }
}

/// Calls a method; what it throws is told on the console, and there is no result.
fn method(object: &JsValue, name: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let function: js_sys::Function = js_sys::Reflect::get(object, &name.into()).ok()?.dyn_into().ok()?;
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(argument);
    }
    match function.apply(object, &list) {
        Ok(value) => Some(value),
        Err(thrown) => {
            leptos::logging::error!("a chart: {name}: {thrown:?}");
            None
        }
    }
}
