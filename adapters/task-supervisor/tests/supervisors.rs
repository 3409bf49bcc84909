//! Supervisors of task-supervisor and their tasks, on the screen and under an operator's hands.

use actorscope_proto::v1;
use actorscope_task_supervisor::{SupervisorBuilder, SupervisorHandle, agent};
use actorscope_testkit::{Rig, SOON, depth, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use task_supervisor::{
    CancellationToken, SupervisedTask, SupervisorHandleError, TaskResult, TaskStatus,
};
use tokio::sync::{Notify, mpsc};

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

fn incarnation(n: u32, word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.incarnation == n && state(stats) == word
}

/// How the last run ended: the word, and the reason.
async fn end(rig: &Rig, path: &str) -> (String, Option<String>) {
    let (.., detail) = rig.show(path).await.unwrap();
    (detail.history[0].exit.clone(), detail.history[0].reason.clone())
}

/// How a task behaves.
#[derive(Clone)]
enum How {
    /// Runs until it is told to stop.
    Obeys,
    /// Does not care about being told.
    Ignores,
    /// Ends as soon as it may, with this.
    Ends(Arc<Notify>, Result<(), &'static str>),
    Panics(Arc<Notify>),
}

#[derive(Clone)]
struct Job(How);

impl SupervisedTask for Job {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        match self.0 {
            How::Obeys => cancel.cancelled().await,
            How::Ignores => std::future::pending().await,
            How::Ends(may, result) => {
                may.notified().await;
                result?;
            }
            How::Panics(may) => {
                may.notified().await;
                std::panic::resume_unwind(Box::new("on purpose".to_owned()));
            }
        }
        Ok(())
    }
}

/// A builder whose pauses are short and known.
fn builder(name: &str) -> SupervisorBuilder {
    SupervisorBuilder::new(name)
        .with_base_restart_delay(Duration::from_millis(10))
        .with_restart_jitter(0.0)
        .with_stop_timeout(Duration::from_millis(100))
}

/// What the supervisor itself says of a task, once it says that.
async fn says(supervisor: &SupervisorHandle, name: &str, status: TaskStatus) {
    let said = async {
        while supervisor.task_status(name).await != Ok(status) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(SOON, said).await.expect("the supervisor says so");
}

#[tokio::test]
async fn the_tree_and_what_the_supervisor_was_told() {
    let rig = Rig::shared().await;
    let supervisor = agent::tokio::spawn("service", async {
        builder("told")
            .with_task("first", Job(How::Ignores))
            .with_task("first", Job(How::Obeys))
            .with_restart_limit(7, Duration::from_secs(70))
            .with_max_restart_delay(Duration::from_secs(3))
            .spawn()
    })
    .await
    .unwrap();
    supervisor.add_task("second", Job(How::Obeys)).await.unwrap();
    let (identity, _) = rig.when("/service/told", is("idle")).await;
    assert_eq!(
        (identity.framework.as_str(), identity.kind.as_str()),
        ("task-supervisor", "supervisor")
    );
    let spec = identity.supervisor.unwrap();
    assert_eq!((spec.strategy.as_str(), spec.scope.as_str()), ("one_for_one", "per_child"));
    for name in ["first", "second"] {
        let (task, stats) = rig.when(&format!("/service/told/{name}"), is("idle")).await;
        assert_eq!((task.parent, task.kind.as_str()), (Some(identity.slot), "task"));
        assert!(task.actor_type.ends_with("::Job"));
        let spec = task.child_spec.unwrap();
        assert_eq!((spec.child_id.as_deref(), spec.restart.as_str()), (Some(name), "transient"));
        assert_eq!((spec.intensity, spec.period_ns), (Some(7), Some(70_000_000_000)));
        let backoff = spec.backoff.unwrap();
        assert_eq!((backoff.first_ns, backoff.max_ns), (10_000_000, 3_000_000_000));
        // There are no messages to measure.
        assert!(depth(&stats).1.is_empty() && stats.queue_wait.is_none());
        assert_eq!(stats.budget.unwrap().allowed, 7);
    }
    let twice = supervisor.add_task("second", Job(How::Obeys)).await;
    assert_eq!(twice, Err(SupervisorHandleError::TaskAlreadyExists("second".to_owned())));
    rig.gone("/service/told/second~2").await;
    supervisor.shutdown().await.unwrap();
}

#[tokio::test]
async fn done_failed_and_panicked_tasks() {
    let rig = Rig::shared().await;
    let go = [(); 3].map(|()| Arc::new(Notify::new()));
    let supervisor = builder("ends")
        .with_task("done", Job(How::Ends(go[0].clone(), Ok(()))))
        .with_task("fails", Job(How::Ends(go[1].clone(), Err("no route"))))
        .with_task("panics", Job(How::Panics(go[2].clone())))
        .spawn();
    for may in &go {
        may.notify_one();
    }
    rig.when("/ends/done", is("stopped")).await;
    assert_eq!(end(&rig, "/ends/done").await, ("normal".into(), None));
    says(&supervisor, "done", TaskStatus::Completed).await;
    let (_, stats) = rig.when("/ends/fails", incarnation(2, "idle")).await;
    assert_eq!((stats.restarts, stats.budget.unwrap().used), (1, 1));
    assert_eq!(end(&rig, "/ends/fails").await, ("error".into(), Some("no route".into())));
    let kinds = rig.kinds("/ends/fails").await;
    assert_eq!(kinds, ["started", "exited", "restart_scheduled", "restarted"]);
    rig.when("/ends/panics", incarnation(2, "idle")).await;
    assert_eq!(end(&rig, "/ends/panics").await, ("panic".into(), Some("on purpose".into())));
    // What has done its work can be started again, in the same place.
    let (before, ..) = rig.show("/ends/done").await.unwrap();
    supervisor.restart_task("done").await.unwrap();
    let (after, _) = rig.when("/ends/done", incarnation(2, "idle")).await;
    assert_eq!(before.slot, after.slot);
    supervisor.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_restart_limit_that_is_reached_shows_as_gave_up() {
    let rig = Rig::shared().await;
    let may = Arc::new(Notify::new());
    let supervisor = builder("limit")
        .with_restart_limit(2, Duration::from_secs(60))
        .with_task("fails", Job(How::Ends(may.clone(), Err("again"))))
        .spawn();
    for n in 1..=3 {
        rig.when("/limit/fails", incarnation(n, "idle")).await;
        may.notify_one();
    }
    let (_, stats) = rig.when("/limit/fails", is("failed")).await;
    assert_eq!((stats.incarnation, stats.restarts), (3, 2));
    assert_eq!(rig.kinds("/limit/fails").await.last().unwrap(), "gave_up");
    says(&supervisor, "fails", TaskStatus::Dead).await;
    // A restart on purpose forgets the past: there are two more then.
    supervisor.restart_task("fails").await.unwrap();
    for n in 4..=6 {
        rig.when("/limit/fails", incarnation(n, "idle")).await;
        may.notify_one();
    }
    rig.when("/limit/fails", incarnation(6, "failed")).await;
    says(&supervisor, "fails", TaskStatus::Dead).await;
}

#[tokio::test]
async fn with_jitter_it_is_not_said_when_a_task_is_restarted() {
    let rig = Rig::shared().await;
    let may = Arc::new(Notify::new());
    let supervisor = builder("jitter")
        .with_base_restart_delay(Duration::from_secs(1))
        .with_restart_jitter(0.5)
        .with_task("fails", Job(How::Ends(may.clone(), Err("once"))))
        .spawn();
    may.notify_one();
    let (_, stats) = rig.when("/jitter/fails", is("restarting")).await;
    assert_eq!(stats.state.unwrap().in_ns, None);
    assert_eq!(rig.kinds("/jitter/fails").await, ["started", "exited"]);
    says(&supervisor, "fails", TaskStatus::Restarting).await;
    rig.when("/jitter/fails", incarnation(2, "idle")).await;
    supervisor.shutdown().await.unwrap();
}

#[tokio::test]
async fn stop_gives_it_time_and_kill_does_not() {
    let rig = Rig::shared().await;
    let supervisor = builder("verbs")
        .with_stop_timeout(Duration::from_secs(3_600))
        .with_task("obeys", Job(How::Obeys))
        .with_task("ignores", Job(How::Ignores))
        .spawn();
    rig.when("/verbs/obeys", is("idle")).await;
    rig.when("/verbs/ignores", is("idle")).await;
    let preview = rig.preview("stop", "/verbs/obeys").await.unwrap();
    assert_eq!(preview.affected[0].effect, "ends");
    assert_eq!(rig.act("stop", "/verbs/obeys").await.unwrap().outcome, "done");
    rig.when("/verbs/obeys", is("stopped")).await;
    assert_eq!(end(&rig, "/verbs/obeys").await.0, "shutdown");
    says(&supervisor, "obeys", TaskStatus::Dead).await;

    assert_eq!(rig.act("stop", "/verbs/ignores").await.unwrap().outcome, "accepted");
    says(&supervisor, "ignores", TaskStatus::Stopping).await;
    let preview = rig.preview("kill", "/verbs/ignores").await.unwrap();
    assert_eq!(preview.affected[0].effect, "ends");
    assert_eq!(rig.act("kill", "/verbs/ignores").await.unwrap().outcome, "done");
    rig.when("/verbs/ignores", is("stopped")).await;
    assert_eq!(end(&rig, "/verbs/ignores").await.0, "killed");
    says(&supervisor, "ignores", TaskStatus::Dead).await;
}

#[tokio::test]
async fn restart_begins_anew_in_the_same_place() {
    let rig = Rig::shared().await;
    let supervisor = builder("restart").with_task("obeys", Job(How::Obeys)).spawn();
    rig.when("/restart/obeys", is("idle")).await;
    for n in 2..=4 {
        assert_eq!(rig.act("restart", "/restart/obeys").await.unwrap().outcome, "done");
        let (_, stats) = rig.when("/restart/obeys", incarnation(n, "idle")).await;
        assert_eq!(stats.budget.unwrap().used, 0, "on purpose costs nothing");
    }
    assert!(end(&rig, "/restart/obeys").await.1.unwrap().starts_with("restarted by"));
    says(&supervisor, "obeys", TaskStatus::Running).await;
}

#[tokio::test]
async fn what_does_not_stop_in_time_is_dropped_and_that_is_said() {
    let rig = Rig::shared().await;
    let supervisor = builder("grace").with_task("ignores", Job(How::Ignores)).spawn();
    rig.when("/grace/ignores", is("idle")).await;
    supervisor.kill_task("ignores").await.unwrap();
    rig.when("/grace/ignores", is("stopped")).await;
    let why = "it did not stop within 0.1 s".to_owned();
    assert_eq!(end(&rig, "/grace/ignores").await, ("killed".into(), Some(why)));
}

#[tokio::test]
async fn a_supervisor_is_shut_down_but_not_killed() {
    let rig = Rig::shared().await;
    let supervisor = builder("boss").with_task("obeys", Job(How::Obeys)).spawn();
    rig.when("/boss/obeys", is("idle")).await;
    let refused = rig.act("kill", "/boss").await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    assert!(refused.message.contains("can only shut it down"), "{}", refused.message);
    for verb in ["restart", "suspend"] {
        assert_eq!(rig.act(verb, "/boss").await.unwrap().outcome, "not_supported");
    }
    assert_eq!(rig.act("stop", "/boss").await.unwrap().outcome, "done");
    rig.when("/boss", is("stopped")).await;
    rig.when("/boss/obeys", is("stopped")).await;
    assert_eq!(end(&rig, "/boss").await.0, "shutdown");
    supervisor.wait().await.unwrap();
}

#[tokio::test]
async fn a_supervisor_ends_with_its_last_handle() {
    let rig = Rig::shared().await;
    // With a task and without.
    let supervisor = builder("forgotten").with_task("obeys", Job(How::Obeys)).spawn();
    let empty = builder("empty").spawn();
    rig.when("/forgotten/obeys", is("idle")).await;
    rig.when("/empty", is("idle")).await;
    let other = supervisor.clone();
    drop(supervisor);
    other.task_statuses().await.unwrap();
    rig.when("/forgotten", is("idle")).await;
    drop((other, empty));
    let why = Some("nobody had a handle of it any more".to_owned());
    for path in ["/forgotten", "/empty"] {
        rig.when(path, is("stopped")).await;
        assert_eq!(end(&rig, path).await, ("shutdown".into(), why.clone()));
    }
}

#[tokio::test]
async fn too_many_dead_tasks_are_the_end_of_their_supervisor() {
    let rig = Rig::shared().await;
    let supervisor = builder("threshold")
        .with_dead_tasks_threshold(0.5)
        .with_task("one", Job(How::Obeys))
        .with_task("two", Job(How::Obeys))
        .spawn();
    rig.when("/threshold/two", is("idle")).await;
    rig.act("kill", "/threshold/one").await.unwrap();
    rig.when("/threshold", is("failed")).await;
    rig.when("/threshold/two", is("stopped")).await;
    let (exit, reason) = end(&rig, "/threshold").await;
    assert_eq!(exit, "error");
    assert!(reason.unwrap().starts_with("too many dead tasks: 1/2"));
    assert!(supervisor.wait().await.is_err());
}

#[tokio::test]
async fn a_task_that_receives_shows_its_messages_and_can_be_held() {
    #[derive(Clone)]
    struct Consumer(Arc<std::sync::Mutex<Option<mpsc::Receiver<u32>>>>, Arc<AtomicU32>);
    impl SupervisedTask for Consumer {
        async fn run(self, cancel: CancellationToken) -> TaskResult {
            let jobs = self.0.lock().unwrap().take().ok_or("nothing to receive from")?;
            let mut jobs = agent::tokio::observe_rx("jobs", jobs);
            while let Some(Some(job)) = cancel.run_until_cancelled(jobs.recv()).await {
                self.1.fetch_add(job, Relaxed);
            }
            Ok(())
        }
    }
    let rig = Rig::shared().await;
    let (sender, jobs) = mpsc::channel(16);
    let sum = Arc::new(AtomicU32::new(0));
    let consumer = Consumer(Arc::new(std::sync::Mutex::new(Some(jobs))), sum.clone());
    let supervisor = builder("consumers").with_task("consumer", consumer).spawn();
    sender.send(1).await.unwrap();
    let path = "/consumers/consumer";
    rig.when(path, |s| s.total.is_some_and(|t| t.handled == 1) && state(s) == "idle").await;
    assert_eq!(rig.act("suspend", path).await.unwrap().outcome, "done");
    for _ in 0..3 {
        sender.send(1).await.unwrap();
    }
    rig.when(path, |s| depth(s) == (3, "exact".into())).await;
    assert_eq!(rig.act("resume", path).await.unwrap().outcome, "done");
    rig.when(path, |s| s.total.is_some_and(|t| t.handled == 4)).await;
    assert_eq!(sum.load(Relaxed), 4);
    // Through the supervisor, although the receiver sees it as well.
    assert_eq!(rig.act("stop", path).await.unwrap().outcome, "done");
    says(&supervisor, "consumer", TaskStatus::Dead).await;
}

#[test]
fn a_runtime_that_goes_takes_them_with_it_and_that_is_said() {
    let host = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let host = host.unwrap();
    let supervisor =
        host.block_on(async { builder("host").with_task("ignores", Job(How::Ignores)).spawn() });
    let mine = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    mine.block_on(async {
        let rig = Rig::shared().await;
        rig.when("/host/ignores", is("idle")).await;
        host.shutdown_background();
        rig.when("/host/ignores", is("stopped")).await;
        let why = Some("its runtime was shut down".to_owned());
        assert_eq!(end(&rig, "/host/ignores").await, ("aborted".into(), why.clone()));
        rig.when("/host", is("stopped")).await;
        assert_eq!(end(&rig, "/host").await, ("aborted".into(), why));
    });
    drop(supervisor);
}
