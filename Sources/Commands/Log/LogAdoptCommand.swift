// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Glibc
import Ledger
import LogReading
import Merkle
import Messages
import Server
import Settings
import SystemPackage

/// `countersign log adopt`.
struct LogAdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Take a loss upon yourself: the log goes on from what is left, and records that.",
        discussion: """
            EXAMPLES:
              countersign log adopt --reason "INC-1207: restored the backup of Monday"
              countersign log adopt --reason "INC-1311: the disk was full"

            For a log that is not opened because log.state remembers more records than there are, remembers \
            nothing, or cannot be read, where nothing newer is left; and for gaps that the log admits, which `verify` then \
            notes and no longer reports. The record log.adopt says who lost what for good. Records that are \
            lost stay lost: whoever has seen them will be told that the log was put back. What was erased after \
            this copy was made is erased again, as far as log.state remembers it. The server must not run. Nothing else \
            is forgiven: a record that was changed is never adopted. Where nothing is lost, nothing is written, \
            and the exit code is 3.
            """)

    @Option(
        help: "Why, for the record: an incident, a ticket. At most 200 bytes, no personal data.")
    var reason: String

    @Option(help: "Name of the proxy in records, as `serve` has it.")
    var producer = "countersign"

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard (1...200).contains(reason.utf8.count) else {
            throw CommandFailure(.usage, "--reason has 1 to 200 bytes; say what happened.")
        }
        let deployment = try self.deployment.read()
        let opening = LogOpening(
            deployment, producer: producer, adoption: Adoption(reason: reason, user: getuid()))
        guard try hasLoss(opening, deployment) else {
            throw CommandFailure(
                .notFound,
                "nothing to adopt: the log opens, nothing of it is missing, and it admits no gap that was not adopted."
            )
        }
        let ledger = try opening.open()
        let recovery = ledger.recovery
        if let poisoned = ledger.close() {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        let size = ledger.status.size.count
        if try output.isJSON {
            try output.screen.json(
                .object([
                    JSONMember("adopted", .array(recovery.adopted.map { .string($0.text) })),
                    JSONMember("records", .integer(Int64(clamping: size))),
                ]))
        }
        for loss in recovery.adopted {
            try output.messages.line("adopted: \(loss.text)")
        }
        for warning in recovery.warnings { try output.messages.line("warning: \(warning)") }
        try output.messages.line(
            "recorded; the log has \(size) records and goes on")
    }
}

extension LogAdoptCommand {
    /// Whether there is, or may be, a loss to acknowledge.
    private func hasLoss(
        _ opening: LogOpening, _ deployment: Deployment
    ) throws(CommandFailure) -> Bool {
        let directory = deployment.settings.log.directory.text
        guard LocalFile.exists(directory) else { return false }
        guard try opening.examine().adopted.isEmpty else { return true }
        do throws(LogReadFailure) {
            return try LogSnapshot(directory: FilePath(directory)).mayHaveGaps()
        } catch {
            // A log without a checkpoint has not lost one.
            guard error.code != .missing, error.code != .noCheckpoint else { return false }
            throw CommandFailure(error)
        }
    }
}

extension LogSnapshot {
    /// Whether the log admits gaps that no `log.adopt` has acknowledged, or its last boot did not end cleanly, in which
    /// case the next one may have to admit some.
    fileprivate func mayHaveGaps() throws(LogReadFailure) -> Bool {
        var (hasGap, isStopped) = (false, true)
        try forEachLeaf(in: 0..<size.count) { _, leaf in
            guard
                case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                })
            else { return }
            isStopped = record.action == EventAction.logStop.rawValue
            switch record.action {
            case EventAction.gap.rawValue: hasGap = true
            case EventAction.logAdopt.rawValue: hasGap = false
            default: break
            }
        }
        return hasGap || !isStopped
    }
}

extension AdoptedLoss {
    fileprivate var text: String {
        switch self {
        case .stateLost: "log.state held no checkpoint of this log and begins anew"
        case .recordsLost: "log.state remembered more records than there are"
        }
    }
}
