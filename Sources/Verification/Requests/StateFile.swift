// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LogReading
internal import SignedNotes
internal import SystemPackage

/// The file in which a verifier keeps the last checkpoint it saw.
struct StateFile {
    let path: FilePath
    /// Its content; nil the first time.
    let bytes: [UInt8]?

    init(_ path: FilePath) throws(VerificationFault) {
        self.path = path
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(ifAny: path)
        } catch {
            throw .unreadable(error)
        }
    }

    /// The largest checkpoint in it; nil the first time.
    func checkpoint() throws(VerificationFault) -> UnverifiedCheckpoint? {
        guard let bytes else { return nil }
        if let remembered = RememberedCheckpoint(stateFile: bytes) { return remembered.checkpoint }
        do throws(CheckpointReadFault) {
            return try UnverifiedCheckpoint(bytes)
        } catch {
            throw .badCheckpoint(path, error)
        }
    }

    /// Replaces the file durably and atomically; the ledger's own state file, whose slots are padded with
    /// zeros, is left alone.
    ///
    /// - Returns: whether it was replaced.
    @discardableResult
    func remember(_ note: SignedNote) throws(VerificationFault) -> Bool {
        if let bytes, bytes.contains(0) { return false }
        let new = FilePath(path.string + ".new")
        do {
            let file = try FileDescriptor.open(
                new, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            try file.closeAfter {
                _ = try file.writeAll(note.encode())
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            let renamed = unsafe new.withPlatformString { from in
                // Safe: both strings live during the call, which keeps neither.
                unsafe path.withPlatformString { to in unsafe rename(from, to) }
            }
            guard renamed == 0 else { throw Errno(rawValue: errno) }
        } catch {
            throw .cannotRemember(path, error as? Errno)
        }
        return true
    }
}
