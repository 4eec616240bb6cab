// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger
internal import Synchronization

/// A disk in memory that can lose unsynced data, tear writes, forget what a failed sync should have written,
/// read wrong bits and refuse operations.
///
/// Writes land in a volatile image; a sync copies the file to the stable image. ``crash(keeping:)`` gives the disk as
/// another process would find it after a kill or a power cut.
package final class MemoryStorage: LedgerStorage {
    /// Decides, for the n-th changing operation counted from zero, whether it fails; called before the operation.
    package typealias Rule = @Sendable (Int, StorageFault.Operation, LogFile) -> Injection?
    /// The same for the n-th operation that only reads.
    package typealias ReadRule = @Sendable (Int, StorageFault.Operation, LogFile) -> ReadFault?
    /// Called after each changing operation, successful or not.
    package typealias Observer = @Sendable (StorageFault.Operation, LogFile) -> Void

    private struct State {
        var disk: MemoryDisk
        var operations: [(StorageFault.Operation, LogFile)] = []
        var reads: [(StorageFault.Operation, LogFile)] = []
        var inject: Rule?
        var injectReads: ReadRule?
        var observe: Observer?
    }

    private let state: Mutex<State>

    package convenience init() { self.init(MemoryDisk()) }

    private init(_ disk: MemoryDisk) { state = Mutex(State(disk: disk)) }

    package func inject(_ rule: Rule?) { state.withLock { $0.inject = rule } }

    package func injectReads(_ rule: ReadRule?) { state.withLock { $0.injectReads = rule } }

    package func observe(_ observer: Observer?) { state.withLock { $0.observe = observer } }

    /// The changing operations so far, in order.
    package var operations: [(StorageFault.Operation, LogFile)] {
        state.withLock { $0.operations }
    }

    /// The operations so far that only read, in order.
    package var reads: [(StorageFault.Operation, LogFile)] { state.withLock { $0.reads } }

    /// Which unsynced bytes survive a crash.
    package enum Survival: Sendable {
        /// The process was killed: the kernel keeps everything.
        case everything
        /// The power failed: only what was synced.
        case syncedOnly
        /// The power failed: what was synced, and those other sectors that the disk happened to have written.
        case someSectors(seed: UInt64)
    }

    /// The disk as the next process finds it.
    package func crash(keeping survival: Survival) -> MemoryStorage {
        state.withLock { state in
            switch survival {
            case .everything:
                // The next process sees what this one saw; what is on stable storage is another matter.
                return MemoryStorage(state.disk)
            case .syncedOnly:
                return MemoryStorage(MemoryDisk(contents: state.disk.stable))
            case .someSectors(let seed):
                let left = state.disk.powerCut { file, sector in
                    coin(seed, (file.path ?? "").utf8, sector)
                }
                return MemoryStorage(MemoryDisk(contents: left))
            }
        }
    }

    /// Reads and changes a file behind the ledger's back, as an attacker or a failing disk does.
    package func tamper(_ file: LogFile, _ change: (inout [UInt8]) -> Void) {
        state.withLock { $0.disk.change(file, change) }
    }

    package func remove(_ file: LogFile) { state.withLock { $0.disk.remove(file) } }

    /// What processes see.
    package var files: [LogFile: [UInt8]] { state.withLock { $0.disk.volatile } }

    /// What is on stable storage.
    package var stableFiles: [LogFile: [UInt8]] { state.withLock { $0.disk.stable } }

    /// One file on stable storage; empty if there is none.
    package func stable(_ file: LogFile) -> [UInt8] {
        state.withLock { $0.disk.files[file]?.stable ?? [] }
    }

    /// Whether what processes see of a file is on stable storage.
    package func isSettled(_ file: LogFile) -> Bool {
        state.withLock { state in
            guard let content = state.disk.files[file] else { return true }
            return content.dirty.isEmpty && content.forgotten.isEmpty
        }
    }

    // MARK: LedgerStorage

    package func length(of file: LogFile) throws(StorageFault) -> Int? {
        _ = try look(.length, file)
        return state.withLock { $0.disk.files[file]?.volatile.count }
    }

    package func read(
        _ file: LogFile, from offset: Int, count: Int
    ) throws(StorageFault) -> [UInt8] {
        let flipped = try look(.read, file)
        var bytes = state.withLock { state in
            guard let content = state.disk.files[file]?.volatile, offset < content.count else {
                return [UInt8]()
            }
            return Array(content[offset..<min(content.count, offset + count)])
        }
        if let flipped, !bytes.isEmpty {
            let bit = flipped % (bytes.count * 8)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return bytes
    }

    package func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        try act(.write, file) { disk, effect in
            var kept = bytes
            if case .firstBytes(let count) = effect { kept = bytes.prefix(count) }
            disk.write(kept, to: file, at: offset)
        }
    }

    package func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {
        try act(.reserve, file) { _, _ in }
    }

    package func sync(_ file: LogFile) throws(StorageFault) {
        try act(.sync, file) { disk, effect in
            if case .unsettled = effect { disk.forget(file) } else { disk.sync(file) }
        }
    }

    package func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        try act(.truncate, file) { disk, _ in disk.truncate(file, to: length) }
    }

    package func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        try act(.replace, file) { disk, effect in
            var isDurable = true
            if case .unsettled = effect { isDurable = false }
            disk.replace(file, with: bytes, isDurable: isDurable)
        }
    }

    package func release(_ file: LogFile) {}

    package func close() {}

    /// Nobody but the ledger and the test has this disk.
    package func confirm() {}

    /// - Returns: the bit to flip.
    private func look(
        _ operation: StorageFault.Operation, _ file: LogFile
    ) throws(StorageFault) -> Int? {
        let (number, rule) = state.withLock { state in
            state.reads.append((operation, file))
            return (state.reads.count - 1, state.injectReads)
        }
        switch rule?(number, operation, file) {
        case nil: return nil
        case .failure(let cause): throw StorageFault(operation, file, cause)
        case .flippedBit(let bit): return bit
        }
    }

    private func act(
        _ operation: StorageFault.Operation, _ file: LogFile,
        _ body: (inout MemoryDisk, Injection.Effect) -> Void
    ) throws(StorageFault) {
        let (number, rule, observer) = state.withLock { state in
            state.operations.append((operation, file))
            return (state.operations.count - 1, state.inject, state.observe)
        }
        let injection = rule?(number, operation, file)
        let effect = injection?.effect ?? .everything
        if effect != .nothing { state.withLock { body(&$0.disk, effect) } }
        observer?(operation, file)
        if let cause = injection?.cause { throw StorageFault(operation, file, cause) }
    }
}

/// A coin flip that is always the same for the same sector of the same file.
private func coin(_ seed: UInt64, _ file: some Sequence<UInt8>, _ sector: Int) -> Bool {
    var word = seed ^ UInt64(sector) &* 0x9E37_79B9_7F4A_7C15
    for byte in file { word = (word ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return (word ^ (word >> 31)) & 1 == 1
}
