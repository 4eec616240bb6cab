// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One row of a table: what a client sends, and all that may come of it.
struct Attack: Sendable {
    /// What the service may see of it.
    enum Sight: Sendable {
        /// Not a byte.
        case nothing
        /// The beginning of a request that never becomes complete.
        case part
        /// One request, framed in one way only.
        case whole
    }

    let name: String
    /// One scalar a byte. `{key}` stands for the API key.
    let text: String
    let status: Int
    /// Of the record; nil where the access is granted.
    let reason: String?
    let sight: Sight
    /// Whether the connection ends with the answer, or else serves the request that follows.
    let closes: Bool
    /// What else is to be said of the request that the service sees.
    var isRight: @Sendable (WireMessage) -> Bool = { _ in true }

    /// Refused on sight: nothing of it is believed, and nothing that follows it.
    static func refused(
        _ name: String, _ text: String, _ status: Int, _ reason: String
    ) -> Attack {
        Attack(
            name: name, text: text, status: status, reason: reason, sight: .nothing, closes: true)
    }

    /// Refused as malformed.
    static func refused(_ name: String, _ text: String, _ reason: String) -> Attack {
        refused(name, text, 400, reason)
    }

    /// A chunked body that is at fault; its request was forwarded already.
    static func cut(_ body: String, _ reason: String = "malformed_chunk") -> Attack {
        Attack(
            name: "chunks \(body.prefix(40).debugDescription)",
            text: post("Transfer-Encoding: chunked\r\n", body), status: 400, reason: reason,
            sight: .part, closes: true)
    }

    /// Denied after it was understood: the connection lives on.
    static func denied(
        _ name: String, _ text: String, _ status: Int, _ reason: String
    ) -> Attack {
        Attack(
            name: name, text: text, status: status, reason: reason, sight: .nothing, closes: false)
    }

    /// The same, on a connection that ends with it.
    var closing: Attack {
        Attack(
            name: name, text: text, status: status, reason: reason, sight: sight, closes: true,
            isRight: isRight)
    }

    /// Harmless once it is written anew.
    static func passed(
        _ name: String, _ text: String,
        _ isRight: @escaping @Sendable (WireMessage) -> Bool = { _ in true }
    ) -> Attack {
        Attack(
            name: name, text: text, status: 200, reason: nil, sight: .whole, closes: false,
            isRight: isRight)
    }

    // MARK: Requests

    static func get(_ fields: String, _ body: String = "") -> String {
        request("GET /v1/invoices/1 HTTP/1.1", fields, body)
    }

    static func post(_ fields: String, _ body: String) -> String {
        request("POST /v1/invoices HTTP/1.1", fields, body)
    }

    /// A request to the right host with the right key.
    static func request(_ line: String, _ fields: String = "", _ body: String = "") -> String {
        "\(line)\r\nHost: api.example.com\r\nX-Api-Key: {key}\r\n\(fields)\r\n\(body)"
    }

    /// A whole request to be hidden in a body; no service may ever be asked for it.
    static let smuggled = request("GET /v1/invoices/smuggled HTTP/1.1")

    /// `POST` whose body can be read by length or by chunks, with something hidden for either reader.
    static func ambiguous(_ fields: String) -> String {
        post(fields, "0\r\n\r\n" + smuggled)
    }
}
