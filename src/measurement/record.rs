//! Readings ↔ a file, which `pelato report` draws. When a probe was due is not in it: the rate says so.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::readings::{Fault, Host, How, Probe, Readings};
use crate::files::{self, FileError};
use crate::remedy::{Argument, Operation};
use crate::report::{Problem, Source};

/// The version of the form.
const SCHEMA: u32 = 1;
/// By this a record is known.
const KIND: &str = "pelato drill";
/// No record is larger: that is more than the most probes need.
pub const MAX_BYTES: u64 = 128 << 20;
/// The mark of a record is within its first bytes.
const HEAD: usize = 64;

/// Why a record is not written. What was there is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RecordError {
    /// A file of somebody else is there.
    #[error("{path} already exists and is not a record of a drill")]
    #[diagnostic(
        code(pelato::drill::record::not_a_record),
        help("choose another name with {}", Argument::Record)
    )]
    NotARecord { path: String },
    #[error("there is no folder to write {path} into")]
    #[diagnostic(
        code(pelato::drill::record::no_folder),
        help("create it first, or choose another name with {}", Argument::Record)
    )]
    NoFolder { path: String },
    #[error("the readings cannot be encoded")]
    #[diagnostic(code(pelato::drill::record::encode), help("this is a bug in PELATO: please report it"))]
    Encode(#[from] serde_json::Error),
    #[error(transparent)]
    #[diagnostic(transparent)]
    File(#[from] FileError),
}

#[derive(Serialize, Deserialize)]
struct Record {
    kind: String,
    schema: u32,
    from: String,
    to: String,
    rate: f64,
    late_us: u64,
    lag_us: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<FaultRecord>,
    #[serde(default)]
    foreign: usize,
    #[serde(default)]
    away_us: Vec<(u64, Option<u64>)>,
    #[serde(default)]
    hosts: Vec<HostRecord>,
    /// For each probe; null if it never came.
    latencies_us: Vec<Option<u64>>,
    /// The numbers of those that were not sent.
    #[serde(default)]
    unsent: Vec<usize>,
    /// Numbers, and how often they came once more.
    #[serde(default)]
    copies: Vec<(usize, u32)>,
}

#[derive(Serialize, Deserialize)]
struct FaultRecord {
    at_us: u64,
    until_us: u64,
    how: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct HostRecord {
    name: String,
    target: String,
    ran: Vec<String>,
    vanished_us: Option<u64>,
    back_us: Option<u64>,
}

/// Sees whether a record can be written there, before the drill: afterwards it would be a pity.
///
/// # Errors
/// When there is no folder for it, or another file is there.
pub fn prepare(path: &Path) -> Result<(), RecordError> {
    let shown = || path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(RecordError::NoFolder { path: shown() });
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(FileError::io("read", path, error).into()),
        Ok(_) => {
            let text = files::read(files::anywhere(), path, MAX_BYTES)
                .map_err(|error| FileError::io("read", path, error))?;
            if is_record(&text) { Ok(()) } else { Err(RecordError::NotARecord { path: shown() }) }
        }
    }
}

/// Whether a file is a record of a drill.
pub fn is_record(text: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&text[..text.len().min(HEAD)]).into_owned();
    head.trim_start().starts_with('{') && head.contains(&format!("\"{KIND}\""))
}

/// Writes a record; one that is there is replaced.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, readings: &Readings) -> Result<(), RecordError> {
    let text = serde_json::to_string(&Record::of(readings))? + "\n";
    // The user names it.
    Ok(files::replace(files::anywhere(), path, text.as_bytes())?)
}

/// Reads a record.
///
/// # Errors
/// When it is none, or has values that make no sense.
pub fn read(source: &Arc<Source>) -> Result<Readings, Problem> {
    let wrong = |message: String| {
        let drill = Operation::Drill.with(Argument::Record);
        Problem::error("drill", source, message).advise(format!("use the file as {drill} wrote it"))
    };
    let record: Record = serde_json::from_str(&source.text).map_err(|error| {
        let words = error.to_string();
        let message = words.split(" at line ").next().unwrap_or(&words).to_owned();
        let lines = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        wrong(format!("this is not a record of a drill: {message}")).at(Some(at..at))
    })?;
    if record.kind != KIND || record.schema != SCHEMA {
        return Err(wrong(format!(
            "this is a `{}` of schema {}; only schema {SCHEMA} is supported",
            record.kind, record.schema
        )));
    }
    if !(record.rate > 0.0 && record.rate.is_finite()) {
        return Err(wrong(format!("the rate is {}", record.rate)));
    }
    record.into_readings().ok_or_else(|| wrong("it refers to a probe that does not exist".to_owned()))
}

impl Record {
    fn of(readings: &Readings) -> Self {
        let probes = || readings.probes.iter().enumerate();
        let host = |host: &Host| HostRecord {
            name: host.name.clone(),
            target: host.target.clone(),
            ran: host.ran.clone(),
            vanished_us: host.vanished.map(micros),
            back_us: host.back.map(micros),
        };
        Self {
            kind: KIND.to_owned(),
            schema: SCHEMA,
            from: readings.from.clone(),
            to: readings.to.clone(),
            rate: readings.rate,
            late_us: micros(readings.late),
            lag_us: micros(readings.lag),
            fault: readings.fault.as_ref().map(FaultRecord::of),
            foreign: readings.foreign,
            away_us: readings.away.iter().map(|(from, until)| (micros(*from), until.map(micros))).collect(),
            hosts: readings.hosts.iter().map(host).collect(),
            latencies_us: readings.probes.iter().map(|probe| probe.latency().map(micros)).collect(),
            unsent: probes().filter(|(_, probe)| !probe.sent).map(|(number, _)| number).collect(),
            copies: probes().filter(|(_, p)| p.copies > 0).map(|(number, p)| (number, p.copies)).collect(),
        }
    }

    /// None if a number is that of no probe.
    fn into_readings(self) -> Option<Readings> {
        let time = Duration::from_micros;
        let host = |host: HostRecord| Host {
            name: host.name,
            target: host.target,
            ran: host.ran,
            vanished: host.vanished_us.map(time),
            back: host.back_us.map(time),
        };
        let mut probes = Vec::with_capacity(self.latencies_us.len());
        for (number, latency) in self.latencies_us.iter().enumerate() {
            let due = due(self.rate, number);
            let came = latency.map(|latency| due + time(latency));
            probes.push(Probe { due, sent: true, came, copies: 0 });
        }
        for number in &self.unsent {
            probes.get_mut(*number)?.sent = false;
        }
        for (number, copies) in &self.copies {
            probes.get_mut(*number)?.copies = *copies;
        }
        Some(Readings {
            from: self.from,
            to: self.to,
            rate: self.rate,
            late: time(self.late_us),
            probes,
            fault: self.fault.map(FaultRecord::into_fault),
            foreign: self.foreign,
            away: self.away_us.iter().map(|(from, until)| (time(*from), until.map(time))).collect(),
            hosts: self.hosts.into_iter().map(host).collect(),
            lag: time(self.lag_us),
        })
    }
}

impl FaultRecord {
    fn of(fault: &Fault) -> Self {
        let (how, command) = match &fault.how {
            How::Command(command) => ("command", Some(command.clone())),
            How::Reported => ("reported", None),
            How::Probe => ("probe", None),
            How::Host => ("host", None),
        };
        Self { at_us: micros(fault.at), until_us: micros(fault.until), how: how.to_owned(), command }
    }

    fn into_fault(self) -> Fault {
        let how = match (self.how.as_str(), self.command) {
            ("command", command) => How::Command(command.unwrap_or_default()),
            ("reported", _) => How::Reported,
            ("host", _) => How::Host,
            _ => How::Probe,
        };
        Fault { at: Duration::from_micros(self.at_us), until: Duration::from_micros(self.until_us), how }
    }
}

/// When a probe is due, counted from the first one. There is no sum that could drift.
pub fn due(rate: f64, number: usize) -> Duration {
    // A file may say anything.
    Duration::try_from_secs_f64(number as f64 / rate).unwrap_or(Duration::MAX / 4)
}

/// In the precision of records.
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings() -> Readings {
        let ms = Duration::from_millis;
        let probe = |number: usize| {
            let due = due(3.0, number);
            let came = (number != 4).then(|| due + Duration::from_micros(1423 + number as u64));
            Probe { due, sent: number != 4, came, copies: u32::from(number == 2) * 3 }
        };
        Readings {
            from: "a".into(),
            to: "\"b\n".into(),
            rate: 3.0,
            late: ms(1000),
            probes: (0..9).map(probe).collect(),
            fault: Some(Fault { at: ms(5), until: ms(6), how: How::Command("kill -9 1".into()) }),
            foreign: 2,
            away: vec![(ms(1), Some(ms(2))), (ms(7), None)],
            hosts: vec![Host {
                name: "h".into(),
                ran: vec!["x".into()],
                vanished: Some(ms(9)),
                ..Host::default()
            }],
            lag: ms(1),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drill.json");
        for how in [How::Command("x".into()), How::Reported, How::Probe, How::Host] {
            let mut readings = readings();
            readings.fault = readings.fault.map(|fault| Fault { how, ..fault });
            prepare(&path).unwrap();
            write(&path, &readings).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(is_record(text.as_bytes()));
            assert_eq!(read(&Source::new("drill.json", text)).unwrap(), readings);
        }
    }

    #[test]
    fn other_files_are_left_alone_and_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.json");
        fs::write(&path, "{\"a\": 1}").unwrap();
        assert!(prepare(&path).unwrap_err().to_string().ends_with("is not a record of a drill"));
        assert!(
            prepare(&folder.path().join("none/x")).unwrap_err().to_string().starts_with("there is no folder")
        );
        let good = serde_json::to_string(&Record::of(&readings())).unwrap();
        for (old, new) in [
            ("\"rate\":3.0", "\"rate\":0.0"),
            ("\"rate\":3.0", "\"rate\":-1.0"),
            ("\"rate\":3.0", "\"rate\":\"x\""),
            ("\"schema\":1", "\"schema\":2"),
            ("\"unsent\":[4]", "\"unsent\":[9]"),
            ("\"copies\":[[2,3]]", "\"copies\":[[99,3]]"),
            ("latencies_us", "latency"),
            ("}", ""),
        ] {
            assert!(good.contains(old), "{old}");
            assert!(read(&Source::new("x", good.replace(old, new))).is_err(), "{new}");
        }
        // Values without sense do not crash.
        let huge = good.replace("\"rate\":3.0", "\"rate\":1e-300").replace("1423", "18446744073709551615");
        read(&Source::new("x", huge)).unwrap();
    }
}
