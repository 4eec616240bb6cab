// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Synchronization
internal import TestSupport

/// What goes wrong with the disk, decided in advance by the world and carried out at the disk's operations.
final class Trouble: Sendable {
    /// One thing that goes wrong once.
    enum Fault: Sendable {
        case error(MemoryStorage.Injection.Effect)
        case noSpace(MemoryStorage.Injection.Effect)
    }

    private struct State {
        /// A fault, and how many operations succeed before it.
        var fault: (Fault, after: Int)?
        /// A kill or a power cut, and how many operations come before it.
        var end: (survival: MemoryStorage.Survival, tears: Int?, after: Int)?
        var isFull = false
        /// The disk as the next process finds it; set when this one is gone.
        var left: (disk: MemoryStorage, survival: MemoryStorage.Survival)?
        var isEnding = false
        /// Something that another thread does meanwhile, and how many operations come before it.
        var meanwhile: (act: @Sendable () -> Void, after: Int)?
        /// A reader of the files, and how many operations come before it; nil: just before the next sync of the commit
        /// journal.
        var glance: (act: @Sendable () -> Void, after: Int?)?
        var count = 0
    }

    private let state = Mutex(State())
    private let bug: PlantedBug?
    private let watch: DurabilityWatch

    init(bug: PlantedBug?, watch: DurabilityWatch) {
        self.bug = bug
        self.watch = watch
    }

    /// How many operations have failed.
    var count: Int { state.withLock { $0.count } }

    var isFull: Bool {
        get { state.withLock { $0.isFull } }
        set { state.withLock { $0.isFull = newValue } }
    }

    /// The disk that the process left behind when it ended in the middle of something, and how it ended.
    var left: (disk: MemoryStorage, survival: MemoryStorage.Survival)? {
        state.withLock { $0.left }
    }

    /// Whether the process is gone, or about to be.
    var isOver: Bool { state.withLock { $0.isEnding } }

    func arm(_ fault: Fault, after operations: Int) {
        state.withLock { $0.fault = (fault, operations) }
    }

    /// - Parameter tears: how many bytes of the write that is cut off still happen.
    func arm(_ survival: MemoryStorage.Survival, tears: Int?, after operations: Int) {
        state.withLock { $0.end = (survival, tears, operations) }
    }

    func meanwhile(after operations: Int, _ act: (@Sendable () -> Void)?) {
        state.withLock { $0.meanwhile = act.map { ($0, operations) } }
    }

    /// - Parameter operations: how many come before it; nil: just before the next sync of the commit journal.
    func glance(after operations: Int?, _ act: (@Sendable () -> Void)?) {
        state.withLock { $0.glance = act.map { ($0, operations) } }
    }

    /// The reader's turn, at any operation.
    private func dueGlance(
        _ operation: StorageFault.Operation, _ file: LogFile
    ) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let (act, after) = state.glance else { return nil }
            if let after, after > 0 {
                state.glance?.after = after - 1
                return nil
            }
            if after == nil {
                guard operation == .sync, case .commits = file else { return nil }
            }
            state.glance = nil
            return act
        }
    }

    /// A new process on a disk: nothing is pending any more.
    func attend(_ disk: MemoryStorage) {
        state.withLock { state in
            state.fault = nil
            state.end = nil
            state.left = nil
            state.isEnding = false
            state.meanwhile = nil
        }
        disk.inject { [self] _, operation, file in decide(operation, file) }
        disk.observe { [self, unowned disk] operation, file in happened(operation, file, disk) }
    }

    private func decide(
        _ operation: StorageFault.Operation, _ file: LogFile
    ) -> MemoryStorage.Injection? {
        if let act = due(operation, file) { act() }
        if let act = dueGlance(operation, file) { act() }
        return state.withLock { state in
            if state.left != nil || state.isEnding { return .init(.system(5), effect: .nothing) }
            if let end = state.end {
                guard end.after > 0 else {
                    state.isEnding = true
                    let torn = operation == .write ? end.tears : nil
                    return .init(.system(5), effect: torn.map { .firstBytes($0) } ?? .nothing)
                }
                state.end?.after -= 1
            }
            if let (fault, after) = state.fault {
                guard after > 0 else {
                    return strike(fault, operation, &state)
                }
                state.fault?.after -= 1
            }
            if state.isFull, [.write, .reserve, .replace].contains(operation) {
                state.count += 1
                return .init(.noSpace, effect: .nothing)
            }
            return lie(operation, file)
        }
    }

    private func strike(
        _ fault: Fault, _ operation: StorageFault.Operation, _ state: inout State
    ) -> MemoryStorage.Injection? {
        switch fault {
        case .error(let effect):
            state.fault = nil
            state.count += 1
            return .init(.system(5), effect: effect.fitting(operation))
        case .noSpace(let effect):
            // It waits for an operation that takes room.
            guard [.write, .reserve, .replace].contains(operation) else { return nil }
            state.fault = nil
            state.count += 1
            return .init(.noSpace, effect: operation == .write ? effect : .nothing)
        }
    }

    private func lie(
        _ operation: StorageFault.Operation, _ file: LogFile
    ) -> MemoryStorage.Injection? {
        guard operation == .sync else { return nil }
        switch (bug, file) {
        case (.acknowledgesBeforeSync, .commits), (.publishesBeforeSync, .entries):
            return .lie(.nothing)
        default: return nil
        }
    }

    /// The other thread's turn, where possible: between two operations of the writer, but not in a flush.
    private func due(
        _ operation: StorageFault.Operation, _ file: LogFile
    ) -> (@Sendable () -> Void)? {
        switch (operation, file) {
        case (.write, .commits), (.sync, .commits), (.write, .state): break
        default: return nil
        }
        return state.withLock { state in
            guard let (act, after) = state.meanwhile else { return nil }
            guard after <= 0 else {
                state.meanwhile?.after -= 1
                return nil
            }
            state.meanwhile = nil
            return act
        }
    }

    private func happened(
        _ operation: StorageFault.Operation, _ file: LogFile, _ disk: MemoryStorage
    ) {
        let end = state.withLock { state in
            state.isEnding && state.left == nil ? state.end?.survival : nil
        }
        if let end {
            let left = disk.crash(keeping: end)
            state.withLock { $0.left = (left, end) }
            return
        }
        guard operation == .sync else { return }
        switch file {
        case .commits: watch.look(atJournals: [disk.stable(.commits(0)), disk.stable(.commits(1))])
        // A power cut leaves holes that only a sync fills.
        case .entries: if disk.isSettled(file) { watch.look(atEntries: disk.stable(file)) }
        default: break
        }
    }
}

extension MemoryStorage.Injection.Effect {
    /// What can become of an operation.
    fileprivate func fitting(_ operation: StorageFault.Operation) -> Self {
        switch (self, operation) {
        case (.firstBytes, .write), (.unsettled, .sync), (.unsettled, .replace): self
        case (.firstBytes, _), (.unsettled, _): .nothing
        default: self
        }
    }
}
