// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AuditRecords
package import ByteCoding
internal import Disclosures
internal import Query
internal import RecordForms
internal import SystemPackage

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
        /// What it held is gone, as values of somebody are that it may have held.
        case erased(PrivacyStanding.Erasure)
        /// The account that ordered it was removed, since then: nobody is left who may fetch it.
        case accountRemoved(UTCInstant)

        /// One word for programs.
        package var name: String {
            switch self {
            case .waiting: "waiting"
            case .running: "running"
            case .done: "done"
            case .failed: "failed"
            case .erased: "erased"
            case .accountRemoved: "account_removed"
            }
        }

        /// Whether what it held is to be gone, whatever it was.
        package var isGone: Bool {
            switch self {
            case .waiting, .running, .done, .failed: false
            case .erased, .accountRemoved: true
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

    /// Whoever ordered it, by their account: nobody else may fetch it.
    package var maker: String { ticket.asked["account"]?.string ?? "" }

    /// How many records the log had when it was ordered: what was erased later may be opened in it.
    package var orderedAt: UInt64 {
        ticket.asked["log_size"]?.integer.flatMap { UInt64(exactly: $0) } ?? ticket.size
    }

    /// What it takes of the disk, as far as is known. A pack is there twice until it is done.
    package var bytes: Int64 {
        if let outcome { return outcome.files.reduce(0) { $0 + $1.mark.bytes } }
        let written = progress?.bytes ?? 0
        return DerivedForm(rawValue: ticket.form) == nil ? 2 * written : written
    }

    /// Whether somebody's values are in it, or were needed for it: an erasure removes it.
    package var isPersonal: Bool {
        !ticket.order.groups.isEmpty || !ticket.order.query.personalGroups.isEmpty
    }

    /// Whether nothing is left of the texts of its order.
    var isCleared: Bool { ticket.order.command.isEmpty }

    init(_ ticket: ExportTicket) { self.ticket = ticket }
}

extension ExportJob {
    private static let format = "countersign.job/1"
    /// The file in a job's folder that says how it ended.
    static let endName = "job.json"

    /// What an earlier run left of a job; nil where there is no whole order.
    static func found(at path: FilePath) throws(EvidenceFailure) -> ExportJob? {
        let place: ExportPlace
        do throws(EvidenceFailure) {
            place = try ExportPlace(resuming: path)
        } catch {
            guard case .unusable = error else { throw error }
            return nil
        }
        var job = ExportJob(place.ticket)
        guard job.id.text == path.lastComponent?.string else { return nil }
        do throws(EvidenceFailure) {
            if let ended = try place.read(endName) {
                try job.take(ended: SavedState(ended, of: path))
            }
        } catch {
            job.standing = .failed("what was kept of its end is damaged; ask for it again.")
        }
        return job
    }

    /// How it ended, as its file says; nil while it has not.
    var ended: JSONValue? {
        switch standing {
        case .waiting, .running: return nil
        case .failed(let why):
            return .object([
                JSONMember("failed", .string(why)), JSONMember("format", .string(Self.format)),
            ])
        case .erased(let erasure):
            return .object([
                JSONMember("at", .string(erasure.time.rfc3339)),
                JSONMember("erased", .count(erasure.index)),
                JSONMember("format", .string(Self.format)),
                JSONMember("settled", .count(erasure.settled)),
            ])
        case .accountRemoved(let time):
            return .object([
                JSONMember("account_removed", .string(time.rfc3339)),
                JSONMember("format", .string(Self.format)),
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
        if let index = try state.numberIfAny("erased") {
            guard let time = UTCInstant(rfc3339: try state.text("at")) else { throw state.unusable }
            standing = .erased(
                PrivacyStanding.Erasure(
                    index: index, time: time, settled: try state.number("settled")))
            return
        }
        if let text = state.textIfAny("account_removed") {
            guard let time = UTCInstant(rfc3339: text) else { throw state.unusable }
            standing = .accountRemoved(time)
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
