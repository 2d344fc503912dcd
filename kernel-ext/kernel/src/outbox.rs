//! Everything that leaves the kernel, from any thread, in the order in which it was given.
//!
//! Each socket has a task of its own that writes. Giving a message never waits, so that a client that does not read
//! cannot stop a cell.

use bytes::Bytes;
use jupyter_protocol::{ExecutionState, IoPubWelcome, JupyterMessageContent, Status};
use jupyter_zmq_client::{KernelIoPubXPubConnection, SubscriptionEvent, parse_subscription_message};
use kovacs_wire::{Channel, Request, Writer};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::{RouterSendHalf, SocketRecv, SocketSend, ZmqMessage};

type Frames = Vec<Bytes>;

/// Gives messages to the tasks that write them.
#[derive(Clone)]
pub(crate) struct Outbox {
    writer: Arc<Writer>,
    shell: UnboundedSender<Frames>,
    control: UnboundedSender<Frames>,
    stdin: UnboundedSender<Frames>,
    iopub: UnboundedSender<Frames>,
}

impl Outbox {
    /// Starts the tasks that write to the sockets.
    pub(crate) fn start(
        writer: Writer,
        shell: RouterSendHalf,
        control: RouterSendHalf,
        stdin: RouterSendHalf,
        iopub: KernelIoPubXPubConnection,
    ) -> Outbox {
        let writer = Arc::new(writer);
        let (publish, published) = unbounded_channel();
        tokio::spawn(write_iopub(iopub, published, Arc::clone(&writer)));
        Outbox { writer, shell: routed(shell), control: routed(control), stdin: routed(stdin), iopub: publish }
    }

    /// Answers a request on its channel.
    pub(crate) fn reply(&self, request: &Request, content: impl Into<JupyterMessageContent>) {
        let frames =
            self.writer.frames(&request.identities, Some(&request.header), &Value::Object(Map::new()), content);
        let queue = match request.channel {
            Channel::Control => &self.control,
            Channel::Shell | Channel::Stdin => &self.shell,
        };
        // Only at the end of the kernel is nobody there to write.
        let _ = queue.send(frames);
    }

    /// Asks the user of the front end that sent `request`.
    pub(crate) fn ask(&self, request: &Request, question: impl Into<JupyterMessageContent>) {
        let frames =
            self.writer.frames(&request.identities, Some(&request.header), &Value::Object(Map::new()), question);
        let _ = self.stdin.send(frames);
    }

    /// Tells all clients.
    pub(crate) fn publish(&self, parent: Option<&Value>, content: impl Into<JupyterMessageContent>) {
        let content = content.into();
        let topic = Bytes::from(format!("kernel.{}", content.message_type()));
        let frames = self.writer.frames(&[topic], parent, &Value::Object(Map::new()), content);
        let _ = self.iopub.send(frames);
    }

    /// Tells all clients what the kernel does because of `parent`.
    pub(crate) fn status(&self, parent: Option<&Value>, execution_state: ExecutionState) {
        self.publish(parent, Status { execution_state });
    }
}

/// A message whose type `jupyter-protocol` does not have, or not with all its fields.
pub(crate) fn untyped(kind: &str, content: Value) -> JupyterMessageContent {
    JupyterMessageContent::UnknownMessage(jupyter_protocol::UnknownMessage { msg_type: kind.to_owned(), content })
}

fn routed(mut socket: RouterSendHalf) -> UnboundedSender<Frames> {
    let (sender, mut receiver) = unbounded_channel::<Frames>();
    tokio::spawn(async move {
        while let Some(frames) = receiver.recv().await {
            let Ok(message) = ZmqMessage::try_from(frames) else { continue };
            if let Err(error) = socket.send(message).await {
                crate::log(&format!("a client is gone before its answer: {error}"));
            }
        }
    });
    sender
}

async fn write_iopub(
    connection: KernelIoPubXPubConnection,
    mut messages: UnboundedReceiver<Frames>,
    writer: Arc<Writer>,
) {
    let mut socket = connection.socket;
    loop {
        tokio::select! {
            frames = messages.recv() => {
                let Some(frames) = frames else { return };
                let Ok(message) = ZmqMessage::try_from(frames) else { continue };
                if let Err(error) = socket.send(message).await {
                    crate::log(&format!("cannot publish: {error}"));
                }
            }
            event = socket.recv() => match event {
                Ok(event) => {
                    let Some(SubscriptionEvent::Subscribe(topic)) = parse_subscription_message(&event) else { continue };
                    let first = Bytes::from(topic.clone());
                    let welcome = IoPubWelcome { subscription: topic };
                    let frames = writer.frames(&[first], None, &Value::Object(Map::new()), welcome);
                    let Ok(message) = ZmqMessage::try_from(frames) else { continue };
                    if let Err(error) = socket.send(message).await {
                        crate::log(&format!("cannot publish: {error}"));
                    }
                }
                Err(error) => {
                    crate::log(&format!("a subscriber sent what is no subscription: {error}"));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }
}
