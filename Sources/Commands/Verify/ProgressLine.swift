// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Synchronization
import Verification

/// A line that is written over while long work runs; only on a terminal.
final class ProgressLine: Sendable {
    private let sink: OutputSink
    private let shown = Mutex<UInt64?>(nil)

    init(_ sink: OutputSink) { self.sink = sink }

    /// Called from several threads; writes once for each hundredth part.
    func show(_ progress: VerificationProgress) { show(progress.records, of: progress.total) }

    private func show(_ records: UInt64, of total: UInt64) {
        guard sink.isTerminal, total > 10_000 else { return }
        let percent = records * 100 / total
        shown.withLock { shown in
            guard percent > shown ?? 0 else { return }
            shown = percent
            write("\r\(records) of \(total) records, \(percent) %")
        }
    }

    /// Writes a text over the one before.
    func show(_ text: String) {
        guard sink.isTerminal else { return }
        shown.withLock { shown in
            shown = 0
            write("\r\(text)\u{1B}[K")
        }
    }

    /// Clears the line for what comes next.
    func clear() {
        shown.withLock { shown in
            if shown != nil { write("\r\u{1B}[K") }
            shown = nil
        }
    }

    private func write(_ text: String) {
        // Progress is a courtesy: if the terminal is gone, the command fails when it prints its result.
        _ = Result { () throws(OutputClosed) in try sink.write(text) }
    }
}
