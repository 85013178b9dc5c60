//! What a user of a NATS server may do: the server says so only when it is tried.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event};
use futures_util::StreamExt;
use tokio::sync::Notify;

use super::{NatsError, Right, Server, connect, denied, user};

/// How long the server may take for what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// A server tells a user here what it may do.
const USER_INFO: &str = "$SYS.REQ.USER.INFO";
/// A reply subject that servers keep for themselves. They look at the right to publish first, and then refuse a message
/// of a client with such a subject: so nobody receives it (nats-server 2.9 to 2.14).
const RESERVED_REPLY: &str = "_R_.pelato";

/// The rights among these that the user lacks, each as the error that it is. No message reaches anybody.
///
/// # Errors
/// When the server cannot be used.
pub async fn lacking(
    server: &Server,
    rights: &BTreeSet<(Right, String)>,
) -> Result<Vec<NatsError>, NatsError> {
    let (heard, closed) = (Arc::<Mutex<BTreeSet<(Right, String)>>>::default(), Arc::<Notify>::default());
    let settings = ConnectOptions::new().event_callback({
        let (heard, closed) = (Arc::clone(&heard), Arc::clone(&closed));
        move |event| {
            match &event {
                Event::ServerError(error) => {
                    heard.lock().unwrap_or_else(PoisonError::into_inner).extend(denied(error));
                }
                Event::Draining | Event::Closed => closed.notify_one(),
                _ => {}
            }
            std::future::ready(())
        }
    });
    if rights.is_empty() {
        return Ok(Vec::new());
    }
    let client = connect(server, settings).await?;
    // What is tried in vain is in the server's log: not for a user who may do everything.
    if may_do_everything(&client).await {
        return Ok(Vec::new());
    }
    let mut subscriptions = Vec::new();
    for (right, subject) in rights {
        match right {
            Right::Subscribe => subscriptions.extend(client.subscribe(subject.clone()).await),
            Right::Publish => {
                let _ = client.publish_with_reply(subject.clone(), RESERVED_REPLY, "".into()).await;
            }
        }
    }
    // The server answers in order: what it denies comes before this. Without a right on inboxes the time has to do.
    let inbox = client.new_inbox();
    if let Ok(mut echo) = client.subscribe(inbox.clone()).await {
        let _ = client.publish(inbox, "".into()).await;
        let _ = tokio::time::timeout(PATIENCE, echo.next()).await;
    }
    // Events are passed on in order, too: this is the last.
    let _ = client.drain().await;
    let _ = tokio::time::timeout(PATIENCE, closed.notified()).await;
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let lacking = rights.iter().filter(|right| heard.contains(*right));
    let error = |(right, subject): &(Right, String)| NatsError::NotPermitted {
        user: user(server),
        subject: subject.clone(),
        right: *right,
    };
    Ok(lacking.map(error).collect())
}

/// Whether the server says that the user has no limits. A user who may not even ask has some.
async fn may_do_everything(client: &Client) -> bool {
    let asked = client.request(USER_INFO, "".into());
    let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, asked).await else { return false };
    let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap_or_default();
    answer["data"].is_object() && answer["data"]["permissions"].is_null()
}
