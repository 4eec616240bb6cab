// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Glibc
package import SignedNotes
package import SystemPackage

/// The file with the log's private keys, one per line, `PRIVATE+KEY+name+id+key`, readable only by its owner.
///
/// One line or, during a rotation, two, the newest first; all of them sign.
package enum SigningKeyFile {
    /// The most keys that sign together.
    package static let most = 2

    /// Reads the keys, at least one; a file that others may read is refused, as the keys may be known.
    package static func read(_ path: FilePath) throws(DirectoryFault) -> [NoteSigner] {
        let text: String
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            text = try file.closeAfter {
                var status = stat()
                // Safe: the structure lives through the call.
                guard unsafe fstat(file.rawValue, &status) == 0 else {
                    throw Errno(rawValue: errno)
                }
                guard status.st_mode & 0o077 == 0 else {
                    throw DirectoryFault(
                        .keyTooOpen,
                        "The signing key \(path) can be read by others (mode "
                            + String(status.st_mode & 0o777, radix: 8)
                            + "). Run: chmod 600 \(path). If others had access, rotate the key.")
                }
                var bytes = [UInt8](repeating: 0, count: 16_384)
                let count = try unsafe bytes.withUnsafeMutableBytes { buffer in
                    // Safe: the buffer lives through the call, which fills no more than it holds.
                    try unsafe file.read(fromAbsoluteOffset: 0, into: buffer)
                }
                return String(decoding: bytes.prefix(count), as: UTF8.self)
            }
        } catch let fault as DirectoryFault {
            throw fault
        } catch {
            let isForbidden = [Errno.permissionDenied, .notPermitted].contains(error as? Errno)
            throw DirectoryFault(
                isForbidden ? .keyForbidden : .keyUnreadable,
                "The signing key \(path) cannot be read (\(error)). Run as the user that the log belongs to, "
                    + "or correct log.key_file; a log goes on only with the key that signed it.")
        }
        do {
            let lines = text.split(separator: "\n")
            guard (1...most).contains(lines.count) else { throw SignerKeyFault.notAPrivateKey }
            let keys = try lines.map { line throws(SignerKeyFault) in
                try NoteSigner(privateText: line)
            }
            let isOneLogs = keys.allSatisfy { $0.name == keys[0].name }
            guard isOneLogs, Set(keys.map(\.keyID)).count == keys.count else {
                throw SignerKeyFault.badName
            }
            return keys
        } catch {
            throw DirectoryFault(
                .keyMalformed,
                "\(path) holds no signing key (\(error)). Restore the file; a log goes on "
                    + "only with the key that signed it.")
        }
    }

    /// The file's content with these keys, the newest first.
    package static func content(_ keys: [NoteSigner]) -> [UInt8] {
        precondition(
            (1...most).contains(keys.count),
            "KeysOverlap: one key signs, or an old one beside a new")
        return keys.flatMap { Array(($0.privateText + "\n").utf8) }
    }

    /// Makes a new key of this name and stores it, whole or not at all; an existing file is never overwritten.
    package static func create(_ path: FilePath, name: KeyName) throws(DirectoryFault) -> NoteSigner
    {
        let signer = NoteSigner(name: name, key: Curve25519.Signing.PrivateKey())
        // Its name is given to what is written already: whoever is killed meanwhile leaves no half of a key there.
        var unnamed = path
        unnamed.extension = [path.extension, "\(getpid())"].compactMap(\.self)
            .joined(separator: ".")
        do {
            let file = try FileDescriptor.open(
                unnamed, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: .ownerReadWrite)
            // Nobody else has the file, and what is named below is kept.
            defer { _ = unsafe unnamed.withPlatformString { unsafe unlink($0) } }
            try file.closeAfter {
                _ = try file.writeAll(content([signer]))
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            // Safe: both are zero-terminated strings that live through the call.
            let linked = unsafe unnamed.withPlatformString { from in
                unsafe path.withPlatformString { to in unsafe link(from, to) }
            }
            guard linked == 0 else { throw Errno(rawValue: errno) }
            try Folder.sync(path.removingLastComponent())
        } catch {
            throw DirectoryFault(
                .keyExists,
                "The signing key \(path) cannot be made (\(error)). Choose another folder, or "
                    + "move the file away if it is not needed.")
        }
        return signer
    }
}
