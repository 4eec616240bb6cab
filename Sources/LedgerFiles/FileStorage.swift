// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls
internal import Glibc
package import Ledger
internal import LogFormat
internal import Synchronization
package import SystemPackage

/// A log directory as the ledger's storage: the only code that writes log files.
///
/// Directory, state folder and signing key stay locked while this lives, so that two processes never write one log, even
/// if one of them uses copies of some of its files. Copies of all three are another log, which no lock can detect.
/// New files are readable by their owner, and by the group if it may read the folder. A replaced file keeps its mode,
/// group and access list.
package final class FileStorage: LedgerStorage {
    private struct OpenFile {
        var descriptor: FileDescriptor
        /// How many bytes the file system has reserved.
        var reserved: Int
        /// Whether the file's name may not be on stable storage yet.
        var isNew: Bool
        /// What reserving has added to the file and nobody has written yet: it reads as zeros.
        var untouched = 0..<0
    }

    private struct Claims {
        /// Nil when reading a folder that has no lock file.
        var directory: DirectoryLock?
        /// Nil if state and log share a folder, or as above.
        var state: DirectoryLock?
        /// Nil if the signing key is not in a file.
        var key: KeyClaim?
    }

    private let directory: FilePath
    private let state: FilePath
    private let open = Mutex<[LogFile: OpenFile]>([:])
    /// What keeps other processes out; given up with ``close()``, or with this object.
    private let claims: Mutex<Claims>

    /// Room is reserved in steps of this many bytes, so that most groups need not ask for any.
    private static let reserveStep = 1 << 20

    /// How far zeros are written ahead of what lies in the commit journal.
    private static let aheadStep = 1 << 18
    /// A longer write takes so long by itself that it gains nothing from zeros.
    private static let mostHastened = 1 << 14

    /// Locks everything that must have one owner, and makes missing folders.
    ///
    /// - Parameters:
    ///   - directory: the log's own folder.
    ///   - state: the folder that keeps the newest checkpoint, apart from the data.
    ///   - key: the file with the signing key; nil for a key that is not in a file.
    package init(
        directory: FilePath, state: FilePath, key: FilePath?
    ) throws(DirectoryFault) {
        self.directory = directory
        try Folder.make(directory)
        try Folder.make(state)
        for name in ["segments", "tree", "keys"] {
            try Folder.make(directory.appending(name))
        }
        let lock = try DirectoryLock(directory, for: .log)
        let stateLock =
            FileIdentity(state) == FileIdentity(directory)
            ? nil : try DirectoryLock(state, for: .state)
        let keyClaim = try key.map { path throws(DirectoryFault) in try KeyClaim(path) }
        claims = Mutex(Claims(directory: lock, state: stateLock, key: keyClaim))
        self.state = state
    }

    /// Opens an existing directory for reading only, and creates nothing.
    ///
    /// Takes the lock, so that a writing process is noticed; without a file to lock, there is none. What is not a
    /// folder is refused, as for a writer.
    package init(examining directory: FilePath, state: FilePath) throws(DirectoryFault) {
        self.directory = directory
        func isToBeClaimed(_ folder: FilePath) -> Bool {
            FileIdentity(folder.appending(LogLayout.lock)) != nil
                || FileIdentity(folder) != nil && FileIdentity(folder.appending(".")) == nil
        }
        let lock = isToBeClaimed(directory) ? try DirectoryLock(directory, for: .log) : nil
        let stateLock =
            FileIdentity(state) != FileIdentity(directory) && isToBeClaimed(state)
            ? try DirectoryLock(state, for: .state) : nil
        claims = Mutex(Claims(directory: lock, state: stateLock))
        self.state = state
    }

    deinit { close() }

    package func close() {
        let files = open.withLock { open in
            defer { open = [:] }
            return open.values.map(\.descriptor)
        }
        for file in files {
            // Nothing unsynced is lost here: closing is no sync, and the journal has everything.
            _ = Result { try file.close() }
        }
        claims.withLock { $0 = Claims() }
    }

    package func length(of file: LogFile) throws(StorageFault) -> Int? {
        if let known = open.withLock({ $0[file]?.descriptor }) {
            return try act(.length, file) { Int(try known.seek(offset: 0, from: .end)) }
        }
        var status = stat()
        // Safe: both pointers live through the call, and the path is zero-terminated.
        let result = unsafe path(of: file).withPlatformString { unsafe stat($0, &status) }
        if result == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw StorageFault(.length, file, .notAFile)
            }
            return Int(status.st_size)
        }
        guard errno != ENOENT else { return nil }
        throw fault(.length, file, Errno(rawValue: errno))
    }

    package func confirm() throws(StorageFault) {
        let lock = claims.withLock { $0.directory }
        guard lock?.isOfPath ?? true else { throw StorageFault(.length, .checkpoint, .moved) }
        for (file, opened) in open.withLock({ $0 }) {
            guard FileIdentity(opened.descriptor) == FileIdentity(path(of: file)) else {
                // A directory that was moved since the first look took its files along.
                guard lock?.isOfPath ?? true else {
                    throw StorageFault(.length, .checkpoint, .moved)
                }
                throw StorageFault(.length, file, .replaced)
            }
        }
    }

    package func read(
        _ file: LogFile, from offset: Int, count: Int
    ) throws(StorageFault) -> [UInt8] {
        guard count > 0, try length(of: file) != nil else { return [] }
        let descriptor = try descriptor(of: file, for: .read)
        return try act(.read, file) {
            var filled = 0
            return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                while filled < count {
                    // Safe: the slice starts within the buffer and ends with it.
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let more = try unsafe descriptor.read(
                        fromAbsoluteOffset: Int64(offset + filled), into: rest)
                    guard more > 0 else { break }
                    filled += more
                }
                initialized = filled
            }
        }
    }

    package func write(
        _ bytes: ArraySlice<UInt8>, to file: LogFile, at offset: Int
    ) throws(StorageFault) {
        let descriptor = try descriptor(of: file, for: .write)
        try act(.write, file) {
            _ = try descriptor.writeAll(toAbsoluteOffset: Int64(offset), bytes)
        }
        // A mark lies where the next frame begins.
        guard case .commits = file, bytes.count > CommitFrame.markLength else { return }
        try writeAhead(of: file, after: offset..<offset + bytes.count, to: descriptor)
    }

    /// Writes zeros where the commit journal goes on in room that was only reserved: the first write
    /// to such a place changes what the file system knows of the file, and a sync takes a fifth
    /// longer for that.
    ///
    /// The room reads as zeros before and after, so nobody can tell the difference.
    private func writeAhead(
        of file: LogFile, after written: Range<Int>, to descriptor: FileDescriptor
    ) throws(StorageFault) {
        let ahead = open.withLock { open -> Range<Int>? in
            guard let untouched = open[file]?.untouched, written.upperBound > untouched.lowerBound,
                !untouched.isEmpty
            else { return nil }
            let start = min(written.upperBound, untouched.upperBound)
            let length = written.count <= Self.mostHastened ? Self.aheadStep : 0
            let end = min(start + length, untouched.upperBound)
            open[file]?.untouched = end..<untouched.upperBound
            return start..<end
        }
        guard let ahead, !ahead.isEmpty else { return }
        try act(.write, file) {
            _ = try descriptor.writeAll(
                toAbsoluteOffset: Int64(ahead.lowerBound),
                [UInt8](repeating: 0, count: ahead.count))
        }
    }

    package func reserve(_ file: LogFile, through length: Int) throws(StorageFault) {
        if let known = open.withLock({ $0[file]?.reserved }), known >= length { return }
        let descriptor = try descriptor(of: file, for: .reserve)
        let reserved = (length + Self.reserveStep - 1) / Self.reserveStep * Self.reserveStep
        // The commit journal is allocated permanently; other files end where their content ends.
        var keepsSize = true
        if case .commits = file { keepsSize = false }
        let before = keepsSize ? 0 : try self.length(of: file) ?? 0
        let error = csc_reserve(descriptor.rawValue, off_t(reserved), keepsSize)
        // A file system without reservations is used anyway: a full disk then poisons the log.
        if error != 0, error != EOPNOTSUPP {
            throw fault(.reserve, file, Errno(rawValue: error))
        }
        open.withLock { open in
            open[file]?.reserved = reserved
            guard error == 0, !keepsSize, reserved > before else { return }
            let known = open[file]?.untouched ?? 0..<0
            open[file]?.untouched = (known.isEmpty ? before : known.lowerBound)..<reserved
        }
    }

    package func sync(_ file: LogFile) throws(StorageFault) {
        let descriptor = try descriptor(of: file, for: .sync)
        guard fdatasync(descriptor.rawValue) == 0 else {
            throw fault(.sync, file, Errno(rawValue: errno))
        }
        guard open.withLock({ $0[file]?.isNew ?? false }) else { return }
        try syncFolder(of: file)
        open.withLock { $0[file]?.isNew = false }
    }

    package func truncate(_ file: LogFile, to length: Int) throws(StorageFault) {
        let descriptor = try descriptor(of: file, for: .truncate)
        guard ftruncate(descriptor.rawValue, off_t(length)) == 0 else {
            throw fault(.truncate, file, Errno(rawValue: errno))
        }
        open.withLock { open in
            open[file]?.reserved = length
            open[file]?.untouched = 0..<0
        }
    }

    package func replace(_ file: LogFile, with bytes: [UInt8]) throws(StorageFault) {
        // The old descriptor would keep reading the file that was replaced.
        release(file)
        let target = path(of: file)
        let fresh = FilePath(target.string + ".new")
        try act(.replace, file) {
            let descriptor = try FileDescriptor.open(
                fresh, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: .ownerReadWrite)
            try descriptor.closeAfter {
                if FileIdentity(target) != nil {
                    try unsafe target.withPlatformString {
                        // Safe: a zero-terminated string that lives through the call.
                        let error = unsafe csc_keep_access($0, descriptor.rawValue)
                        guard error == 0 else { throw Errno(rawValue: error) }
                    }
                } else {
                    Folder.share(descriptor, asIn: target.removingLastComponent())
                }
                _ = try descriptor.writeAll(toAbsoluteOffset: 0, bytes)
                guard fdatasync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            try unsafe fresh.withPlatformString { from in
                try unsafe target.withPlatformString { to in
                    // Safe: both are zero-terminated strings that live through the call.
                    guard unsafe rename(from, to) == 0 else { throw Errno(rawValue: errno) }
                }
            }
        }
        try syncFolder(of: file)
    }

    package func release(_ file: LogFile) {
        guard let closed = open.withLock({ $0.removeValue(forKey: file) }) else { return }
        // Its content is synced; closing reports nothing that the sync has not.
        _ = Result { try closed.descriptor.close() }
    }

    private func path(of file: LogFile) -> FilePath {
        if let name = file.stateName { return state.appending(name) }
        guard let path = file.path else {
            preconditionFailure("EveryFileHasAPlace: a file lies nowhere")
        }
        return directory.pushing(FilePath(path))
    }

    private func descriptor(
        of file: LogFile, for operation: StorageFault.Operation
    ) throws(StorageFault) -> FileDescriptor {
        if let known = open.withLock({ $0[file]?.descriptor }) { return known }
        let path = path(of: file)
        let isNew = try length(of: file) == nil
        let descriptor = try act(operation, file) {
            try makeFolder(of: file)
            // A pipe would keep the opener waiting; that it is none has been seen above.
            let opened = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec, .nonBlocking],
                permissions: .ownerReadWrite)
            if isNew { Folder.share(opened, asIn: path.removingLastComponent()) }
            return opened
        }
        open.withLock {
            $0[file] = OpenFile(descriptor: descriptor, reserved: 0, isNew: isNew)
        }
        return descriptor
    }

    private func makeFolder(of file: LogFile) throws {
        switch file {
        case .entries, .offsets, .disclosures:
            try Folder.makeShared(path(of: file).removingLastComponent())
        default: return
        }
    }

    private func syncFolder(of file: LogFile) throws(StorageFault) {
        var folder = path(of: file).removingLastComponent()
        try act(.sync, file) {
            try Folder.sync(folder)
            // A new segment is itself an entry of `segments`.
            while folder != directory, file.path != nil {
                folder = folder.removingLastComponent()
                try Folder.sync(folder)
            }
        }
    }

    /// Performs an operation on a file; a fault names both.
    private func act<Value>(
        _ operation: StorageFault.Operation, _ file: LogFile, _ body: () throws -> Value
    ) throws(StorageFault) -> Value {
        do {
            return try body()
        } catch {
            throw fault(operation, file, error as? Errno ?? .ioError)
        }
    }

    /// Whether the directory is known to be elsewhere by now.
    private var hasMoved: Bool {
        guard let lock = claims.withLockIfAvailable({ $0.directory }) else { return false }
        return lock?.isOfPath == false
    }

    private func fault(
        _ operation: StorageFault.Operation, _ file: LogFile, _ error: Errno
    ) -> StorageFault {
        switch error {
        case .noSpace, .diskQuotaExceeded: StorageFault(operation, file, .noSpace)
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            StorageFault(operation, file, .noDescriptors)
        case .permissionDenied, .notPermitted, .readOnlyFileSystem:
            StorageFault(operation, file, .notPermitted)
        // A file that was not open yet is not there any more once the directory was moved.
        case .noSuchFileOrDirectory where hasMoved: StorageFault(operation, file, .moved)
        default: StorageFault(operation, file, .system(error.rawValue))
        }
    }
}
