// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a client connection waits for, each with its last moment.
struct ClientDeadlines {
    /// Something of the client: handshake, head, body, next request, or its closing.
    var client = Moment.never
    /// The client's taking of what was written.
    var write = Moment.never
    /// Something of the service: connection, head or body.
    var service = Moment.never
    /// The end of an answer that is held.
    var hold = Moment.never

    var earliest: Moment { min(min(client, write), min(service, hold)) }
}
