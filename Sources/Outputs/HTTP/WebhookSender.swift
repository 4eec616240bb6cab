// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
package import ByteCoding
internal import Crypto
internal import Merkle
package import RecordForms

/// Deliveries by the conventions of Standard Webhooks: signed, with an id that stays the same when one is sent again.
package final class WebhookSender: OutputSender {
    package struct Options: Hashable, Sendable {
        package var receiver: HTTPReceiver
        package var form: DerivedForm
        /// The one in use, and while they are changed another one: receivers take what either has signed.
        package var secrets: [WebhookSecret]
        /// Of one delivery; a single record may be longer.
        package var mostBytes: Int

        package init(
            receiver: HTTPReceiver, form: DerivedForm, secrets: [WebhookSecret], mostBytes: Int
        ) {
            self.receiver = receiver
            self.form = form
            self.secrets = secrets
            self.mostBytes = mostBytes
        }
    }

    private let options: Options
    private let now: @Sendable () -> UTCInstant
    private let exchange: HTTPExchange
    private var beginning = OutputBeginning(output: "", origin: "", first: LeafIndex(0))

    package init(_ options: Options, now: @escaping @Sendable () -> UTCInstant) {
        self.options = options
        self.now = now
        exchange = HTTPExchange(options.receiver, now: now)
    }

    package var cautions: [String] { exchange.cautions }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) {
        self.beginning = beginning
        try exchange.open()
    }

    package func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        HTTPParts.send(records, most: options.mostBytes, options.form) {
            part throws(OutputFailure) in
            let delivery = delivery(of: part)
            let seconds = now().seconds
            let signatures = options.secrets.map {
                $0.signature(id: delivery.id, seconds: seconds, body: delivery.body)
            }
            let answer = try exchange.post(
                delivery.body,
                fields: [
                    ("webhook-id", delivery.id), ("webhook-timestamp", "\(seconds)"),
                    ("webhook-signature", signatures.joined(separator: " ")),
                ])
            return (answer.end(from: options.receiver.target), delivery.body.count, nil)
        }
    }

    /// One delivery: the same records give the same one, so that a receiver that has it already can tell.
    private func delivery(of part: HTTPParts.Part) -> (id: String, body: [UInt8]) {
        let (first, last) = (part.first.index.value, part.last.index.value)
        let name = "\(beginning.origin)\n\(beginning.output)\n\(first)\n\(last)"
        let digest = Array(SHA256.hash(data: Array(name.utf8)))
        var body: [UInt8] = []
        let time = part.last.record.logTime ?? now()
        let head: [JSONMember] = [
            JSONMember("first", .integer(Int64(clamping: first))),
            JSONMember("last", .integer(Int64(clamping: last))),
            JSONMember("log", .string(part.first.record.origin ?? beginning.origin)),
        ]
        body += #"{"data":"#.utf8
        body += CanonicalJSON.encode(.object(head)).dropLast()
        body += #","records":["#.utf8
        body += part.records.map { $0.line(options.form).dropLast() }
            .joined(separator: [UInt8(ascii: ",")])
        body += "]},\"timestamp\":\"\(time.rfc3339)\",\"type\":\"countersign.records\"}".utf8
        return ("msg_" + Hex.encode(digest.prefix(16)), body)
    }

    package func preview(_ record: OutputRecord) -> [UInt8] {
        delivery(of: HTTPParts.Part(record)).body
    }

    package func check() throws(OutputFailure) {
        try exchange.open()
        exchange.close()
    }

    package func close() { exchange.close() }
}
