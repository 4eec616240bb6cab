// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Access
internal import Ledger
internal import Merkle
internal import Synchronization

/// One run of the proxy: its ledger, and the desks of its event loops with the mail that waits for them.
struct SimulatedProxy {
    struct Loop {
        let desk: Desk
        let inbox: JudgedPort
    }

    let ledger: Ledger
    let loops: [Loop]
}

/// The ledger's port to one event loop, where its word is checked: when it says that a record is durable, the record must
/// be on the disk's stable image.
final class JudgedPort: ReplyPort {
    private struct State {
        var waiting: [Settlement] = []
        /// What was acknowledged: the record's place and hash.
        var acknowledged: [UInt64: LeafHash] = [:]
        /// One more than the index of the newest of them.
        var size: UInt64 = 0
        var rejected = 0
        var refused = 0
    }

    private let state = Mutex(State())
    private let trouble: Trouble
    private let watch: DurabilityWatch
    private let verdicts: Verdicts
    private let acknowledgesWritten: Bool

    /// - Parameter acknowledgesWritten: whether the log says of itself that it acknowledges before the sync.
    init(
        trouble: Trouble, watch: DurabilityWatch, verdicts: Verdicts, acknowledgesWritten: Bool
    ) {
        self.acknowledgesWritten = acknowledgesWritten
        self.trouble = trouble
        self.watch = watch
        self.verdicts = verdicts
    }

    func settle(_ settlements: [Settlement]) {
        // The process is gone; ignore what it still says.
        guard !trouble.isOver else { return }
        state.withLock { state in
            for settlement in settlements {
                settlement.forEach { _, fate in note(fate, in: &state) }
            }
            state.waiting += settlements
        }
    }

    private func note(_ fate: RecordFate, in state: inout State) {
        switch fate {
        case .recorded(let receipt):
            state.size = max(state.size, receipt.index.value + 1)
            guard !acknowledgesWritten else { return }
            guard let leaf = watch.leaf(at: receipt.index) else {
                return verdicts.report(
                    "DurableBeforeAcknowledged: record \(receipt.index.value) is not on stable storage"
                )
            }
            state.acknowledged[receipt.index.value] = leaf
        case .rejected: state.rejected += 1
        case .refused: state.refused += 1
        case .poisoned: break
        }
    }

    func take() -> [Settlement] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// What was acknowledged, how far the log had come, and how many records were rejected and refused, since this was
    /// asked last.
    func report() -> (
        acknowledged: [UInt64: LeafHash], size: UInt64, rejected: Int, refused: Int
    ) {
        state.withLock { state in
            defer {
                state.acknowledged = [:]
                state.rejected = 0
                state.refused = 0
            }
            return (state.acknowledged, state.size, state.rejected, state.refused)
        }
    }
}
