// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Ledger

/// The bytes of a disk in memory: what processes see, and what is on stable storage.
///
/// ```text
/// write, truncate    change what processes see; the sectors touched are dirty
/// sync               brings the file's length and its dirty sectors to stable storage
/// replace            both at once
/// power cut          stable storage, and those dirty sectors that the disk happened to have written
/// ```
///
/// A sector of 512 bytes is written whole or not at all, in any order.
struct MemoryDisk {
    static let sectorBytes = 512

    /// One file in both images; `stable` is nil if not even its existence is durable.
    struct File {
        var volatile: [UInt8] = []
        var stable: [UInt8]?
        var dirty: Set<Int> = []
        /// Sectors that the kernel wrongly believes written, because a sync failed.
        var forgotten: Set<Int> = []
    }

    private(set) var files: [LogFile: File] = [:]

    init() {}

    init(contents: [LogFile: [UInt8]]) {
        files = contents.mapValues { File(volatile: $0, stable: $0) }
    }

    /// What processes see.
    var volatile: [LogFile: [UInt8]] { files.mapValues(\.volatile) }

    /// What is on stable storage.
    var stable: [LogFile: [UInt8]] { files.compactMapValues(\.stable) }

    mutating func write(_ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int) {
        let end = offset + bytes.count
        let before = files[file, default: File()].volatile.count
        if before < end {
            files[file, default: File()].volatile += [UInt8](repeating: 0, count: end - before)
        }
        files[file, default: File()].volatile.replaceSubrange(offset..<end, with: bytes)
        guard end > offset else { return }
        touch(file, min(before, offset)..<end)
    }

    mutating func truncate(_ file: LogFile, to length: Int) {
        guard let before = files[file]?.volatile.count, before > length else { return }
        files[file]?.volatile.removeLast(before - length)
        touch(file, length..<before)
    }

    mutating func sync(_ file: LogFile) {
        guard var content = files[file] else { return }
        files[file] = nil
        var stable = content.stable ?? []
        Self.settle(&stable, to: content.volatile, content.dirty)
        content.stable = stable
        content.dirty = []
        files[file] = content
    }

    /// A sync that failed: what it should have written counts as written from now on.
    mutating func forget(_ file: LogFile) {
        guard let dirty = files[file]?.dirty else { return }
        files[file]?.forgotten.formUnion(dirty)
        files[file]?.dirty = []
    }

    /// - Parameter isDurable: false if the rename was done but may not be on stable storage.
    mutating func replace(_ file: LogFile, with bytes: [UInt8], isDurable: Bool) {
        let stable = files[file]?.stable
        files[file] = File(volatile: bytes, stable: isDurable ? bytes : stable)
    }

    mutating func change(_ file: LogFile, _ change: (inout [UInt8]) -> Void) {
        change(&files[file, default: File()].volatile)
        let changed = files[file]?.volatile
        files[file]?.stable = changed
        files[file]?.dirty = []
        files[file]?.forgotten = []
    }

    mutating func remove(_ file: LogFile) { files[file] = nil }

    /// Stable storage after a power cut.
    ///
    /// - Parameter survives: whether a dirty sector had been written by then.
    func powerCut(survives: (LogFile, Int) -> Bool) -> [LogFile: [UInt8]] {
        files.compactMapValues { $0 }.reduce(into: [:]) { left, entry in
            let (file, content) = entry
            let written = content.dirty.sorted().filter { survives(file, $0) }
            guard !written.isEmpty else {
                left[file] = content.stable
                return
            }
            var stable = content.stable ?? []
            // The length on stable storage is that of the last sector written, or what it was.
            let last = ((written.last ?? 0) + 1) * Self.sectorBytes
            let length = min(content.volatile.count, max(last, stable.count))
            Self.settle(&stable, to: Array(content.volatile.prefix(length)), Set(written))
            left[file] = stable
        }
    }

    private mutating func touch(_ file: LogFile, _ range: Range<Int>) {
        let last = (range.upperBound - 1) / Self.sectorBytes
        let sectors = range.lowerBound / Self.sectorBytes...last
        files[file, default: File()].dirty.formUnion(sectors)
        files[file]?.forgotten.subtract(sectors)
    }

    private static func settle(
        _ stable: inout [UInt8], to volatile: [UInt8], _ sectors: Set<Int>
    ) {
        if stable.count > volatile.count { stable.removeLast(stable.count - volatile.count) }
        if stable.count < volatile.count {
            stable += [UInt8](repeating: 0, count: volatile.count - stable.count)
        }
        for sector in sectors {
            let start = sector * sectorBytes
            let end = min(start + sectorBytes, volatile.count)
            guard start < end else { continue }
            stable.replaceSubrange(start..<end, with: volatile[start..<end])
        }
    }
}
