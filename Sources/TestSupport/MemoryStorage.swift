// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger
internal import Synchronization

/// A disk in memory that can lose what was not synced, tear writes and refuse operations.
///
/// Writes land in a volatile image; a sync copies the file to the stable image. ``crash(keeping:)`` gives the disk as
/// another process would find it after the power went.
package final class MemoryStorage: LedgerStorage {
    /// A fault to inject at one operation.
    package struct Injection: Sendable {
        /// What the ledger is told.
        package var cause: StorageFault.Cause
        /// How much of the operation happens all the same: nothing, all, or the first bytes of a write.
        package var effect: Effect

        package enum Effect: Sendable {
            case nothing
            case everything
            case firstBytes(Int)
        }

        package init(_ cause: StorageFault.Cause, effect: Effect) {
            self.cause = cause
            self.effect = effect
        }
    }

    private struct Disk {
        var volatile: [LogFile: [UInt8]] = [:]
        var stable: [LogFile: [UInt8]] = [:]
        var operations: [(StorageFault.Operation, LogFile)] = []
        var inject: (@Sendable (Int, StorageFault.Operation, LogFile) -> Injection?)?
    }

    private let disk: Mutex<Disk>

    package init() { disk = Mutex(Disk()) }

    private init(contents: [LogFile: [UInt8]]) {
        disk = Mutex(Disk(volatile: contents, stable: contents))
    }

    /// Decides, for the n-th changing operation counted from zero, whether it fails.
    package func inject(
        _ rule: (@Sendable (Int, StorageFault.Operation, LogFile) -> Injection?)?
    ) {
        disk.withLock { $0.inject = rule }
    }

    /// The changing operations so far, in order.
    package var operations: [(StorageFault.Operation, LogFile)] {
        disk.withLock { $0.operations }
    }

    /// What of the unsynced bytes survives a crash.
    package enum Survival: Sendable {
        /// The process was killed: the kernel keeps everything.
        case everything
        /// The power went: only what was synced.
        case syncedOnly
    }

    /// The disk as the next process finds it.
    package func crash(keeping survival: Survival) -> MemoryStorage {
        disk.withLock { disk in
            MemoryStorage(contents: survival == .everything ? disk.volatile : disk.stable)
        }
    }

    /// Reads and changes a file behind the ledger's back, as an attacker or a rotten disk does.
    package func tamper(_ file: LogFile, _ change: (inout [UInt8]) -> Void) {
        disk.withLock { disk in
            change(&disk.volatile[file, default: []])
            change(&disk.stable[file, default: []])
        }
    }

    package func remove(_ file: LogFile) {
        disk.withLock { disk in
            disk.volatile[file] = nil
            disk.stable[file] = nil
        }
    }

    package var files: [LogFile: [UInt8]] { disk.withLock { $0.volatile } }

    // MARK: LedgerStorage

    package func length(of file: LogFile) throws(StorageFault) -> Int? {
        disk.withLock { $0.volatile[file]?.count }
    }

    package func read(
        _ file: LogFile, from offset: Int, count: Int
    ) throws(StorageFault) -> [UInt8] {
        disk.withLock { disk in
            let content = disk.volatile[file] ?? []
            guard offset < content.count else { return [] }
            return Array(content[offset..<min(content.count, offset + count)])
        }
    }

    package func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        try act(.write, file) { disk, limit in
            var content = disk.volatile[file] ?? []
            let kept = bytes.prefix(limit ?? bytes.count)
            if content.count < offset + kept.count {
                content += [UInt8](repeating: 0, count: offset + kept.count - content.count)
            }
            content.replaceSubrange(offset..<offset + kept.count, with: kept)
            disk.volatile[file] = content
        }
    }

    package func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {
        try act(.reserve, file) { _, _ in }
    }

    package func sync(_ file: LogFile) throws(StorageFault) {
        try act(.sync, file) { disk, _ in disk.stable[file] = disk.volatile[file] }
    }

    package func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        try act(.truncate, file) { disk, _ in
            disk.volatile[file] = Array((disk.volatile[file] ?? []).prefix(length))
        }
    }

    package func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        try act(.replace, file) { disk, _ in
            disk.volatile[file] = bytes
            disk.stable[file] = bytes
        }
    }

    package func release(_ file: LogFile) {}

    private func act(
        _ operation: StorageFault.Operation, _ file: LogFile,
        _ body: (inout Disk, Int?) -> Void
    ) throws(StorageFault) {
        let fault = disk.withLock { disk -> StorageFault? in
            let number = disk.operations.count
            disk.operations.append((operation, file))
            guard let injection = disk.inject?(number, operation, file) else {
                body(&disk, nil)
                return nil
            }
            switch injection.effect {
            case .nothing: break
            case .everything: body(&disk, nil)
            case .firstBytes(let count): body(&disk, count)
            }
            return StorageFault(operation, file, injection.cause)
        }
        if let fault { throw fault }
    }
}
