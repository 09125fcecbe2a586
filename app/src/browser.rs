//! The browser's side: everything here does nothing on the server, and is called only from effects and event handlers.

use leptos::prelude::*;
use onepane_domain::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// The browser's clock.
pub(crate) fn now() -> Timestamp {
    // A clock beyond year 9999 is cut there; the fraction of a millisecond is of no interest.
    #[allow(clippy::cast_possible_truncation)]
    Timestamp::saturating_from_millis(js_sys::Date::now() as i64)
}

/// The server's time at which the document was made.
#[cfg(not(feature = "ssr"))]
pub(crate) fn server_time() -> Option<Timestamp> {
    let millis = document().body()?.get_attribute("data-now")?.parse().ok()?;
    Timestamp::from_millis(millis).ok()
}

/// Tells tests and styles that the page has come alive.
pub(crate) fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// Calls again and again, until the page goes.
pub(crate) fn every(millis: u64, call: impl Fn() + 'static) {
    // The interval lives as long as the page: its handle is not kept.
    let _ = set_interval_with_handle(call, std::time::Duration::from_millis(millis));
}

/// Calls again and again until the handle is cleared; no handle where the browser refuses.
pub(crate) fn interval(millis: u64, call: impl Fn() + 'static) -> Option<IntervalHandle> {
    set_interval_with_handle(call, std::time::Duration::from_millis(millis)).ok()
}

/// Follows the server's changes: `on_change` with the number of changed workloads, `on_state` when the connection
/// comes or goes. The browser itself reconnects.
pub(crate) fn follow_live(on_change: impl Fn(u64) + 'static, on_state: impl Fn(bool) + Clone + 'static) {
    let Ok(source) = web_sys::EventSource::new("/live") else { return };
    let change = Closure::<dyn FnMut(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        let total = serde_json::from_str::<onepane_domain::PaneChange>(&text).map_or(1, |change| change.total);
        on_change(total);
    });
    let opened = on_state.clone();
    let open = Closure::<dyn FnMut()>::new(move || opened(true));
    let error = Closure::<dyn FnMut()>::new(move || on_state(false));
    // An event listener that cannot be added leaves the page without live changes; nothing else depends on it.
    let _ = source.add_event_listener_with_callback("change", change.as_ref().unchecked_ref());
    source.set_onopen(Some(open.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    // They live as long as the page.
    change.forget();
    open.forget();
    error.forget();
}

/// Puts text on the clipboard.
pub(crate) fn copy(text: &str) {
    // A refusal by the browser leaves the clipboard as it was; the text stays selectable on the page.
    let _ = window().navigator().clipboard().write_text(text);
}

/// Chooses a theme (`light`, `dark`) and remembers it in a cookie, so that the server renders it at once next time.
pub(crate) fn choose_theme(theme: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme);
    }
    if let Some(document) = document().dyn_ref::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&format!("theme={theme}; path=/; max-age=31536000; samesite=lax"));
    }
}

/// True if the page shows itself dark now.
pub(crate) fn is_dark() -> bool {
    let chosen = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    match chosen.as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => matches_media("(prefers-color-scheme: dark)"),
    }
}

/// True if the media query holds now.
pub(crate) fn matches_media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// True if the reader is typing into a field, where letters are no commands.
pub(crate) fn is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// True if the focus is on something that has a use for Enter.
pub(crate) fn is_on_control() -> bool {
    document()
        .active_element()
        .is_some_and(|element| matches!(element.tag_name().as_str(), "A" | "BUTTON" | "SUMMARY" | "INPUT" | "SELECT"))
}

/// Moves the focus to the element with this id, and selects its text if it is a field.
pub(crate) fn focus(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        input.select();
    }
}

/// Takes the focus from whatever has it.
pub(crate) fn blur() {
    if let Some(element) =
        document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.blur();
    }
}

/// Where a pointer is over an element: 0 at its left edge, 1 at its right.
pub(crate) fn pointer_share(event: &web_sys::PointerEvent) -> f64 {
    let Some(element) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return 0.0;
    };
    let area = element.get_bounding_client_rect();
    if area.width() <= 0.0 {
        return 0.0;
    }
    ((f64::from(event.client_x()) - area.left()) / area.width()).clamp(0.0, 1.0)
}

/// Keeps a pointer's events coming to the element it went down on.
pub(crate) fn capture_pointer(event: &web_sys::PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Listens to keys on the whole page while the calling component lives.
pub(crate) fn on_keys(handler: impl Fn(web_sys::KeyboardEvent) + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, handler);
    on_cleanup(move || handle.remove());
}

/// Calls with the path of each link of this site that the reader points at, or reaches with the keyboard.
pub(crate) fn on_links(call: impl Fn(&str) + Clone + 'static) {
    let look = move |target: Option<web_sys::EventTarget>| {
        let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = element.and_then(|element| element.closest("a[href^='/']").ok().flatten());
        let address = link.and_then(|link| link.get_attribute("href")).unwrap_or_default();
        if let Some(path) = address.split(['?', '#']).next().filter(|path| !path.is_empty()) {
            call(path);
        }
    };
    let by_keyboard = look.clone();
    let pointed = window_event_listener(leptos::ev::pointerover, move |event| look(event.target()));
    let focused = window_event_listener(leptos::ev::focusin, move |event| by_keyboard(event.target()));
    on_cleanup(move || {
        pointed.remove();
        focused.remove();
    });
}

/// Opens an address as a click on a link would; a download leaves the page as it is.
pub(crate) fn open(address: &str) {
    // A browser that refuses leaves the page as it is.
    let _ = window().location().set_href(address);
}

/// Goes back to where the reader came from.
pub(crate) fn back() {
    // Without a history there is nowhere to go back to.
    let _ = window().history().and_then(|history| history.back());
}

/// Saves what an address holds as a file.
pub(crate) fn save(name: &str, address: &str) {
    // A browser that refuses leaves the page as it is.
    let Ok(link) = document().create_element("a") else { return };
    let _ = link.set_attribute("href", address);
    let _ = link.set_attribute("download", name);
    if let Some(link) = link.dyn_ref::<web_sys::HtmlElement>() {
        link.click();
    }
}

/// Saves text as a file.
pub(crate) fn save_text(name: &str, media_type: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options);
    let Ok(address) = blob.and_then(|blob| web_sys::Url::create_object_url_with_blob(&blob)) else { return };
    save(name, &address);
    // The download has taken what it needs by then.
    let release = move || drop(web_sys::Url::revoke_object_url(&address));
    set_timeout(release, std::time::Duration::from_secs(30));
}

/// What is remembered under a name in this browser.
pub(crate) fn remembered(name: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(name).ok().flatten()
}

/// Remembers a text in this browser; one that refuses forgets it, and nothing depends on it.
pub(crate) fn remember(name: &str, text: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(name, text);
    }
}

/// The element that an event came from, or the nearest around it, that matches a selector.
pub(crate) fn closest(event: &web_sys::Event, selector: &str) -> Option<web_sys::Element> {
    event.target()?.dyn_into::<web_sys::Element>().ok()?.closest(selector).ok().flatten()
}

/// True while some of the page's text is marked.
pub(crate) fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
}

/// Scrolls no further than needed to have the element with this id in sight.
pub(crate) fn reveal(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let how = web_sys::ScrollIntoViewOptions::new();
    how.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&how);
}

/// Marks the one element of a kind that is the current one; none takes the mark away.
pub(crate) fn mark_current(kind: &str, current: Option<&str>) {
    if let Ok(Some(before)) = document().query_selector(&format!("{kind}.selected")) {
        let _ = before.class_list().remove_1("selected");
    }
    if let Some(element) = current.and_then(|id| document().get_element_by_id(id)) {
        let _ = element.class_list().add_1("selected");
    }
}
