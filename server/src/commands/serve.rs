//! `onepane serve`.

mod ingest_key;

use super::logging;
use crate::adapters;
use crate::clock::Clock;
use crate::dead_letters::{DEAD_LETTERS, DeadLetters};
use crate::http::{HttpOptions, Services, SiteDir, router};
use crate::metrics::Metrics;
use crate::output;
use crate::services::{
    ChartService, DemoFeeder, DemoState, FeedFollower, FindingsPaneService, FollowerTimes, IngestService,
    InsightSchedule, MetricPaneService, PaneService, ReadModel,
};
use crate::services::{MetricIngestService, fresh_state, state_file};
use crate::settings::{Settings, StoreKind};
use anyhow::{Context, bail};
use onepane_domain::{MetricSink, Organization, WorkloadStore};
use onepane_embedded::{EmbeddedDynamo, EmbeddedMetrics};
use std::future::IntoFuture;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long requests under way may take when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often expired items are removed from the embedded store.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn serve(settings: Settings) -> anyhow::Result<ExitCode> {
    settings.require_loopback()?;
    logging::start(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(run(settings))?;
    // Whatever still runs on a blocking thread has been told to stop.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

async fn run(settings: Settings) -> anyhow::Result<()> {
    // First of all, so that a second server on the same port does nothing to the data.
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("listen on {}", settings.listen))?;
    let address = listener.local_addr().context("listen")?;
    let clock = Clock::system();
    let metrics = Arc::new(Metrics::default());
    let opened = adapters::open_store(&settings).await?;
    let store = opened.store;
    let opened_metrics = adapters::open_metrics(&settings, &clock).await?;
    let demo = demo_state(&settings, &*store, &clock).await?;
    let organization = organization(&settings, demo.as_ref())?;
    let model = Arc::new(ReadModel::new(organization));
    let wake = Arc::new(Notify::new());
    let pane = PaneService::new(Arc::clone(&store), Arc::clone(&model), Arc::clone(&metrics), clock.clone());
    let site = SiteDir::open(&settings.site_dir);
    if let Err(why) = site.manifest() {
        tracing::warn!("no built pages: {why}");
    }
    let for_charts = site.clone();
    let charts =
        tokio::task::spawn_blocking(move || ChartService::open(&for_charts)).await.context("open the charts")?;
    let pane = Arc::new(pane);
    let source = opened_metrics.source;
    let metric_sink: Arc<dyn MetricSink> = Arc::new(opened_metrics.embedded.clone());
    let dead_letters = DeadLetters::at(settings.data_dir.join(DEAD_LETTERS));
    let metric_ingest = MetricIngestService::new(Arc::clone(&metric_sink), dead_letters, Arc::clone(&metrics));
    let metric_pane =
        MetricPaneService::new(source, Arc::clone(&pane), Arc::clone(&model), charts.clone(), clock.clone());
    let findings_pane = FindingsPaneService::new(
        adapters::open_findings(&settings, &clock).await?,
        opened.triages,
        Arc::clone(&store),
        Arc::clone(&model),
        charts.clone(),
        clock.clone(),
    );
    let services = Services {
        charts,
        findings_pane: findings_pane.clone(),
        metric_pane: Arc::new(metric_pane),
        metric_ingest: Arc::new(metric_ingest),
        ingest: Arc::new(IngestService::new(
            Arc::clone(&store),
            Arc::clone(&wake),
            Arc::clone(&metrics),
            clock.clone(),
        )),
        store: Arc::clone(&store),
        model: Arc::clone(&model),
        pane,
        metrics: Arc::clone(&metrics),
        clock: clock.clone(),
    };
    let stop = CancellationToken::new();
    let options = HttpOptions {
        port: address.port(),
        ingest_key: ingest_key::find_or_make(&settings)?,
        ingest_max_body: settings.ingest_max_body,
        ingest_queue: settings.ingest_queue,
        site,
        stop: stop.clone(),
    };
    let times = FollowerTimes {
        poll: settings.feed_poll,
        overlap: settings.feed_overlap,
        reread: reread_every(&settings),
        retention: settings.retention,
    };
    let follower = FeedFollower::new(
        Arc::clone(&store),
        Arc::clone(&model),
        Arc::clone(&wake),
        Arc::clone(&metrics),
        clock.clone(),
        times,
    );
    let mut background = tokio::task::JoinSet::new();
    background.spawn(follower.run(stop.clone()));
    if let Some(engine) = opened.engine {
        background.spawn(sweep(engine, stop.clone()));
    }
    background.spawn(sweep_metrics(opened_metrics.embedded, clock.clone(), stop.clone()));
    // Whoever changes the findings all at once, as the demo does when it begins, tells it here.
    let findings_changed = Arc::new(Notify::new());
    if let Some(every) = settings.evaluate_every {
        let schedule = InsightSchedule::new(findings_pane, Arc::clone(&metrics), every, Arc::clone(&findings_changed));
        background.spawn(schedule.run(stop.clone()));
    }
    if let Some(state) = demo {
        let pane = Arc::clone(&services.pane);
        let feeder = DemoFeeder::new(store, pane, wake, metrics, clock, metric_sink, state);
        let feeder = match settings.athena_workgroup {
            None => feeder.with_findings(settings.lake_dir.clone(), findings_changed),
            // Nobody would read them.
            Some(_) => feeder,
        };
        background.spawn(feeder.run(stop.clone()));
    }
    let served =
        axum::serve(listener, router(services, &options)).with_graceful_shutdown(stop.clone().cancelled_owned());
    let mut served = tokio::spawn(served.into_future());
    output::print_line(&format!("Onepane is at http://{address}"))?;
    tokio::select! {
        signal = stopped_by() => tracing::info!(signal, "stopping: what was accepted is finished first"),
        ended = &mut served => return ended.context("serve")?.context("serve"),
    }
    stop.cancel();
    let finished = async {
        let _ = (&mut served).await;
        while background.join_next().await.is_some() {}
    };
    if tokio::time::timeout(STOP_WITHIN, finished).await.is_err() {
        tracing::warn!("some requests took longer than {STOP_WITHIN:?} and were cut off");
        served.abort();
    }
    tracing::info!("stopped");
    Ok(())
}

/// Between two looks back over the overlap. On AWS an index lags by the second at most and reads cost, in this process
/// another process's commit may come behind ours by milliseconds.
fn reread_every(settings: &Settings) -> Duration {
    match settings.store {
        StoreKind::Embedded => settings.feed_poll * 2,
        StoreKind::Aws => settings.feed_overlap / 4,
    }
}

/// The state of the demo, if there is to be one. Refused where the store holds other events than the demo's.
async fn demo_state(
    settings: &Settings,
    store: &dyn WorkloadStore,
    clock: &Clock,
) -> anyhow::Result<Option<DemoState>> {
    if !settings.demo {
        return Ok(None);
    }
    let file = state_file(&settings.data_dir);
    if let Some(state) = DemoState::read(&file)? {
        if state.seed() != settings.demo_seed {
            let (there, asked) = (state.seed(), settings.demo_seed);
            tracing::warn!(there, asked, "the data folder holds the demo of another seed, which goes on");
        }
        return Ok(Some(state));
    }
    for shard in 0..store.feed_shards() {
        if !store.feed_before(shard, None, 1).await?.entries.is_empty() {
            let folder = settings.data_dir.display();
            bail!("{folder} holds events that are not the demo's: use another --data-dir for --demo");
        }
    }
    let (seed, days, scale) = (settings.demo_seed, u32::from(settings.demo_days), settings.demo_scale);
    let finding_days = u32::from(settings.demo_finding_days);
    let state = fresh_state(file, seed, days, scale, finding_days, clock.now());
    state.save()?;
    Ok(Some(state))
}

fn organization(settings: &Settings, demo: Option<&DemoState>) -> anyhow::Result<Organization> {
    match (&settings.organization, demo) {
        (Some(path), _) => {
            let name = || format!("organization {}", path.display());
            let text = std::fs::read(path).with_context(name)?;
            serde_json::from_slice(&text).with_context(name)
        }
        (None, Some(state)) => Ok(onepane_demo::organization(state.seed())),
        (None, None) => Ok(Organization::default()),
    }
}

async fn sweep(engine: EmbeddedDynamo, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        match engine.sweep_expired().await {
            Ok(0) => {}
            Ok(items) => tracing::info!(items, "expired items were removed"),
            Err(error) => tracing::warn!(%error, cause = ?error.source, "expired items could not be removed"),
        }
    }
}

async fn sweep_metrics(metrics: EmbeddedMetrics, clock: Clock, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
        match metrics.sweep(clock.now()).await {
            Ok(0) => {}
            Ok(blocks) => tracing::info!(blocks, "old metrics were rolled up"),
            Err(error) => tracing::warn!(%error, cause = ?error.source, "old metrics could not be rolled up"),
        }
    }
}

/// Waits for SIGTERM or Ctrl-C; which it was.
async fn stopped_by() -> &'static str {
    let interrupted = async {
        // Without a handler the signal ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            interrupted.await;
            return "SIGINT";
        };
        tokio::select! {
            () = interrupted => "SIGINT",
            _ = terminated.recv() => "SIGTERM",
        }
    }
    #[cfg(not(unix))]
    {
        interrupted.await;
        "SIGINT"
    }
}
