// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Glibc
import Ledger
import Merkle

/// `countersign log adopt`.
struct LogAdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Take a loss upon yourself: the log goes on from what is left, and records that.",
        discussion: """
            EXAMPLES:
              countersign log adopt --reason "INC-1207: restored the backup of Monday"
              countersign log adopt --reason "INC-1311: the disk was full"

            For a log that is not opened because log.state remembers more records than there are, or cannot \
            be read, where nothing newer is left; and for gaps that the log admits, which `verify` then \
            notes and no longer reports. The record log.adopt says who lost what for good. Records that are \
            lost stay lost: whoever has seen them will be told that the log was put back. The server must \
            not run. Nothing else is forgiven: a record that was changed is never adopted.
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
        let ledger = try LogOpening(
            try deployment.read(), producer: producer,
            adoption: Adoption(reason: reason, user: getuid())
        ).open()
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
        try output.messages.line(
            "recorded; the log has \(size) records and goes on")
    }
}

extension AdoptedLoss {
    fileprivate var text: String {
        switch self {
        case .stateLost: "log.state could not be read and begins anew"
        case .recordsLost: "log.state remembered more records than there are"
        }
    }
}
