// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle

/// Syslog over TCP or TLS. Its receivers never answer: see ``SentMarks`` for what counts as delivered.
package final class SyslogSender: OutputSender {
    private let receiver: LinkedReceiver
    private let form: SyslogForm
    private let now: @Sendable () -> UTCInstant
    private var link: OutputLink?
    private var marks = SentMarks()
    package private(set) var cautions: [String] = []

    package init(
        _ receiver: LinkedReceiver, _ form: SyslogForm, now: @escaping @Sendable () -> UTCInstant
    ) {
        self.receiver = receiver
        self.form = form
        self.now = now
    }

    package var confirmsLater: Bool { true }

    package func open(_ beginning: OutputBeginning) throws(OutputFailure) {
        guard link == nil else { return }
        marks = SentMarks()
        let fresh = try receiver.link()
        cautions = LinkedReceiver.caution(certificateEnd: fresh.certificateEnd, now: now())
        link = fresh
    }

    package func send(_ records: ArraySlice<OutputRecord>, at uptime: Duration) -> OutputAnswer {
        guard let link, let last = records.last else {
            return OutputAnswer(
                settled: 0, .failed(OutputFailure(.disconnected, "There is no connection.")),
                bytes: 0)
        }
        let bytes = records.flatMap { form.frame($0) }
        do throws(OutputFailure) {
            let offset = try link.write(bytes)
            marks.sent(before: LeafIndex(last.index.value + 1), offset: offset)
            return OutputAnswer(settled: records.count, .done, bytes: UInt64(bytes.count))
        } catch {
            return OutputAnswer(settled: 0, .failed(error), bytes: 0)
        }
    }

    package func delivered(at uptime: Duration) throws(OutputFailure) -> LeafIndex? {
        guard let link else { return nil }
        return marks.acknowledged(try link.acknowledged(), at: uptime)
    }

    package func preview(_ record: OutputRecord) -> [UInt8] { form.message(record) }

    package func check() throws(OutputFailure) { try receiver.link().close() }

    package func close() {
        link?.close()
        link = nil
        marks = SentMarks()
    }
}
