// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What the ledger asks of a disk, one named operation at a time.
///
/// The seam where faults are injected and memory or another medium can replace files. Called by the
/// writer and the housekeeper, never by both for the same file at the same time except that one may
/// write a file while the other syncs it.
package protocol LedgerStorage: AnyObject, Sendable {
    /// The file's length in bytes, or nil if there is no such file.
    func length(of file: LogFile) throws(StorageFault) -> Int?

    /// `count` bytes from `offset` on; fewer only if the file ends before.
    func read(_ file: LogFile, from offset: Int, count: Int) throws(StorageFault) -> [UInt8]

    /// Writes all bytes at an offset, creating the file if there is none. Not durable before
    /// ``sync(_:)``.
    func write(_ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int) throws(StorageFault)

    /// Makes sure that writing the file up to `length` cannot fail for lack of space.
    func reserve(_ file: LogFile, through length: Int) throws(StorageFault)

    /// Returns when everything written to the file, and its existence, is on stable storage.
    func sync(_ file: LogFile) throws(StorageFault)

    /// Cuts the file off, and gives back space reserved beyond.
    func truncate(_ file: LogFile, to length: Int) throws(StorageFault)

    /// Replaces a file's content, durably and atomically for readers.
    func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault)

    /// Releases a file that will not be written again.
    func release(_ file: LogFile)

    /// Returns if what this storage writes to is what others find under its names: nobody has moved
    /// the log, or removed or replaced one of its files, since they were opened.
    func confirm() throws(StorageFault)

    /// Releases everything, so that another process may write the same log. Nothing is written
    /// afterwards.
    func close()
}

extension LedgerStorage {
    /// The whole file; empty if there is none.
    package func contents(of file: LogFile) throws(StorageFault) -> [UInt8] {
        guard let length = try length(of: file), length > 0 else { return [] }
        return try read(file, from: 0, count: length)
    }
}

/// Why storage failed to do what was asked.
package struct StorageFault: Error, Hashable, Sendable {
    package enum Operation: String, CaseIterable, Sendable {
        case length
        case read
        case write
        case reserve
        case sync
        case truncate
        case replace
    }

    package enum Cause: Hashable, Sendable {
        /// The disk, or the quota, is full.
        case noSpace
        /// The process or the system cannot open another file. Nothing was done.
        case noDescriptors
        /// Reading or writing is not permitted, or the file system is read-only.
        case notPermitted
        /// A folder, pipe or device is where a file should be.
        case notAFile
        /// The file that was opened is no longer the one of that name.
        case replaced
        /// The directory that was opened is no longer the one of that name.
        case moved
        /// The system's error number.
        case system(Int32)
    }

    package var operation: Operation
    package var file: LogFile
    package var cause: Cause

    package init(_ operation: Operation, _ file: LogFile, _ cause: Cause) {
        self.operation = operation
        self.file = file
        self.cause = cause
    }
}

extension StorageFault {
    /// Whether nothing was lost or left in doubt, so that it may be retried later.
    ///
    /// A sync that fails for lack of space is different: what it should have made durable may be
    /// gone.
    var isPassing: Bool {
        switch cause {
        case .noSpace: operation != .sync
        case .noDescriptors: true
        case .notPermitted, .notAFile, .replaced, .moved, .system: false
        }
    }
}

extension StorageFault: CustomStringConvertible {
    package var description: String {
        let what =
            switch cause {
            case .noSpace: "no space left; free some"
            case .noDescriptors: "too many files are open; allow more"
            case .notPermitted: "not permitted; check owner, mode and mount"
            case .notAFile: "not a file but a folder, pipe or device; put the file back"
            case .replaced:
                "removed or replaced while the log was in use; put it back"
            case .moved:
                "the log directory was moved or replaced while in use; put it back"
            case .system(let number): "system error \(number); check the disk and the kernel log"
            }
        return "\(operation.rawValue) \(file.path ?? file.stateName ?? "state"): \(what)"
    }
}
