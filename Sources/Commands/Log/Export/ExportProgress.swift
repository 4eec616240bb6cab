// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Evidence
import Messages
import Synchronization

/// How far an export is, how quick, and how much it has written: one line on a terminal, or lines of JSON for programs.
final class ExportProgress: Sendable {
    private struct Shown {
        var start = ContinuousClock.now
        /// Records that an interrupted run had read already.
        var first: UInt64?
        var last = ContinuousClock.now
    }

    private let line: ProgressLine
    /// Where programs read; nil for people.
    private let lines: Screen?
    private let shown = Mutex(Shown())

    init(_ output: OutputOptions) throws(CommandFailure) {
        line = ProgressLine(CommandContext.current.messages)
        lines = try output.isJSON ? output.messages : nil
    }

    func show(_ progress: EvidenceProgress) {
        let rate: Int? = shown.withLock { shown in
            let now = ContinuousClock.now
            let first = shown.first ?? progress.read
            shown.first = first
            guard now - shown.last >= .seconds(1) else { return nil }
            shown.last = now
            return Int(
                Double(progress.read - min(first, progress.read))
                    / ((now - shown.start) / .seconds(1)))
        }
        guard let rate, progress.total > 0 else { return }
        guard let lines else {
            return line.show(
                "\(progress.read) of \(progress.total) records, \(progress.read * 100 / progress.total) %, \(rate) a second, \(DiskSpace.text(UInt64(clamping: progress.bytes))) written"
            )
        }
        // Progress is a courtesy: if nobody reads it, the command fails when it prints its result.
        _ = Result { () throws(OutputClosed) in
            try lines.json(
                .object([
                    JSONMember(
                        "progress",
                        .object([
                            JSONMember("records", .integer(Int64(clamping: progress.read))),
                            JSONMember("of", .integer(Int64(clamping: progress.total))),
                            JSONMember("per_second", .integer(Int64(rate))),
                            JSONMember("bytes", .integer(progress.bytes)),
                        ]))
                ]))
        }
    }

    func clear() { line.clear() }
}
