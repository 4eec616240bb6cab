// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// How an export proceeds beside its records: whom it tells, who may stop it, and where it keeps how far it has come.
package struct ExportPace {
    /// How far it had come when it was interrupted; nil begins.
    package var state: JSONValue?
    /// Told after every few hundred records.
    package var progress: (EvidenceProgress) -> Void
    /// Asked as often; where it says so, the export keeps its state and returns.
    package var pauses: () -> Bool
    /// Keeps a state, durably, after everything that it speaks of; nil where nothing is kept.
    package var keep: ((JSONValue) throws(EvidenceFailure) -> Void)?
    /// After how many windows of 512 records a state is kept: what an interruption without warning may cost.
    package var keepEvery: Int

    package init(
        state: JSONValue?, progress: @escaping (EvidenceProgress) -> Void,
        pauses: @escaping () -> Bool,
        keep: ((JSONValue) throws(EvidenceFailure) -> Void)?, keepEvery: Int
    ) {
        self.state = state
        self.progress = progress
        self.pauses = pauses
        self.keep = keep
        self.keepEvery = keepEvery
    }

    /// In one go, without anything kept.
    package static func uninterrupted(
        _ progress: @escaping (EvidenceProgress) -> Void
    ) -> ExportPace {
        ExportPace(
            state: nil, progress: progress, pauses: { false }, keep: nil, keepEvery: .max)
    }
}

extension ExportPace {
    /// How long ago a state was kept.
    struct Keeping {
        private let pace: ExportPace
        /// Windows since a state was kept.
        private var windows = 0

        init(_ pace: ExportPace) { self.pace = pace }

        /// Keeps a state where that is due, after a window of records.
        ///
        /// - Parameter isLast: whether no record follows.
        /// - Returns: whether the export ends here for now.
        mutating func afterWindow(
            isLast: Bool, _ state: () throws(EvidenceFailure) -> JSONValue
        ) throws(EvidenceFailure) -> Bool {
            guard let keep = pace.keep else { return false }
            windows += 1
            let pauses = !isLast && pace.pauses()
            guard pauses || isLast || windows >= pace.keepEvery else { return false }
            try keep(try state())
            windows = 0
            return pauses
        }
    }
}
