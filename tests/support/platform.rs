//! What every platform has to do, by the facade: [`all`] is run with a platform that needs no server in `it`, and with the
//! real ones in `servers`. Each case begins with nothing deployed and ends so.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pelato::cancel::Cancel;
use pelato::platform::{DeployError, Deployed, Options, Outlook, Part, PartKind, Platform, State, Status};
use pelato::progress::Silent;
use pelato::project::Sources;
use pelato::trust::AllowAll;
use pelato::{Error, Pelato};

use super::echoes::{self, PACK, PACK_TEXT};
use super::{Place, tools};

const WORKFLOW: &str = "workflow.yaml";
/// The components of the project, and those of another with its name.
const COMPONENTS: [&str; 2] = ["first", "second"];
const OTHERS: [&str; 2] = ["third", "fourth"];

/// A project, and the platform that it is deployed to.
pub struct Stage {
    pub place: Place,
    settings: Vec<(&'static str, String)>,
    platform: Option<Arc<dyn Platform>>,
}

/// Two components, the first of which calls the second: on hosts of the target `edge`.
fn workflow([first, second]: [&str; 2]) -> String {
    let task = |name: &str, from: &str, to: &str| {
        format!(
            "  - name: {name}\n    type: processor_nats\n    language: wat\n    code: echo\n    targets: [edge]\n    \
             source_topic: {from}\n    dest_topic: {to}\n    component_name: {name}\n    version: 1.0.0\n    \
             replicas: 1\n"
        )
    };
    let tasks = task(first, "any.in", "any.between") + &task(second, "any.between", "any.out");
    format!("project_name: Any Platform\ntasks:\n{tasks}")
}

impl Stage {
    /// With these settings, deployed to this platform; none for the one that the settings mean.
    pub fn new(settings: Vec<(&'static str, String)>, platform: Option<Arc<dyn Platform>>) -> Self {
        let place =
            settings.iter().fold(Place::empty().trusted(), |place, (name, value)| place.env(name, value));
        place.write_all(&[(WORKFLOW, &workflow(COMPONENTS)), (PACK, PACK_TEXT)]);
        place.write("language-packs/wat/starter/function.wasm", echoes::echo());
        place.write("tasks/echo/function.wasm", echoes::echo());
        Self { place, settings, platform }
    }

    /// Pushes all components that the cases deploy.
    pub fn push(&self) {
        for components in [OTHERS, COMPONENTS] {
            self.place.write(WORKFLOW, workflow(components));
            self.place.run(&["push"]).code(0);
        }
    }

    fn open(&self) -> Pelato {
        let settings = self.settings.clone();
        let look_up = move |name: &str| {
            settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        Pelato::open(pelato::Options {
            root: self.place.project().to_owned(),
            settings: Sources::new(look_up, Vec::new()),
            user: None,
            cache: tools::cache(),
            state: tools::state(),
            consent: Arc::new(AllowAll),
            events: Arc::new(Silent),
            cancel: Cancel::default(),
            platform: self.platform.clone(),
        })
    }

    fn platform(&self) -> Arc<dyn Platform> {
        self.open().platform().unwrap()
    }

    fn name(&self) -> String {
        self.platform().application_name("Any Platform").unwrap()
    }

    async fn deploy(&self) -> Deployed {
        self.open().deploy(waiting()).await.unwrap()
    }

    async fn back(&self, wanted: Option<&str>) -> Result<Deployed, DeployError> {
        self.open().rollback(wanted, waiting()).await.map_err(deploy_error)
    }

    async fn status(&self) -> Result<Status, DeployError> {
        self.open().status().await.map_err(deploy_error)
    }

    async fn remove(&self) -> bool {
        self.open().remove(None, waiting()).await.unwrap().1
    }

    /// The versions of the history, with a `>` before the one that is deployed.
    async fn history(&self) -> Vec<String> {
        let revisions = self.platform().history(&self.name()).await.unwrap().into_iter();
        let shown = |deployed| if deployed { ">" } else { "" };
        revisions.map(|one| format!("{}{}", shown(one.deployed), one.version)).collect()
    }

    fn replicas(&self, number: u32) {
        let text = workflow(COMPONENTS).replace("replicas: 1", &format!("replicas: {number}"));
        self.place.write(WORKFLOW, text);
    }
}

fn waiting() -> Options {
    Options { wait: Some(Duration::from_secs(120)), force: false }
}

fn deploy_error(error: Error) -> DeployError {
    match error {
        Error::Deploy(error) => error,
        other => panic!("{other}"),
    }
}

/// The components, by their names.
fn components(status: &Status) -> Vec<&Part> {
    let mut parts: Vec<_> = status.parts.iter().filter(|part| part.kind == PartKind::Component).collect();
    parts.sort_by_key(|part| part.name.clone());
    parts
}

/// All cases.
pub async fn all(stage: &Stage) {
    what_is_not_there(stage).await;
    what_is_deployed_runs(stage).await;
    the_same_again(stage).await;
    back_and_forth(stage).await;
    old_versions_are_forgotten(stage).await;
    what_is_another_projects_is_left_alone(stage).await;
    a_target_without_hosts(stage).await;
    hosts_tell_what_runs(stage).await;
    what_moves_comes_back(stage).await;
    nothing_is_left(stage).await;
}

async fn what_is_not_there(stage: &Stage) {
    let missing = stage.status().await.unwrap_err();
    assert!(matches!(missing, DeployError::NotDeployed { .. }), "{missing}");
    let missing = stage.back(None).await.unwrap_err();
    assert!(matches!(missing, DeployError::NotDeployed { .. }), "{missing}");
    assert!(!stage.remove().await);
    assert!(stage.history().await.is_empty());
}

async fn what_is_deployed_runs(stage: &Stage) {
    let pelato = stage.open();
    let plan = pelato.plan_deploy(false).await.unwrap();
    assert!(plan.version.starts_with("1-") && !plan.unchanged && !plan.stored, "{plan:?}");
    assert_eq!((plan.deployed, plan.warnings), (None, Vec::new()));
    assert!(stage.history().await.is_empty(), "planning changes nothing");

    let deployed = stage.deploy().await;
    assert_eq!((&deployed.name, &deployed.version), (&plan.name, &plan.version));
    assert!(!deployed.unchanged && deployed.acknowledged <= deployed.elapsed);
    let status = deployed.status.unwrap();
    assert_eq!((status.outlook, &status.version), (Outlook::Settled, &plan.version), "{status:?}");
    let names: Vec<_> = components(&status).iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, COMPONENTS);
    for part in &status.parts {
        assert_eq!((part.state, &part.reason), (State::Running, &None), "{part:?}");
        assert!(part.instances == part.replicas && part.hosts.len() == 1, "{part:?}");
        assert_eq!(part.running, BTreeSet::from([part.wanted.clone()]), "{part:?}");
    }
    assert!(components(&status).iter().all(|part| part.wanted == "1.0.0" && part.replicas == 1));
    let file = stage.place.read(&format!("gen/{}", stage.platform().about().manifest_file));
    assert_eq!(file, plan.manifest.to_yaml().unwrap());
    assert!(stage.remove().await);
}

async fn the_same_again(stage: &Stage) {
    let first = stage.deploy().await;
    let plan = stage.open().plan_deploy(false).await.unwrap();
    assert!(plan.unchanged && plan.stored, "{plan:?}");
    assert_eq!(plan.deployed, Some(plan.manifest));
    let again = stage.deploy().await;
    assert!(again.unchanged && again.version == first.version, "{again:?}");
    assert_eq!(stage.history().await, [format!(">{}", first.version)]);
    assert!(stage.remove().await);
}

async fn back_and_forth(stage: &Stage) {
    let replicas = |status: &Status| components(status).iter().map(|part| part.replicas).collect::<Vec<_>>();
    let first = stage.deploy().await.version;
    stage.replicas(2);
    let second = stage.deploy().await;
    assert_eq!(replicas(second.status.as_ref().unwrap()), [2, 2]);
    assert!(second.version.starts_with("2-"), "{}", second.version);
    let second = second.version;

    let back = stage.back(None).await.unwrap();
    assert_eq!(back.version, first);
    assert_eq!(replicas(&back.status.unwrap()), [1, 1]);
    assert_eq!(stage.status().await.unwrap().version, first);
    assert_eq!(stage.history().await, [format!(">{first}"), second.clone()]);
    let nothing = stage.back(None).await.unwrap_err();
    assert!(matches!(nothing, DeployError::NothingBefore { .. }), "{nothing}");
    let nothing = stage.back(Some("9")).await.unwrap_err();
    assert!(matches!(nothing, DeployError::NoSuchVersion { .. }), "{nothing}");
    assert_eq!(stage.back(Some("2")).await.unwrap().version, second);
    assert_eq!(stage.back(Some(&first)).await.unwrap().version, first);

    let again = stage.deploy().await;
    assert_eq!(again.version, second, "what the workflow says is in the history");
    assert_eq!(stage.history().await, [first, format!(">{second}")]);
    assert!(stage.remove().await);
    stage.replicas(1);
}

async fn old_versions_are_forgotten(stage: &Stage) {
    for number in 1..=12 {
        stage.replicas(number);
        stage.open().deploy(Options { wait: None, ..waiting() }).await.unwrap();
    }
    let history = stage.history().await;
    let numbers: Vec<_> = history.iter().map(|version| version.split_once('-').unwrap().0).collect();
    assert_eq!(numbers, ["3", "4", "5", "6", "7", "8", "9", "10", "11", ">12"]);
    stage.replicas(1);
    stage.deploy().await;
    assert!(stage.remove().await);
}

async fn what_is_another_projects_is_left_alone(stage: &Stage) {
    let ours = stage.deploy().await.version;
    stage.place.write(WORKFLOW, workflow(OTHERS));
    let refused = stage.open().deploy(waiting()).await.map_err(deploy_error).unwrap_err();
    assert!(matches!(refused, DeployError::Foreign { .. }), "{refused}");
    assert_eq!(stage.status().await.unwrap().version, ours);
    let forced = stage.open().deploy(Options { force: true, ..waiting() }).await.unwrap();
    assert!(forced.version.starts_with("2-"), "{}", forced.version);
    let names: BTreeSet<_> =
        components(&forced.status.unwrap()).iter().map(|part| part.name.clone()).collect();
    assert_eq!(names, OTHERS.map(str::to_owned).into());
    assert!(stage.remove().await);
    stage.replicas(1);
}

async fn a_target_without_hosts(stage: &Stage) {
    let text = workflow(COMPONENTS);
    let (before, second) = text.split_at(text.rfind("targets: [edge]").unwrap());
    stage.place.write(WORKFLOW, before.to_owned() + &second.replace("[edge]", "[fog]"));
    let plan = stage.open().plan_deploy(false).await.unwrap();
    assert!(plan.warnings.iter().any(|warning| warning.contains("fog")), "{:?}", plan.warnings);
    let status = stage.deploy().await.status.unwrap();
    assert_eq!(status.outlook, Outlook::Settled, "nobody waits for a host that may never come");
    let states: Vec<_> = components(&status).iter().map(|part| part.state).collect();
    assert_eq!(states, [State::Running, State::Waiting]);
    assert!(components(&status)[1].reason.as_ref().unwrap().contains("fog"), "{status:?}");
    assert!(status.problems.iter().any(|problem| problem.part == COMPONENTS[1]), "{status:?}");
    assert!(stage.remove().await);
    stage.replicas(1);
}

async fn hosts_tell_what_runs(stage: &Stage) {
    let (platform, name) = (stage.platform(), stage.name());
    let running = || async {
        let hosts = platform.hosts().await.unwrap().into_iter();
        let ours = hosts.flat_map(|host| host.running.into_iter().map(move |one| (host.target.clone(), one)));
        let ours = ours.filter(|(_, one)| one.application == name);
        ours.map(|(target, one)| (target.unwrap(), one.component)).collect::<BTreeSet<_>>()
    };
    assert!(running().await.is_empty());
    stage.deploy().await;
    let edge = |component: &str| ("edge".to_owned(), component.to_owned());
    assert_eq!(running().await, COMPONENTS.map(edge).into());
    let known: BTreeSet<_> = platform.hosts().await.unwrap().into_iter().map(|host| host.id).collect();
    assert_eq!(platform.answering(&known).await.unwrap(), known);
    assert!(stage.remove().await);
    assert!(running().await.is_empty());
}

async fn what_moves_comes_back(stage: &Stage) {
    let running = || async {
        let hosts = stage.platform().hosts().await.unwrap().into_iter();
        let running = hosts
            .flat_map(|host| host.running.into_iter().map(move |one| (one.component, host.target.clone())));
        let targets =
            running.filter(|(component, _)| component == COMPONENTS[0]).filter_map(|(_, target)| target);
        targets.collect::<Vec<_>>()
    };
    let first = stage.deploy().await.version;
    let before = stage.place.read(WORKFLOW);
    let to = |target: &str| vec![target.to_owned()];
    let planned = stage.open().plan_move(COMPONENTS[0], &to("cloud"), false).await.unwrap();
    assert_eq!(planned.warnings, Vec::<String>::new());
    assert_eq!(
        (stage.place.read(WORKFLOW), running().await),
        (before.clone(), to("edge")),
        "planning changes nothing"
    );

    let moved = stage.open().move_component(COMPONENTS[0], &to("cloud"), waiting()).await.unwrap();
    assert_eq!((&moved.relocation.from, &moved.relocation.to), (&to("edge"), &to("cloud")));
    assert_eq!(running().await, to("cloud"));
    let after = before.replacen("[edge]", "[cloud]", 1);
    assert_eq!(stage.place.read(WORKFLOW), after);
    assert_eq!(stage.back(None).await.unwrap().version, first);
    assert_eq!((stage.place.read(WORKFLOW), running().await), (after.clone(), to("edge")));

    let refused = stage.open().move_component(COMPONENTS[0], &to("clout"), waiting()).await.unwrap_err();
    assert_eq!(refused.code().as_deref(), Some("pelato::relocation::no_host"));
    assert_eq!(stage.place.read(WORKFLOW), after);
    assert!(stage.remove().await);
    stage.replicas(1);
}

async fn nothing_is_left(stage: &Stage) {
    let first = stage.deploy().await.version;
    assert!(stage.remove().await);
    let missing = stage.status().await.unwrap_err();
    assert!(matches!(missing, DeployError::NotDeployed { .. }), "{missing}");
    assert!(stage.history().await.is_empty());
    assert!(!stage.remove().await);
    assert_eq!(stage.deploy().await.version, first, "it begins anew");
    assert!(stage.remove().await);
}
