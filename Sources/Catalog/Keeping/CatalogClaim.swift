// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// This process's word that it alone writes in a catalog's folder; the kernel ends it with the process.
///
/// Two processes that write and checkpoint could damage the file (field-audit.md, A 10). Readers need no claim.
package final class CatalogClaim: Sendable {
    private let folder: FileDescriptor

    /// - Throws: ``CatalogFailure/Code/inUse`` where another process has it.
    init(_ path: FilePath) throws(CatalogFailure) {
        do {
            folder = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        } catch let error as Errno where error == .notDirectory {
            throw CatalogFailure(.damaged, "\(path) is no folder")
        } catch {
            throw CatalogFailure(.unavailable, "cannot open \(path): \(error)")
        }
        guard flock(folder.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            _ = Result { [folder] in try folder.close() }
            throw code == EWOULDBLOCK
                ? CatalogFailure(.inUse, "\(path)")
                : CatalogFailure(
                    .unavailable, "cannot lock \(path): \(Errno(rawValue: code))")
        }
    }

    deinit {
        // Closing ends the claim; there is nobody to tell if it fails, and the process' end does it.
        _ = Result { try folder.close() }
    }
}
