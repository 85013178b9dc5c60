//! What messages advise to do with this program, without the words of one front.
//!
//! Below the fronts nobody knows how an argument is given: on a command line it is a flag, in an API a field. So a
//! message holds a remedy in a neutral notation: `` `argument:force` ``, `` `parameter:dest_topic` ``,
//! `` `operation:push temp_filter` ``. Those who write messages use the types below, whose `Display` is that notation;
//! each front puts its own words in with [`render`], or takes the remedies out with [`parts`].

use std::borrow::Cow;
use std::fmt;

/// An enum of names, each with its neutral spelling, which is also what its documentation says.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The neutral name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

names! {
    /// An argument of an operation.
    Argument {
        All = "all",
        AllowBackwards = "allow_backwards",
        AllowHost = "allow_host",
        AllowOrigin = "allow_origin",
        Bin = "bin",
        Build = "build",
        Builder = "builder",
        Cache = "cache",
        Changed = "changed",
        Check = "check",
        CloudLabel = "cloud_label",
        CloudNats = "cloud_nats",
        ComponentName = "component_name",
        DryRun = "dry_run",
        EdgeDomain = "edge_domain",
        EdgeLabel = "edge_label",
        Extension = "extension",
        Fix = "fix",
        Force = "force",
        From = "from",
        Hosts = "hosts",
        HttpPort = "http_port",
        Image = "image",
        Input = "input",
        Install = "install",
        JetstreamDomain = "jetstream_domain",
        Jobs = "jobs",
        KubernetesPort = "kubernetes_port",
        Lattice = "lattice",
        LeafPort = "leaf_port",
        Memory = "memory",
        MqttPort = "mqtt_port",
        NameOfUnit = "name_of_unit",
        NameOfSeries = "name",
        Nats = "nats",
        NoFault = "no_fault",
        NoInput = "no_input",
        NoInstall = "no_install",
        Offline = "offline",
        Output = "output",
        Pack = "pack",
        Port = "port",
        Postgres = "postgres",
        Program = "program",
        Project = "project",
        Rate = "rate",
        Record = "record",
        Registry = "registry",
        Reply = "reply",
        Requires = "requires",
        Setting = "setting",
        Settle = "settle",
        Source = "source",
        Summary = "summary",
        Target = "target",
        Timeout = "timeout",
        To = "to",
        Trust = "trust",
        User = "user",
        Verbose = "verbose",
        Version = "set",
        VersionPattern = "version_pattern",
        Watch = "watch",
    }
}

names! {
    /// An operation.
    Operation {
        AddTask = "add_task",
        Brush = "brush",
        Build = "build",
        Bump = "bump",
        Call = "call",
        Check = "check",
        Config = "config",
        DeadLettersList = "dead_letters_list",
        Deploy = "deploy",
        Doctor = "doctor",
        Drill = "drill",
        Explain = "explain",
        Infra = "infra",
        Move = "move",
        New = "new",
        PackAdd = "pack_add",
        PackRemove = "pack_remove",
        PackShow = "pack_show",
        Push = "push",
        Remove = "remove",
        Report = "report",
        Rollback = "rollback",
        Run = "run",
        Send = "send",
        Status = "status",
        Tail = "tail",
        TemplateCheck = "template_check",
        TemplateShow = "template_show",
        TrustAllow = "trust_allow",
        TrustList = "trust_list",
    }
}

/// What forbids something, such as that a compiler is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restriction {
    /// An argument that was given.
    Argument(Argument),
    /// The operation, which never does that.
    Operation(Operation),
}

impl From<Argument> for Restriction {
    fn from(argument: Argument) -> Self {
        Self::Argument(argument)
    }
}

impl From<Operation> for Restriction {
    fn from(operation: Operation) -> Self {
        Self::Operation(operation)
    }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(argument) => argument.fmt(f),
            Self::Operation(operation) => operation.fmt(f),
        }
    }
}

/// An argument, with its value if the message names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Which one.
    pub argument: Argument,
    /// Its value, or an example of one.
    pub value: Option<String>,
}

/// Something to do with this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Give an argument to the operation that the message is about (or leave it out: the sentence says which).
    Argument(Given),
    /// Give a parameter of the task's template.
    Parameter {
        /// Its name in the template's manifest.
        name: String,
        /// Its value, or an example of one.
        value: Option<String>,
    },
    /// Perform an operation.
    Operation {
        /// Which one.
        operation: Operation,
        /// What it works on: a component, a pack.
        on: Option<String>,
        /// Its arguments.
        with: Vec<Given>,
    },
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// Words.
    Text(&'a str),
    /// Something to do.
    Remedy(Remedy),
}

impl Argument {
    /// With a value.
    pub fn with(self, value: impl fmt::Display) -> Remedy {
        Remedy::Argument(Given { argument: self, value: Some(value.to_string()) })
    }
}

impl Operation {
    /// On a component, a pack or whatever else it works on.
    pub fn on(self, what: impl fmt::Display) -> Remedy {
        Remedy::Operation { operation: self, on: Some(what.to_string()), with: Vec::new() }
    }

    /// With an argument that takes no value.
    pub fn with(self, argument: Argument) -> Remedy {
        Remedy::from(self).and(argument, None)
    }
}

impl Remedy {
    /// A parameter of a template.
    pub fn parameter(name: &str) -> Self {
        Self::Parameter { name: name.to_owned(), value: None }
    }

    /// A parameter of a template with a value.
    pub fn parameter_with(name: &str, value: &str) -> Self {
        Self::Parameter { name: name.to_owned(), value: Some(value.to_owned()) }
    }

    /// An operation with one more argument. Other remedies stay as they are.
    #[must_use]
    pub fn and(mut self, argument: Argument, value: Option<&str>) -> Self {
        if let Self::Operation { with, .. } = &mut self {
            with.push(Given { argument, value: value.map(str::to_owned) });
        }
        self
    }

    fn parse(notation: &str) -> Option<Self> {
        let (kind, rest) = notation.split_once(':')?;
        match kind {
            "argument" => Some(Self::Argument(Given::parse(rest)?)),
            "parameter" => {
                let (name, value) = halves(rest);
                Some(Self::Parameter { name: decoded(name), value })
            }
            "operation" => {
                let mut words = rest.split(' ');
                let operation = Operation::parse(words.next()?)?;
                let (mut on, mut with) = (None, Vec::new());
                for word in words {
                    match word.strip_prefix("argument:") {
                        Some(given) => with.push(Given::parse(given)?),
                        None => on = Some(decoded(word)),
                    }
                }
                Some(Self::Operation { operation, on, with })
            }
            _ => None,
        }
    }
}

impl Given {
    fn parse(text: &str) -> Option<Self> {
        let (name, value) = halves(text);
        Some(Self { argument: Argument::parse(name)?, value })
    }
}

impl From<Argument> for Remedy {
    fn from(argument: Argument) -> Self {
        Self::Argument(Given { argument, value: None })
    }
}

impl From<Operation> for Remedy {
    fn from(operation: Operation) -> Self {
        Self::Operation { operation, on: None, with: Vec::new() }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Remedy::from(*self).fmt(f)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Remedy::from(*self).fmt(f)
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "argument:{}", self.argument.name())?;
        self.value.iter().try_for_each(|value| write!(f, "={}", encoded(value)))
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        match self {
            Self::Argument(given) => given.fmt(f)?,
            Self::Parameter { name, value } => {
                write!(f, "parameter:{}", encoded(name))?;
                value.iter().try_for_each(|value| write!(f, "={}", encoded(value)))?;
            }
            Self::Operation { operation, on, with } => {
                write!(f, "operation:{}", operation.name())?;
                on.iter().try_for_each(|on| write!(f, " {}", encoded(on)))?;
                with.iter().try_for_each(|given| write!(f, " {given}"))?;
            }
        }
        f.write_str("`")
    }
}

/// The pieces of a message. What is not a remedy in full is text.
pub fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut text, mut from) = (0, 0);
    while let Some(open) = message[from..].find('`').map(|at| from + at) {
        let Some(close) = message[open + 1..].find('`').map(|at| open + 1 + at) else { break };
        match Remedy::parse(&message[open + 1..close]) {
            Some(remedy) => {
                parts.push(Part::Text(&message[text..open]));
                parts.push(Part::Remedy(remedy));
                (text, from) = (close + 1, close + 1);
            }
            // The second backquote may begin a remedy.
            None => from = open + 1,
        }
    }
    parts.push(Part::Text(&message[text..]));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

/// A message in the words of a front, which says how a remedy reads; it stands in backquotes.
pub fn render<'a>(message: &'a str, word: impl Fn(&Remedy) -> String) -> Cow<'a, str> {
    let parts = parts(message);
    if !parts.iter().any(|part| matches!(part, Part::Remedy(_))) {
        return Cow::Borrowed(message);
    }
    let one = |part: Part<'a>| match part {
        Part::Text(text) => text.to_owned(),
        Part::Remedy(remedy) => format!("`{}`", word(&remedy)),
    };
    parts.into_iter().map(one).collect::<String>().into()
}

/// A value may hold what the notation uses itself.
const SPECIAL: [(char, &str); 4] = [('%', "%25"), (' ', "%20"), ('`', "%60"), ('\n', "%0A")];

fn encoded(value: &str) -> String {
    SPECIAL.iter().fold(value.to_owned(), |value, (plain, code)| value.replace(*plain, code))
}

fn decoded(value: &str) -> String {
    SPECIAL
        .iter()
        .rev()
        .fold(value.to_owned(), |value, (plain, code)| value.replace(code, &plain.to_string()))
}

fn halves(text: &str) -> (&str, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name, Some(decoded(value))),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests;
