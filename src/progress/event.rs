//! The events themselves. Each has its name in `event`; docs/reference/events.md has them all.

use std::time::Duration;

use serde::Serialize;

use super::data::milliseconds;
use super::{
    Change, ChosenBy, Ended, FaultSign, Fix, Level, Location, OldVersion, OperationKind, Phase, Reason,
};
use crate::report::Problem;

/// Something that happened while an operation went on.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An operation began.
    OperationStarted {
        /// Which one.
        kind: OperationKind,
    },
    /// An operation ended, and has cleaned up.
    OperationFinished {
        /// Which one.
        kind: OperationKind,
        /// How.
        ended: Ended,
        /// How long it took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// A phase of an operation of several began.
    PhaseStarted {
        /// Which one.
        phase: Phase,
    },
    /// A phase of an operation of several is done.
    PhaseFinished {
        /// Which one.
        phase: Phase,
        /// How long it took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// Another operation works in the project's `gen/`: this one waits.
    WaitingForProject,

    /// Commands of the project's own language pack will run.
    OwnPack {
        /// The pack.
        pack: String,
    },
    /// It was decided what compiles a pack's functions.
    BuilderChosen {
        /// The pack.
        pack: String,
        /// What, and why.
        choice: ChosenBy,
    },
    /// A pack's functions cannot be compiled in containers.
    ContainerUnavailable {
        /// The pack.
        pack: String,
        /// The error.
        reason: String,
    },
    /// A compiler was found.
    CompilerFound {
        /// The pack.
        pack: String,
        /// The compiler's version.
        version: String,
        /// Where it is.
        location: Location,
    },
    /// A compiler is being installed.
    CompilerInstalling {
        /// The program.
        program: String,
        /// The versions that will do.
        requires: String,
        /// What is run.
        command: String,
        /// The image that it is installed for, if it is not for this machine.
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<String>,
    },
    /// An image is being fetched.
    ImageFetching {
        /// The image.
        image: String,
    },
    /// So much of an image is there.
    ImageProgress {
        /// The image.
        image: String,
        /// How many bytes are there.
        bytes: u64,
        /// How many there are, as far as is known.
        total_bytes: u64,
    },
    /// An image was fetched, or fetching it failed.
    ImageFetched {
        /// The image.
        image: String,
        /// Whether it is there.
        ok: bool,
        /// How long it took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// The newest images were wanted, and the pack's compiler is on this machine.
    ImageNotNeeded {
        /// The pack.
        pack: String,
    },
    /// It is not known which image the project remembers: that of the pack's name is taken.
    ImageNotLocked {
        /// The error.
        reason: String,
    },
    /// An image cannot be remembered in `pelato.lock`.
    ImageNotRemembered {
        /// The image.
        image: String,
        /// The error.
        reason: String,
    },

    /// Third-party code of a component was found, and pinned in new or changed files of the user's.
    DependenciesPinned {
        /// The component.
        component: String,
        /// The files, relative to the project.
        files: Vec<String>,
    },

    /// So many components, or checks, will be worked on.
    Planned {
        /// What is done to them.
        phase: Phase,
        /// How many.
        components: usize,
    },
    /// Work on a component began.
    ComponentStarted {
        /// Its name.
        component: String,
        /// What is done: `build` or `push`.
        phase: Phase,
        /// Why it is compiled.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// A component is done.
    ComponentFinished {
        /// Its name.
        component: String,
        /// What was done.
        phase: Phase,
        /// What came of it.
        change: Change,
        /// How long it took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// Work on a component failed.
    ComponentFailed {
        /// Its name.
        component: String,
        /// What was done.
        phase: Phase,
        /// What its compiler said, with the user's own file names.
        output: String,
    },
    /// Work on a component ended in vain: it was cancelled, or the error that ends the operation says why.
    ComponentStopped {
        /// Its name.
        component: String,
        /// What was done.
        phase: Phase,
    },
    /// A program that keeps credentials for registries takes long.
    WaitingForHelper {
        /// The program.
        program: String,
        /// After how long it is ended.
        seconds: u64,
    },
    /// A registry failed in a way that may pass: the same is tried again.
    Retrying {
        /// What was done.
        phase: Phase,
        /// The error.
        reason: String,
        /// Whether it is the first time in this operation.
        first: bool,
    },

    /// A stream was created that keeps messages.
    StreamCreated {
        /// Its name.
        stream: String,
        /// What it keeps.
        topic: String,
    },
    /// A stream keeps the messages of a component.
    ConsumerReady {
        /// The consumer, named after its component.
        consumer: String,
        /// What it reads.
        topic: String,
        /// The stream.
        stream: String,
    },
    /// A stream that a running workflow needs is gone; it will be created again.
    StreamLost {
        /// The component that needs it.
        component: String,
        /// Its name, if it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        stream: Option<String>,
        /// What it kept.
        topic: String,
    },
    /// A consumer of a running workflow was deleted or changed, and is as it was again.
    ConsumerRestored {
        /// The consumer, named after its component.
        consumer: String,
        /// What it reads.
        topic: String,
        /// The stream.
        stream: String,
        /// Whether it was deleted, not changed.
        deleted: bool,
    },
    /// Something that keeps messages of a running workflow is gone and cannot be created again; it is tried again.
    StorageNotRestored {
        /// The error.
        reason: String,
    },
    /// Messages that no component can be given, because they cannot be read, were dead-lettered.
    UnreadableDeadLettered {
        /// The component.
        component: String,
        /// The dead-letter topic.
        topic: String,
        /// How many.
        count: usize,
    },
    /// Something on the platform is worth a warning.
    DeployWarning {
        /// What.
        message: String,
    },
    /// A host could not start a part of an application; it is tried again.
    PartFailed {
        /// The part.
        part: String,
        /// The host's words.
        reason: String,
    },
    /// An earlier version will be deployed.
    RollingBack {
        /// Which one.
        version: String,
    },

    /// The workflow's ports are for the platform: on this machine there is one.
    PortShared {
        /// Which one.
        port: u16,
    },
    /// Messages that a component wants at least once are not kept in this process.
    MessagesNotStored {
        /// The component.
        component: String,
    },
    /// Another process runs the project, too, and neither has a NATS server: they do not hear each other.
    RunsElsewhere,
    /// A component is made ready for this machine.
    Preparing {
        /// The component.
        component: String,
        /// It takes long: it was not compiled for this machine before.
        slow: bool,
    },
    /// A component is ready for this machine.
    Prepared {
        /// The component.
        component: String,
        /// How long that took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// The workflow cannot be started as it is: a change of it is waited for.
    NotStarted {
        /// Why.
        reason: OldVersion,
    },
    /// What was built anew runs.
    Replaced {
        /// The components that are new or other ones; none if the change made no difference.
        components: Vec<String>,
    },
    /// What was changed cannot run: what ran before goes on.
    NotReplaced {
        /// Why.
        reason: OldVersion,
    },

    /// A fix is applied, or would be.
    Fix {
        /// Which one.
        fix: Fix,
        /// Only told, not done.
        dry_run: bool,
    },
    /// A fix could not be applied.
    FixFailed {
        /// The error.
        message: String,
        /// What to do.
        #[serde(skip_serializing_if = "Option::is_none")]
        help: Option<String>,
    },

    /// A drill sends its messages.
    DrillProbing {
        /// The topic that they are sent to.
        from: String,
        /// The topic that they come out of.
        to: String,
        /// How many a second.
        rate: f64,
    },
    /// The first message of a drill came out.
    DrillAnswered {
        /// How long after it was sent.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// A person has to take a host away now.
    DrillWaitingForFault,
    /// A command that takes a host away is run.
    DrillCommandStarted {
        /// The command.
        command: String,
    },
    /// That command ended.
    DrillCommandFinished {
        /// How long it took.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
        /// What it printed.
        output: String,
    },
    /// A fault was seen.
    DrillFault {
        /// By which sign.
        sign: FaultSign,
        /// When, since the first message.
        #[serde(rename = "at_ms", serialize_with = "milliseconds")]
        at: Duration,
    },
    /// No fault was seen.
    DrillNoFault {
        /// In how long.
        #[serde(rename = "waited_ms", serialize_with = "milliseconds")]
        waited: Duration,
    },
    /// A drill waits until all messages come in time again.
    DrillSettling {
        /// What is in time.
        #[serde(rename = "late_ms", serialize_with = "milliseconds")]
        late: Duration,
        /// For how long they have to.
        #[serde(rename = "settle_ms", serialize_with = "milliseconds")]
        settle: Duration,
    },
    /// They do not.
    DrillNotSettled {
        /// How long was waited for it.
        #[serde(rename = "waited_ms", serialize_with = "milliseconds")]
        waited: Duration,
        /// Whose hosts are missing.
        target: Option<String>,
    },

    /// Something is wrong or suspicious in what the user wrote, and the work goes on.
    Problem(Problem),
    /// What the command line itself says.
    Message {
        /// How important it is.
        level: Level,
        /// The words.
        text: String,
    },
}
