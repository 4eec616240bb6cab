// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Disclosures
internal import LogReading
package import Merkle
package import RecordForms

/// Events for Splunk's HTTP Event Collector.
///
/// Its 200 says that events were taken, not that they are stored. With a token that acknowledges, records count as delivered
/// once their indexers have them; otherwise once they were taken.
package final class HECSender: OutputSender {
    package struct Options: Hashable, Sendable {
        /// Its path is that of the collector: `/services/collector`.
        package var receiver: HTTPReceiver
        package var form: DerivedForm
        package var token: HTTPSecret
        /// Whether the token acknowledges.
        package var acknowledges: Bool
        /// Nil: the token's own.
        package var index: String?
        package var sourceType: String
        package var mostBytes: Int

        package init(
            receiver: HTTPReceiver, form: DerivedForm, token: HTTPSecret, acknowledges: Bool,
            index: String?, sourceType: String, mostBytes: Int
        ) {
            self.receiver = receiver
            self.form = form
            self.token = token
            self.acknowledges = acknowledges
            self.index = index
            self.sourceType = sourceType
            self.mostBytes = mostBytes
        }

        var cautions: [String] {
            receiver.cautions
                + (acknowledges
                    ? [] : ["counts as delivered what is taken, not what is stored (ack: false)"])
        }
    }

    private let options: Options
    private let exchange: HTTPExchange
    private let channel: String
    private var marks: HECMarks

    package init(_ options: Options, now: @escaping @Sendable () -> UTCInstant) {
        self.options = options
        exchange = HTTPExchange(options.receiver, now: now)
        var randomness = BufferedRandomness(source: .kernel)
        channel = Self.channel(randomness.bytes(16))
        marks = HECMarks()
    }

    /// A UUID of version 4, as HEC names the channels of its clients.
    private static func channel(_ random: [UInt8]) -> String {
        var bytes = random
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = text[...]
        for count in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return parts.joined(separator: "-")
    }

    package var confirmsLater: Bool { options.acknowledges }

    package var cautions: [String] { exchange.cautions }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) { try exchange.open() }

    private var fields: [(name: String, value: String)] {
        [
            ("Authorization", "Splunk \(options.token.text)"),
            ("X-Splunk-Request-Channel", channel),
        ]
    }

    package func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        guard marks.hasRoom else {
            let failure = OutputFailure(
                .busy,
                "\(options.receiver.target) has not acknowledged \(HECMarks.most) requests; are its indexers well?"
            )
            return OutputAnswer(settled: 0, .failed(failure), bytes: 0)
        }
        return HTTPParts.send(records, most: options.mostBytes, options.form) {
            part throws(OutputFailure) in
            let body = part.records.flatMap { HECEvent.event($0, options) }
            let answer = try exchange.post(
                body, to: options.receiver.path(appending: "/event"), fields: fields)
            let end = HECEvent.end(answer, from: options.receiver.target)
            guard case .done = end, options.acknowledges else { return (end, body.count, nil) }
            guard let id = answer.json?["ackId"]?.integer else {
                throw OutputFailure(
                    .badAnswer,
                    "\(options.receiver.target) does not acknowledge with this token: turn \"indexer acknowledgement\" on for it, or `ack` off here."
                )
            }
            marks.sent(
                before: LeafIndex(part.last.index.value + 1), from: part.first.index, id: id,
                at: uptime)
            return (end, body.count, nil)
        }
    }

    package func delivered(at uptime: Duration) throws(OutputFailure) -> LeafIndex? {
        guard options.acknowledges else { return nil }
        guard marks.isAskingDue(uptime) else { return marks.delivered }
        let body = CanonicalJSON.encode(
            .object([JSONMember("acks", .array(marks.ids.map { .integer($0) }))]))
        let answer = try exchange.post(
            body, to: options.receiver.path(appending: "/ack") + "?channel=\(channel)",
            fields: fields)
        if case .failed(let failure) = HECEvent.end(answer, from: options.receiver.target) {
            throw failure
        }
        guard let acks = answer.json?["acks"]?.members else {
            throw OutputFailure(
                .badAnswer,
                "\(options.receiver.target) does not say what it has stored (\(answer.status)): \(answer.words)."
            )
        }
        marks.acknowledged(
            Set(acks.compactMap { $0.value == .bool(true) ? Int64($0.name) : nil }))
        if let age = marks.age(at: uptime), age > HECMarks.patience {
            throw OutputFailure(
                .timeout,
                "\(options.receiver.target) has taken records and not stored them for \(HECMarks.patience.components.seconds) s; they are sent again."
            )
        }
        return marks.delivered
    }

    package func preview(_ record: OutputRecord) -> [UInt8] { HECEvent.event(record, options) }

    package func check() throws(OutputFailure) {
        try exchange.open()
        exchange.close()
    }

    package func close() {
        exchange.close()
        marks = HECMarks()
    }
}

/// What was sent and is not acknowledged yet, in the order of the records.
struct HECMarks {
    private struct Mark {
        var id: Int64
        var end: LeafIndex
        var time: Duration
        var isStored = false
    }

    /// Most requests that wait for it.
    static let most = 256
    /// How long a receiver may take to store what it has taken.
    static let patience = Duration.seconds(300)
    private static let interval = Duration.seconds(1)

    private var marks: [Mark] = []
    private var lastAsked: Duration?
    /// The first index that is not stored; nil before anything was sent.
    private(set) var delivered: LeafIndex?

    var hasRoom: Bool { marks.count < Self.most }

    var ids: [Int64] { marks.filter { !$0.isStored }.map(\.id) }

    mutating func sent(before end: LeafIndex, from first: LeafIndex, id: Int64, at time: Duration) {
        if delivered == nil { delivered = first }
        marks.append(Mark(id: id, end: end, time: time))
    }

    /// Asked once a second, while there is anything to ask for.
    mutating func isAskingDue(_ uptime: Duration) -> Bool {
        guard !marks.isEmpty, lastAsked.map({ uptime - $0 >= Self.interval }) ?? true else {
            return false
        }
        lastAsked = uptime
        return true
    }

    mutating func acknowledged(_ ids: Set<Int64>) {
        for place in marks.indices where ids.contains(marks[place].id) {
            marks[place].isStored = true
        }
        let stored = marks.prefix { $0.isStored }
        if let last = stored.last { delivered = last.end }
        marks.removeFirst(stored.count)
    }

    /// For how long the oldest one waits.
    func age(at uptime: Duration) -> Duration? { marks.first.map { uptime - $0.time } }
}
