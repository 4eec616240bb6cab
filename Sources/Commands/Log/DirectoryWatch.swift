// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Messages
import SystemPackage

/// Waits for something to be written in a directory.
final class DirectoryWatch {
    private let descriptor: FileDescriptor

    init(_ path: String) throws(CommandFailure) {
        let number = inotify_init1(Int32(IN_CLOEXEC))
        guard number >= 0 else {
            throw CommandFailure(
                .failure, "changes cannot be watched: \(describing: Errno(rawValue: errno)).")
        }
        descriptor = FileDescriptor(rawValue: number)
        let events = UInt32(IN_MODIFY | IN_MOVED_TO | IN_CREATE)
        // Safe: the call reads the path while it runs, and keeps nothing.
        guard unsafe inotify_add_watch(number, path, events) >= 0 else {
            throw CommandFailure(
                .notFound, "\(path) cannot be watched: \(describing: Errno(rawValue: errno)).")
        }
    }

    deinit {
        // Nothing is lost where closing fails: the process' end closes it.
        _ = Result { try descriptor.close() }
    }

    /// Returns when something was written since the last call.
    func waitForChange() throws(CommandFailure) {
        // What changed does not matter; one read takes all events that wait.
        var events = [UInt8](repeating: 0, count: 16_384)
        do {
            _ = try unsafe events.withUnsafeMutableBytes { buffer in
                // Safe: the buffer lives through the call, which fills no more than it holds.
                try unsafe descriptor.read(into: buffer)
            }
        } catch {
            throw CommandFailure(.failure, "changes cannot be watched: \(describing: error).")
        }
    }
}
