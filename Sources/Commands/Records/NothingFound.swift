// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Query

/// Why a search found nothing, as far as that can be said.
struct NothingFound {
    private let found: FoundRecords
    private let query: RecordQuery
    private let snapshot: LogSnapshot

    init(_ found: FoundRecords, _ query: RecordQuery, of snapshot: LogSnapshot) {
        self.found = found
        self.query = query
        self.snapshot = snapshot
    }

    /// One line.
    ///
    /// - Parameter times: those that were asked for.
    func message(times: SafeText?) throws(CommandFailure) -> SafeText {
        var sentences: [SafeText] = [
            "none of the log's \(snapshot.size.count) records is such a one."
        ]
        if let times {
            sentences.append("Only those were asked for that were " + times + ".")
            if let held = try held() { sentences.append(held) }
        }
        sentences += query.doubts.map { doubt in
            if doubt.known.isEmpty, let nearest = doubt.nearest {
                return "Values of \(doubt.field) begin with `/`; did you mean `\(nearest)`?"
            }
            let known: SafeText = "\(doubt.known.joined(separator: ", "))"
            let meant: SafeText = doubt.nearest.map { " did you mean `\($0)`?" } ?? ""
            // Long lists of codes help nobody.
            return doubt.known.count > 20
                ? "The \(doubt.field) `\(doubt.word)` is not known here;"
                    + (meant.isEmpty ? " a later version may write it." : meant)
                : "The \(doubt.field) `\(doubt.word)` is not known here;" + meant
                    + " There are " + known + "."
        }
        sentences += found.hints
        if found.undecided > 0 { sentences.append(Self.undecided(found.undecided)) }
        if found.unread > 0 { sentences.append(Self.notSearched(found.unread)) }
        return sentences.joined(separator: " ")
    }

    /// What times the log covers, by when its first and last record were written.
    private func held() throws(CommandFailure) -> SafeText? {
        guard snapshot.size.count > 0 else { return nil }
        do throws(LogReadFailure) {
            var ends: [String] = []
            for index in [0, snapshot.size.count - 1] {
                let leaf = try snapshot.leaf(at: LeafIndex(index))
                guard
                    case .success(let record) = Result(catching: { () throws(RecordFault) in
                        try Record(leaf: leaf)
                    }), let time = record.logTime
                else { return nil }
                ends.append(time.rfc3339)
            }
            return "The log was written from \(ends[0]) to \(ends[1])."
        } catch {
            // The first segment may be somewhere else by now: that says enough.
            guard error.code == .notHere else { throw CommandFailure(error) }
            return "\(error.message)"
        }
    }

    /// What does not come though nobody spoke of it.
    static let leftOut: SafeText =
        "records of the category audit are left out; `category:*` has them, too."

    /// Nobody is to take what cannot be read for what is not there.
    static func notSearched(_ count: Int) -> SafeText {
        "\(count) of the records looked at cannot be read by this program, and may be such ones; `countersign verify` says what they are."
    }

    /// Nor what is withheld.
    static func undecided(_ count: Int) -> SafeText {
        "Names are sealed or erased, or paths and addresses are, in \(count) of the records looked at, which may be such ones; read the configured log with its keys and without --sealed."
    }
}
