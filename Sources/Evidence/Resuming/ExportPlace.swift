// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Glibc
internal import LogReading
package import SystemPackage

/// Where an export is made until it is complete: a folder of its own, with the order that it carries out and how far it
/// has come, so that it goes on after whatever interrupts it.
///
/// Only one process at a time has it: the order's file is locked for as long as the place lives.
package final class ExportPlace {
    private static let orderName = "order.json"
    private static let stateName = "state.json"
    private static let mostBytes = 64 << 20

    package let folder: FilePath
    package let ticket: ExportTicket
    /// How far it had come when this process took it over; nil at the beginning.
    package let state: JSONValue?
    private let lock: FileDescriptor

    /// What is handed over in the end.
    package var content: FilePath { folder.appending("content") }

    /// Makes the folder, which must not exist.
    package init(
        _ folder: FilePath, _ ticket: ExportTicket, isPrivate: Bool
    ) throws(EvidenceFailure) {
        self.folder = folder
        self.ticket = ticket
        state = nil
        try Self.makeFolder(folder, isPrivate: isPrivate)
        try Self.makeFolder(folder.appending("content"), isPrivate: isPrivate)
        let order = try NewFile(folder.appending(Self.orderName), isPrivate: true)
        try order.append(CanonicalJSON.encode(ticket.value))
        _ = try order.close()
        try Self.sync(folder)
        lock = try Self.lock(folder)
    }

    /// Takes over what an interrupted export left.
    package init(resuming folder: FilePath) throws(EvidenceFailure) {
        let lock = try Self.lock(folder)
        do throws(EvidenceFailure) {
            guard let order = try Self.read(Self.orderName, in: folder),
                let ticket = ExportTicket(order)
            else { throw .unusable(folder) }
            self.ticket = ticket
            state = try Self.read(Self.stateName, in: folder)
        } catch {
            _ = Result { try lock.close() }
            throw error
        }
        self.folder = folder
        self.lock = lock
    }

    deinit {
        // Closing lets go of the lock; nothing was written through it.
        _ = Result { try lock.close() }
    }

    /// Keeps how far the export has come: what an interruption leaves is this, or what was kept before.
    package func keep(_ state: JSONValue) throws(EvidenceFailure) {
        try Self.keep(state, as: Self.stateName, in: folder)
    }

    /// Keeps a small file of ours, whole: a reader finds the old or the new.
    static func keep(
        _ value: JSONValue, as name: String, in folder: FilePath
    ) throws(EvidenceFailure) {
        let fresh = folder.appending(name + ".new")
        let file = try NewFile(fresh, isPrivate: true, replacing: true)
        try file.append(CanonicalJSON.encode(value))
        _ = try file.close()
        let path = folder.appending(name)
        // Safe: the call reads both paths while it runs, and keeps nothing.
        guard unsafe rename(fresh.string, path.string) == 0 else {
            throw .writing(path, Errno(rawValue: errno))
        }
        try sync(folder)
    }

    /// A small file of ours; nil where there is none.
    func read(_ name: String) throws(EvidenceFailure) -> JSONValue? {
        try Self.read(name, in: folder)
    }

    /// Begins anew: what was written before any state was kept is of no use.
    package func clear() throws(EvidenceFailure) {
        try FolderRemoval.remove(content)
        try Self.makeFolder(content, isPrivate: !ticket.order.groups.isEmpty)
    }

    /// Leaves nothing of an export but an order without its texts, and files of ours.
    static func clear(
        _ folder: FilePath, leaving ticket: ExportTicket, and names: Set<String>
    ) throws(EvidenceFailure) {
        try keep(ticket.value, as: orderName, in: folder)
        try remove(folder, but: names)
    }

    /// Removes what an export was made with, but for its order and what is named.
    static func remove(_ folder: FilePath, but names: Set<String>) throws(EvidenceFailure) {
        try FolderRemoval.remove(folder, but: names.union([orderName]))
        try sync(folder)
    }

    /// Makes the folder that such places lie in, for its owner only.
    static func makeFolderIfNone(_ path: FilePath) throws(EvidenceFailure) {
        do throws(EvidenceFailure) {
            try makeFolder(path, isPrivate: true)
        } catch {
            guard case .writing(_, .fileExists) = error else { throw error }
        }
    }

    private static func makeFolder(
        _ path: FilePath, isPrivate: Bool
    ) throws(EvidenceFailure) {
        // Safe: the call reads the path while it runs, and keeps nothing.
        guard unsafe mkdir(path.string, isPrivate ? 0o700 : 0o755) == 0 else {
            throw .writing(path, Errno(rawValue: errno))
        }
    }

    private static func lock(_ folder: FilePath) throws(EvidenceFailure) -> FileDescriptor {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                folder.appending(orderName), .readOnly, options: [.closeOnExec, .noFollow])
        } catch {
            throw .unusable(folder)
        }
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            _ = Result { try file.close() }
            throw .beingWritten(folder)
        }
        return file
    }

    /// A small file of ours; nil where there is none.
    private static func read(
        _ name: String, in folder: FilePath
    ) throws(EvidenceFailure) -> JSONValue? {
        let path = folder.appending(name)
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            let file = try ReadableFile(path)
            let length = try file.length()
            guard length <= mostBytes else { throw LogReadFailure(.badFraming, path) }
            bytes = try file.bytes(0..<length)
        } catch {
            guard error.code == .missing else { throw .unusable(folder) }
            return nil
        }
        do throws(JSONFault) {
            return try JSONParser.parse(bytes, as: .canonical, deepest: 16)
        } catch {
            throw .unusable(folder)
        }
    }

    private static func sync(_ folder: FilePath) throws(EvidenceFailure) {
        do {
            let opened = try FileDescriptor.open(
                folder, .readOnly, options: [.directory, .closeOnExec])
            try opened.closeAfter {
                guard fsync(opened.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw .writing(folder, error as? Errno)
        }
    }
}
