// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Query

/// One export that is made in the background.
package struct ExportJob: Sendable {
    /// What became of it.
    package enum Standing: Hashable, Sendable {
        /// For its turn, or for the next start.
        case waiting
        case running
        /// Complete, and recorded: it may be fetched.
        case done
        /// Why there is nothing to fetch, ending in what to do.
        case failed(String)

        /// One word for programs.
        package var name: String {
            switch self {
            case .waiting: "waiting"
            case .running: "running"
            case .done: "done"
            case .failed: "failed"
            }
        }
    }

    /// A file that may be fetched.
    package struct File: Hashable, Sendable {
        package let name: String
        package let mark: FileMark
    }

    /// What there is of it.
    package struct Outcome: Hashable, Sendable {
        package var records: UInt64
        package var matches: UInt64
        package var undecided: UInt64
        package var files: [File]
        /// When it is removed.
        package var until: UTCInstant
    }

    package let ticket: ExportTicket
    package internal(set) var standing = Standing.waiting
    /// How far it is, while it is made.
    package internal(set) var progress: EvidenceProgress?
    package internal(set) var outcome: Outcome?

    package var id: UniqueID { ticket.order.request.uid }

    /// Whether somebody's values are in it, or were needed for it: an erasure removes it.
    package var isPersonal: Bool {
        !ticket.order.groups.isEmpty || !ticket.order.query.personalGroups.isEmpty
    }

    init(_ ticket: ExportTicket) { self.ticket = ticket }
}

extension ExportJob {
    private static let format = "countersign.job/1"

    /// How it ended, as its file says; nil while it has not.
    var ended: JSONValue? {
        switch standing {
        case .waiting, .running: return nil
        case .failed(let why):
            return .object([
                JSONMember("failed", .string(why)), JSONMember("format", .string(Self.format)),
            ])
        case .done:
            guard let outcome else { return nil }
            return .object([
                JSONMember(
                    "files",
                    .array(
                        outcome.files.map { file in
                            .object([
                                JSONMember("mark", file.mark.value),
                                JSONMember("name", .string(file.name)),
                            ])
                        })),
                JSONMember("format", .string(Self.format)),
                JSONMember("matches", .count(outcome.matches)),
                JSONMember("records", .count(outcome.records)),
                JSONMember("undecided", .count(outcome.undecided)),
                JSONMember("until", .string(outcome.until.rfc3339)),
            ])
        }
    }

    /// Takes over how it ended, from its file.
    mutating func take(ended state: SavedState) throws(EvidenceFailure) {
        guard try state.text("format") == Self.format else { throw state.unusable }
        if let why = state.textIfAny("failed") {
            standing = .failed(why)
            return
        }
        guard let until = UTCInstant(rfc3339: try state.text("until")) else {
            throw state.unusable
        }
        var files: [File] = []
        for file in try state.parts("files") {
            files.append(
                File(name: try file.text("name"), mark: try FileMark(try file.part("mark"))))
        }
        outcome = Outcome(
            records: try state.number("records"), matches: try state.number("matches"),
            undecided: try state.number("undecided"), files: files, until: until)
        standing = .done
    }
}
