//! What the operator asks hosts over NATS: JSON as protocol buffers have it.

use std::time::Duration;

use serde_json::Value;

use super::Operator;

impl Operator {
    /// Asks a host and waits for its answer; in the words of the operator if there is none.
    pub async fn ask(
        &self,
        host: &str,
        what: &str,
        request: &Value,
        patience: Duration,
    ) -> Result<Value, String> {
        let request = self.nats.send_request(
            format!("runtime.host.{host}.{what}"),
            async_nats::Request::new().payload(request.to_string().into()).timeout(Some(patience)),
        );
        let answer = request.await.map_err(|error| match error.kind() {
            async_nats::RequestErrorKind::NoResponders => {
                "nats: no responders available for request".to_owned()
            }
            async_nats::RequestErrorKind::TimedOut => "context deadline exceeded".to_owned(),
            _ => error.to_string(),
        })?;
        serde_json::from_slice(&answer.payload).map_err(|error| error.to_string())
    }
}
