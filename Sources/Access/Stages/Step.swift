// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What the data plane does next for an exchange.
package enum Step {
    /// A record is on its way to the ledger: wait for ``Exchange/settled(_:)``.
    case wait
    /// Connect to the service and send the request.
    case forward(RecordedRequest)
    /// Send our own answer; nothing of a service's answer has left. The exchange is over.
    case answer(AccessRefusal)
    /// What is held of the service's answer may leave, and more as it comes, but not its end.
    case release
    /// All of the service's answer may leave. The exchange is over.
    case finish
    /// Close the client's connection without another byte. The exchange is over.
    case abort
}
