// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Merkle

/// RELP over TCP or TLS: each message is answered, and delivered once it is.
package final class RELPSender: OutputSender {
    /// Messages that wait for their answers at once, as librelp has it.
    private static let window = 128

    private let receiver: LinkedReceiver
    private let form: SyslogForm
    private let now: @Sendable () -> UTCInstant
    private var session: Session?
    package private(set) var cautions: [String] = []

    /// An open session on a connection.
    private struct Session {
        let link: OutputLink
        var reader = RELPReader()
        var last = 0

        mutating func nextTransaction() -> Int {
            last = last == RELPFrame.mostTransaction ? 1 : last + 1
            return last
        }

        /// The next frame that answers a transaction.
        mutating func answer() throws(OutputFailure) -> RELPFrame {
            while true {
                let found: RELPFrame?
                do throws(RELPFault) {
                    found = try reader.next()
                } catch {
                    throw OutputFailure(.badAnswer, "What answers there does not speak RELP.")
                }
                guard let found else {
                    reader.append(try link.read())
                    continue
                }
                guard found.command == "rsp" else {
                    throw OutputFailure(.disconnected, "The receiver closes the session.")
                }
                return found
            }
        }
    }

    package init(
        _ receiver: LinkedReceiver, _ form: SyslogForm, now: @escaping @Sendable () -> UTCInstant
    ) {
        self.receiver = receiver
        self.form = form
        self.now = now
    }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) {
        guard session == nil else { return }
        let fresh = try begin()
        cautions = LinkedReceiver.caution(certificateEnd: fresh.link.certificateEnd, now: now())
        session = fresh
    }

    private func begin() throws(OutputFailure) -> Session {
        var session = Session(link: try receiver.link())
        do throws(OutputFailure) {
            let offer = "relp_version=0\nrelp_software=countersign\ncommands=syslog"
            let frame = RELPFrame(
                transaction: session.nextTransaction(), command: "open", data: Array(offer.utf8))
            _ = try session.link.write(frame.bytes)
            let answer = RELPAnswer(try session.answer())
            guard answer.status == "200" else {
                throw OutputFailure(
                    .notPermitted, "The receiver refuses the session: \(answer.text).")
            }
            guard answer.offers("commands", "syslog") else {
                throw OutputFailure(.badAnswer, "The receiver takes no syslog messages over RELP.")
            }
            return session
        } catch {
            session.link.close()
            throw error
        }
    }

    package func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        guard var session else {
            return OutputAnswer(
                settled: 0, .failed(OutputFailure(.disconnected, "There is no session.")),
                bytes: 0)
        }
        defer { self.session = session }
        var settled = 0
        var refused: [(place: Int, refusal: OutputRefusal)] = []
        var bytes: UInt64 = 0
        do throws(OutputFailure) {
            var rest = records
            while !rest.isEmpty {
                let part = rest.prefix(Self.window)
                let outcome = try exchange(part, &session, &bytes) { place, refusal in
                    if let refusal { refused.append((settled + place, refusal)) }
                }
                settled += outcome.settled
                if let failure = outcome.failure { throw failure }
                rest = rest.dropFirst(part.count)
            }
            return OutputAnswer(settled: settled, refused: refused, .done, bytes: bytes)
        } catch {
            return OutputAnswer(settled: settled, refused: refused, .failed(error), bytes: bytes)
        }
    }

    /// Sends a window of messages, and waits for their answers, which come in any order.
    ///
    /// - Returns: how many from the first are answered.
    private func exchange(
        _ records: ArraySlice<OutputRecord>, _ session: inout Session, _ bytes: inout UInt64,
        _ answered: (Int, OutputRefusal?) -> Void
    ) throws(OutputFailure) -> (settled: Int, failure: OutputFailure?) {
        var places: [Int: Int] = [:]
        var frames: [UInt8] = []
        for (place, record) in records.enumerated() {
            let transaction = session.nextTransaction()
            places[transaction] = place
            frames +=
                RELPFrame(
                    transaction: transaction, command: "syslog", data: form.message(record)
                ).bytes
        }
        _ = try session.link.write(frames)
        bytes += UInt64(frames.count)
        var answers = [RELPAnswer?](repeating: nil, count: records.count)
        var failure: OutputFailure?
        do throws(OutputFailure) {
            while !places.isEmpty {
                let frame = try session.answer()
                guard let place = places.removeValue(forKey: frame.transaction) else {
                    throw OutputFailure(.badAnswer, "The receiver answers what was not sent.")
                }
                answers[place] = RELPAnswer(frame)
            }
        } catch {
            failure = error
        }
        let settled = answers.prefix { $0 != nil }.count
        for (place, answer) in answers.prefix(settled).enumerated() {
            guard let answer, answer.status != "200" else { continue }
            answered(place, OutputRefusal(status: answer.status, reason: answer.text))
        }
        return (settled, failure)
    }

    package func preview(_ record: OutputRecord) -> [UInt8] { form.message(record) }

    package func check() throws(OutputFailure) { end(try begin()) }

    package func close() {
        if let session { end(session) }
        session = nil
    }

    /// Tells the receiver that nothing more comes; it need not answer.
    private func end(_ session: Session) {
        var session = session
        let frame = RELPFrame(
            transaction: session.nextTransaction(), command: "close", data: [])
        // Where this fails, the connection has ended already.
        _ = Result { () throws(OutputFailure) in try session.link.write(frame.bytes) }
        session.link.close()
    }
}

/// What a server answers: a code of three digits, text, and after an `open` what it offers, each on a line.
private struct RELPAnswer {
    let status: String
    let text: String
    private let offers: [Substring]

    init(_ frame: RELPFrame) {
        let lines = String(decoding: frame.data, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let first = lines.first ?? ""
        status = String(first.prefix(3))
        text = String(first.dropFirst(4))
        offers = Array(lines.dropFirst())
    }

    /// Whether a word is in the list that is offered under a name.
    func offers(_ name: String, _ word: String) -> Bool {
        offers.contains { line in
            line.hasPrefix(name + "=")
                && line.dropFirst(name.count + 1).split(separator: ",").contains { $0 == word }
        }
    }
}
