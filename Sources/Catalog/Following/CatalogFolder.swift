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

    /// Opens the catalog for writing. One that is damaged or of another log is set aside, one of an older version is
    /// removed, and a new one begun; one of a newer version is left alone.
    package func open(
        origin: String, tokens: PersonalTokenizer?, now: UTCInstant
    ) throws(CatalogFailure) -> Opened {
        do throws(CatalogFailure) {
            try make()
            try checkKind()
            return Opened(
                catalog: try SQLiteCatalog(writing: file, origin: origin, tokens: tokens),
                setAside: nil)
        } catch {
            var setAside: SetAside?
            if error.code == .older {
                try remove(file)
            } else {
                guard error.isOfNoUse else { throw error }
                setAside = try self.setAside(error, now: now)
            }
            return Opened(
                catalog: try SQLiteCatalog(writing: file, origin: origin, tokens: tokens),
                setAside: setAside)
        }
    }

    /// Makes this process the only one that may write here, for as long as the object lives.
    package func claim() throws(CatalogFailure) -> CatalogClaim {
        try make()
        return try CatalogClaim(path)
    }

    /// SQLite says of a folder only that it cannot be opened.
    private func checkKind() throws(CatalogFailure) {
        for place in [path, file] {
            guard let kind = Identity(place) else { continue }
            guard kind.isFolder == (place == path) else {
                throw CatalogFailure(
                    .damaged, "\(place) is \(kind.isFolder ? "a folder" : "no folder")")
            }
        }
    }

    /// Sets the folder aside as `NAME.damaged-TIME` and makes an empty one.
    ///
    /// - Parameter failure: why.
    package func setAside(
        _ failure: CatalogFailure, now: UTCInstant
    ) throws(CatalogFailure) -> SetAside {
        let name =
            asideName + now.rfc3339.filter { $0 != ":" && $0 != "." }
        let other = path.removingLastComponent().appending(name)
        let before = setAside()
        try rename(path, to: other)
        try make()
        // One copy is enough to find out what happened.
        for folder in before { try discard(folder) }
        return SetAside(path: other, failure: failure)
    }

    /// What was set aside here earlier.
    package func setAside() -> [FilePath] {
        let parent = path.removingLastComponent()
        let start = asideName
        return Self.names(in: parent).filter { $0.hasPrefix(start) }.sorted()
            .map { parent.appending($0) }
    }

    /// Removes what was set aside: values that are erased stand there, too, as tokens.
    package func discardSetAside() throws(CatalogFailure) {
        for folder in setAside() { try discard(folder) }
    }

    /// Removes a folder with a catalog's files; what else lies there stays, and the folder with it.
    private func discard(_ folder: FilePath) throws(CatalogFailure) {
        let other = CatalogFolder(folder)
        for file in [other.file, other.rebuilding] where Identity(file)?.isFolder == false {
            try other.remove(file)
        }
        // Safe: the text is alive during the call.
        guard unsafe rmdir(folder.string) == 0 || errno == ENOTEMPTY || errno == ENOTDIR else {
            throw failed("remove", folder)
        }
    }

    private var asideName: String { (path.lastComponent?.string ?? "catalog") + ".damaged-" }

    /// The names in a folder; none where it cannot be read.
    private static func names(in folder: FilePath) -> [String] {
        // Safe: the stream is closed by this function only, and an entry is read before the next call.
        guard let stream = unsafe opendir(folder.isEmpty ? "." : folder.string) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    /// Puts the catalog that was built in the place of the one that was there. Both are closed.
    package func replace() throws(CatalogFailure) {
        try discardJournal()
        try rename(rebuilding, to: file)
        for end in Self.besides { try unlink(FilePath(rebuilding.string + end)) }
    }

    /// Whether a catalog was begun to replace the other one.
    package var isRebuilding: Bool { Identity(rebuilding) != nil }

    /// Removes a catalog that was begun and is not to be gone on with.
    package func discardRebuild() throws(CatalogFailure) { try remove(rebuilding) }

    /// Removes the write-ahead log of a file that is not there any more: SQLite would take it for that of another one
    /// in its place.
    func discardJournal() throws(CatalogFailure) {
        for end in Self.besides { try unlink(FilePath(file.string + end)) }
    }

    /// What SQLite keeps beside its file.
    private static let besides = ["-wal", "-shm"]

    private func remove(_ file: FilePath) throws(CatalogFailure) {
        for end in [""] + Self.besides { try unlink(FilePath(file.string + end)) }
    }

    /// Whether the disk has too little room for the catalog to take any: what is left is the log's.
    package var isShortOfRoom: Bool {
        var disk = statvfs()
        // Safe: the structure and the text live through the call.
        guard unsafe statvfs(path.string, &disk) == 0 else { return false }
        let unit = UInt64(disk.f_frsize)
        let least = min(256 << 20, UInt64(disk.f_blocks) * unit / 16)
        return UInt64(disk.f_bavail) * unit < least
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

    private func unlink(_ path: FilePath) throws(CatalogFailure) {
        // Safe: the text is alive during the call.
        let isGone = unsafe Glibc.unlink(path.string) == 0
        // Where the folder is none any more, nothing is left in it.
        guard isGone || errno == ENOENT || errno == ENOTDIR else { throw failed("remove", path) }
    }

    private func failed(_ verb: String, _ path: FilePath) -> CatalogFailure {
        let code = Errno(rawValue: errno)
        return CatalogFailure(
            code == .noSpace ? .diskFull : .unavailable, "cannot \(verb) \(path): \(code)")
    }

    /// Which file is under a name.
    struct Identity: Hashable {
        let device: UInt64
        let number: UInt64
        let isFolder: Bool

        /// Nil where there is none.
        init?(_ path: FilePath) {
            var status = stat()
            // Safe: the structure and the text live through the call.
            guard unsafe stat(path.string, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            number = UInt64(status.st_ino)
            isFolder = status.st_mode & S_IFMT == S_IFDIR
        }
    }
}
