// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// The file in which an output's position is kept, below the folder of the log's state.
///
/// It is replaced as a whole: whoever reads it, after a crash too, finds the old position or the new one.
package struct OutputPositionFile: Hashable, Sendable {
    package let path: FilePath

    /// - Parameters:
    ///   - name: of the output.
    ///   - state: the folder of the log's state.
    package init(_ name: String, in state: FilePath) {
        path = state.appending("outputs").appending(name + ".position")
    }

    /// Larger ones are none of ours.
    private static let mostBytes = 4096

    /// Nil where there is none yet.
    package func read() throws(OutputFailure) -> OutputPosition? {
        let bytes: [UInt8]
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            bytes = try file.closeAfter {
                try unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
                    // Safe: the kernel writes into the buffer, at most as much as it holds.
                    count = unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw OutputFailure(.position, "\(path) cannot be read: \(error).")
        }
        guard let position = OutputPosition(bytes) else {
            throw OutputFailure(
                .position,
                "\(path) is damaged, or of a later version; `countersign output replay` writes it anew, from the index that you give."
            )
        }
        return position
    }

    /// Puts another position on the disk.
    package func write(_ position: OutputPosition) throws(OutputFailure) {
        let folder = path.removingLastComponent()
        let fresh = FilePath(path.string + ".new")
        do {
            // Safe, here and below: the call reads the path while it runs, and keeps nothing.
            let made = unsafe folder.withPlatformString { unsafe mkdir($0, 0o700) }
            guard made == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
            let file = try FileDescriptor.open(
                fresh, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: .ownerReadWrite)
            try file.closeAfter {
                try file.writeAll(position.bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            let moved = unsafe fresh.withPlatformString { from in
                unsafe path.withPlatformString { unsafe rename(from, $0) }
            }
            guard moved == 0 else { throw Errno(rawValue: errno) }
        } catch {
            throw OutputFailure(.position, "\(path) cannot be written: \(error).")
        }
    }
}
