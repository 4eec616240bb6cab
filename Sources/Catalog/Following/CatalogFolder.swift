// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Glibc
package import SystemPackage

/// The folder of a catalog: opens it, sets aside what cannot be used, and takes a new one in its place.
///
/// Nothing in it is evidence. Whatever happens to it, the log, the proxy and `verify` go on.
package struct CatalogFolder: Sendable {
    package let path: FilePath

    package init(_ path: FilePath) { self.path = path }

    package var file: FilePath { path.appending(SQLiteCatalog.fileName) }
    /// The catalog that is being built to replace the other one.
    package var rebuilding: FilePath { path.appending("rebuild.sqlite") }

    /// An opened catalog, and what had to be done for that.
    package struct Opened: Sendable {
        package let catalog: SQLiteCatalog
        /// Where the catalog that was there is now, and what was wrong with it; nil if nothing was.
        package let setAside: SetAside?
    }

    package struct SetAside: Hashable, Sendable {
        package let path: FilePath
        package let failure: CatalogFailure
    }

    /// Opens the catalog for writing. One that is damaged or of another log is set aside, and a new one begun; one of
    /// a newer version is left alone.
    package func open(
        origin: String, tokens: PersonalTokenizer?, now: UTCInstant
    ) throws(CatalogFailure) -> Opened {
        try make()
        do throws(CatalogFailure) {
            return Opened(
                catalog: try SQLiteCatalog(writing: file, origin: origin, tokens: tokens),
                setAside: nil)
        } catch {
            let setAside = try setAside(error, now: now)
            return Opened(
                catalog: try SQLiteCatalog(writing: file, origin: origin, tokens: tokens),
                setAside: setAside)
        }
    }

    /// Sets the folder aside as `NAME.damaged-TIME` and makes an empty one.
    ///
    /// - Parameter failure: why; thrown again unless it says that the catalog is of no use.
    package func setAside(
        _ failure: CatalogFailure, now: UTCInstant
    ) throws(CatalogFailure) -> SetAside {
        guard failure.code == .damaged || failure.code == .otherLog else { throw failure }
        let name =
            (path.lastComponent?.string ?? "catalog") + ".damaged-"
            + now.rfc3339.filter { $0 != ":" && $0 != "." }
        let other = path.removingLastComponent().appending(name)
        try rename(path, to: other)
        try make()
        return SetAside(path: other, failure: failure)
    }

    /// Puts the catalog that was built in the place of the one that was there. Both are closed.
    package func replace() throws(CatalogFailure) {
        for end in ["-wal", "-shm"] { try remove(FilePath(file.string + end)) }
        try rename(rebuilding, to: file)
        for end in ["-wal", "-shm"] { try remove(FilePath(rebuilding.string + end)) }
    }

    /// Removes a catalog that was begun and is not to be gone on with.
    package func discardRebuild() throws(CatalogFailure) {
        for end in ["", "-wal", "-shm"] { try remove(FilePath(rebuilding.string + end)) }
    }

    private func make() throws(CatalogFailure) {
        // Safe: the text is alive during the call.
        guard unsafe mkdir(path.string, 0o700) == 0 || errno == EEXIST else {
            throw failed("make", path)
        }
    }

    private func rename(_ one: FilePath, to other: FilePath) throws(CatalogFailure) {
        // Safe: the texts are alive during the call.
        guard unsafe Glibc.rename(one.string, other.string) == 0 else {
            throw failed("rename", one)
        }
    }

    private func remove(_ path: FilePath) throws(CatalogFailure) {
        // Safe: the text is alive during the call.
        guard unsafe unlink(path.string) == 0 || errno == ENOENT else {
            throw failed("remove", path)
        }
    }

    private func failed(_ verb: String, _ path: FilePath) -> CatalogFailure {
        let code = Errno(rawValue: errno)
        return CatalogFailure(
            code == .noSpace ? .diskFull : .unavailable, "cannot \(verb) \(path): \(code)")
    }
}
