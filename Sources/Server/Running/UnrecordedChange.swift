// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import Ledger
import Messages

/// A change that is not in force because it is not on the disk, though nothing is wrong with it.
struct UnrecordedChange {
    /// What keeps it from the disk.
    enum Obstacle {
        /// What became of its record.
        case log(RecordFate)
        /// The ends of API keys cannot be remembered.
        case ends(CommandFailure)
        /// The text of the rules cannot be kept.
        case rules(CommandFailure)
    }

    let object: ConfigurationChange.Object
    let obstacle: Obstacle

    /// Why, and what to do.
    var message: SafeText {
        let what: SafeText =
            switch object {
            case .configuration: "the configuration before stays in force"
            case .credentials: "the keys before stay in force"
            }
        return switch obstacle {
        case .log(let outcome):
            what + ": the log has no record of the change" + cause(outcome)
        case .ends(let failure):
            what + ": " + (failure.message ?? "\(EndedKeys.name) cannot be written.") + " " + again
        case .rules(let failure):
            what + ": " + (failure.message ?? "the text of the rules cannot be kept.") + " "
                + again
        }
    }

    private var again: SafeText {
        switch object {
        case .configuration: "Then reload again."
        case .credentials: "The proxy takes the changed keys by itself then."
        }
    }

    private func cause(_ outcome: RecordFate) -> SafeText {
        switch outcome {
        case .recorded: "."
        case .rejected(let rejected):
            " (\(describing: rejected.cause)). Make room on its disk. " + again
        case .poisoned(let poisoned): ". \(poisoned.description)"
        case .refused(.poisoned(let poisoned)): ". \(poisoned.description)"
        case .refused(.backlog):
            ". Too many records wait for the disk; check it and the kernel log. " + again
        case .refused(.closed): ". The proxy is stopping; the next one to start reads it."
        case .refused(.tooLarge):
            ". The record would be larger than any can be; shorten the paths of the files."
        }
    }

    var failure: CommandFailure { CommandFailure(.unavailable, message) }
}

extension Ledger {
    /// Records what a configuration changes.
    ///
    /// - Returns: what became of the record, if it is not durable.
    func recordDurably(_ change: ConfigurationChange) async -> RecordFate? {
        await record(
            SystemRecord.configuration(
                change, refusedFor: nil, actor: .system, next: newRecord))
    }

    /// Records why a change was refused. Nobody waits: nothing has changed.
    func record(_ change: ConfigurationChange, refusedFor cause: String) {
        let records = SystemRecord.configuration(
            change, refusedFor: cause, actor: .system, next: newRecord)
        for record in records { append(unattended: record) }
    }
}
