// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Server
import SignedNotes

/// Which record somebody means: its index, or the uid that an answer carried.
enum RecordSelector {
    case index(LeafIndex)
    case uid(UniqueID)

    /// What was given on the command line; `-` reads an answer with its header section, or a uid, from standard input.
    init(argument: String) throws(CommandFailure) {
        try self.init(argument == "-" ? try Self.uidOfInput() : argument)
    }

    private static let mostInput = 64 << 20

    private static func uidOfInput() throws(CommandFailure) -> String {
        let bytes: [UInt8]?
        do {
            bytes = try CommandContext.current.input(mostInput)
        } catch {
            throw CommandFailure(
                .failure, "standard input cannot be read: \(describing: error).")
        }
        let lines = String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
        let name = "countersign-record:"
        let field = lines.last { $0.lowercased().hasPrefix(name) }?.dropFirst(name.count)
        guard let text = field ?? (lines.count == 1 ? lines.first : nil) else {
            throw CommandFailure(
                .usage,
                "standard input names no record; pipe in an answer with its header section (curl -i), or a uid."
            )
        }
        return String(text.filter { !$0.isWhitespace })
    }

    init(_ text: String) throws(CommandFailure) {
        if let number = UInt64(text), !text.hasPrefix("+") {
            self = .index(LeafIndex(number))
        } else if let uid = UniqueID(typed: text) {
            self = .uid(uid)
        } else {
            throw CommandFailure(
                .usage,
                "`\(text)` is neither an index nor a record's uid, as the field Countersign-Record of an answer has it."
            )
        }
    }

    /// The records meant, oldest first: one for an index, and for a uid all stages of one access.
    ///
    /// - Parameter first: where a uid is looked for from.
    func find(
        in snapshot: LogSnapshot, from first: LeafIndex = LeafIndex(0)
    ) throws(CommandFailure) -> [(LeafIndex, [UInt8])] {
        var found: [(LeafIndex, [UInt8])] = []
        if case .index(let index) = self, !snapshot.size.contains(index) {
            throw CommandFailure(
                .notFound, "there is no record \(index.value); the log has \(snapshot.size.count).")
        }
        do throws(LogReadFailure) {
            switch self {
            case .index(let index):
                found = [(index, try snapshot.leaf(at: index))]
            case .uid(let uid):
                let mark = Array("\"uid\":\"\(uid.text)\"".utf8)
                try snapshot.forEachLeaf(in: first.value..<snapshot.size.count) { index, leaf in
                    // A cheap check first: most leaves belong to other records.
                    if leaf.holds(mark), Self.uid(of: leaf) == uid { found.append((index, leaf)) }
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        guard !found.isEmpty else {
            throw CommandFailure(
                .notFound, "no record has this uid; the log has \(snapshot.size.count) records.")
        }
        return found
    }

    private static func uid(of leaf: [UInt8]) -> UniqueID? {
        switch Result(catching: { () throws(RecordFault) in try Record(leaf: leaf) }) {
        case .success(let record): record.uid
        case .failure: nil
        }
    }
}

extension [UInt8] {
    /// Whether these bytes contain others.
    fileprivate func holds(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, count >= wanted.count else { return false }
        var from = startIndex
        while let at = self[from...].firstIndex(of: first), count - at >= wanted.count {
            if self[at..<at + wanted.count].elementsEqual(wanted) { return true }
            from = at + 1
        }
        return false
    }
}
