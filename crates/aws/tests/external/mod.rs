//! Programs of others that adapters are tested on.

#![allow(unreachable_pub)]

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);

/// Where a program is, as `ONEPANE_{name}` says; none if it is to be left out, which is then printed.
///
/// # Panics
/// If nothing says where it is: a test that is left out is left out aloud.
pub fn place_of(name: &str, what: &str, installer: &str) -> Option<String> {
    if let Ok(place) = std::env::var(format!("ONEPANE_{name}")) {
        return Some(place);
    }
    if std::env::var(format!("ONEPANE_SKIP_{name}")).is_ok_and(|skip| skip == "1") {
        println!("SKIPPED: ONEPANE_SKIP_{name}=1, so nothing was tested on {what}");
        return None;
    }
    panic!(
        "ONEPANE_{name} must say where {what} is ({installer} installs it, `make test` sets the variable); \
         ONEPANE_SKIP_{name}=1 leaves this test out"
    );
}

/// A server in a process of its own; ended with the test, however that ends.
pub struct Server {
    child: Child,
    pub endpoint: String,
}

impl Server {
    /// Starts it on a free port, with what `command` makes for that port, and waits until `answers`.
    pub async fn start(what: &str, command: impl FnOnce(u16) -> Command, answers: impl AsyncFn(&str) -> bool) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command(port).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{what} does not start: {error}"));
        let mut server = Self { child, endpoint: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while !answers(&server.endpoint).await {
            assert!(started.elapsed() < PATIENCE, "{what} does not answer on port {port}");
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("{what} ended at once: {status}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
