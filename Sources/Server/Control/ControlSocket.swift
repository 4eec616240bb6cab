// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Messages
package import NIOCore
import SystemPackage

/// How commands on the same host talk to a running server: a socket in the folder of its state.
///
/// The kernel decides who may connect: the modes of folder and socket admit the server's own user and the superuser,
/// who can read the log's keys anyway. One line of JSON each way.
package enum ControlSocket {
    /// Its name in the state folder.
    package static let name = "control"
    static let mostBytes = 65_536
    package static let patience = TimeAmount.seconds(10)

    /// A path that fits into a socket's address, however long the folder's name.
    ///
    /// Addresses hold 107 bytes. A folder with a longer path is opened, and named by its descriptor.
    package struct Place: ~Copyable {
        package let path: String
        private let folder: SystemPackage.FileDescriptor?

        package init(_ folder: String) throws(CommandFailure) {
            let plain = LocalFile.path(of: ControlSocket.name, in: folder)
            guard plain.utf8.count > 100 else {
                path = plain
                self.folder = nil
                return
            }
            do {
                let descriptor = try SystemPackage.FileDescriptor.open(
                    FilePath(folder), .readOnly, options: [.directory, .closeOnExec])
                self.folder = descriptor
                path = "/proc/self/fd/\(descriptor.rawValue)/\(ControlSocket.name)"
            } catch {
                throw CommandFailure(.failure, "\(folder) cannot be opened: \(describing: error).")
            }
        }

        deinit {
            // Nothing is lost where closing fails: the process' end closes it.
            _ = Result { try folder?.close() }
        }
    }

    package static func line(_ value: JSONValue) -> ByteBuffer {
        var text: [UInt8] = []
        JSONText.append(value, to: &text)
        text.append(UInt8(ascii: "\n"))
        return ByteBuffer(bytes: text)
    }

    /// Bytes up to the first line end, or to the end of what comes.
    package static func readLine(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        for try await part in inbound {
            bytes += part.readableBytesView
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return Array(bytes[..<end]) }
            guard bytes.count < mostBytes else { break }
        }
        return bytes
    }
}
