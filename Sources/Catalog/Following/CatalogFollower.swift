// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogReading
internal import Merkle
internal import SignedNotes
package import SystemPackage

/// Brings a catalog up to what is durable and signed in a log.
///
/// `CatalogNeverAhead`: it reads a ``LogSnapshot`` and ends where that does.
package struct CatalogFollower<Storage: CatalogStorage>: ~Copyable {
    private let storage: Storage
    private let directory: FilePath
    private var batch = CatalogBatch()
    private var values: FollowedValues?
    /// Whether what is stored was found to be of this log.
    private var isKnown = false

    /// Most records of one transaction: enough to be quick, and few enough that readers of the file stay current.
    package static var mostRecords: UInt64 { 16_384 }

    /// - Parameter values: nil where personal values are not to be found by.
    package init(_ storage: Storage, of directory: FilePath, values: FollowedValues? = nil) {
        self.storage = storage
        self.directory = directory
        self.values = values
    }

    /// Stores the next records; a batch of them at most.
    package mutating func step() throws(CatalogFollowFailure) -> CatalogProgress {
        let snapshot: LogSnapshot
        do throws(LogReadFailure) {
            snapshot = try LogSnapshot(directory: directory)
        } catch {
            throw .log(error)
        }
        return try step(snapshot)
    }

    /// The same from a snapshot at hand, which later steps may use again while it has more.
    ///
    /// - Parameter most: most records that are stored, if that is less than one transaction may have.
    package mutating func step(
        _ snapshot: LogSnapshot, most: UInt64 = .max
    ) throws(CatalogFollowFailure) -> CatalogProgress {
        do throws(CatalogFailure) {
            let known = try storage.position()
            guard let claim = snapshot.newest?.claim else {
                guard known == nil else {
                    throw CatalogFailure(.unavailable, "the log has no readable checkpoint")
                }
                return CatalogProgress(size: 0, logSize: 0)
            }
            let size = known?.size ?? 0
            let end = claim.size.count
            if let known, !isKnown { try check(known, snapshot) }
            isKnown = true
            guard size < end else { return CatalogProgress(size: size, logSize: max(end, size)) }
            var next = min(end, size + min(most, Self.mostRecords))
            next = min(next, SegmentRange.end(after: size))
            batch.removeAll()
            try read(size..<next, snapshot)
            let root =
                next == end ? claim.root.hash.base64 : try Self.root(at: next, snapshot)
            try storage.append(
                batch,
                reaching: CatalogPosition(origin: claim.origin.text, size: next, root: root))
            var progress = CatalogProgress(size: next, logSize: end)
            progress.hasErased = !batch.erasedSubjects.isEmpty || !batch.erasedPeriods.isEmpty
            return progress
        } catch {
            isKnown = false
            throw .catalog(error)
        }
    }

    /// Whether the log has the leaves that the catalog was made of.
    private func check(
        _ known: CatalogPosition, _ snapshot: LogSnapshot
    ) throws(CatalogFailure) {
        guard let claim = snapshot.newest?.claim else { return }
        guard known.origin == claim.origin.text else {
            throw CatalogFailure(.otherLog, "it is of \(known.origin)")
        }
        guard known.size <= snapshot.sizeWithDoubtful.count else {
            throw CatalogFailure(
                .otherLog, "it has \(known.size) records, the log \(claim.size.count)")
        }
        // The end of the log is in doubt for a moment: what is beyond cannot be compared yet.
        guard known.size <= claim.size.count, known.size > 0 else { return }
        let root =
            known.size == claim.size.count
            ? claim.root.hash.base64 : try Self.root(at: known.size, snapshot)
        guard root == known.root else {
            throw CatalogFailure(.otherLog, "its first \(known.size) records are others")
        }
    }

    private static func root(
        at size: UInt64, _ snapshot: LogSnapshot
    ) throws(CatalogFailure) -> String {
        do throws(LogReadFailure) {
            var reader = try snapshot.hashReader()
            return try reader.root(at: TreeSize(size)).hash.base64
        } catch {
            throw CatalogFailure(.unavailable, error.message)
        }
    }

    private mutating func read(
        _ range: Range<UInt64>, _ snapshot: LogSnapshot
    ) throws(CatalogFailure) {
        var batch = batch
        var values = values
        self.batch = CatalogBatch()
        defer { (self.batch, self.values) = (batch, values) }
        do throws(LogReadFailure) {
            try values?.read(of: range, snapshot)
            try snapshot.forEachLeaf(in: range) { index, leaf in
                batch.append(leaf, at: index.value, values: values)
            }
        } catch {
            guard error.code == .notHere || error.code == .badState else {
                throw CatalogFailure(.unavailable, error.message)
            }
            // A segment that was put away: its records cannot be found by anything but their index.
            batch.removeAll()
            batch.skipped = UInt64(range.count)
        }
    }
}

/// How far a catalog is behind its log.
package struct CatalogProgress: Hashable, Sendable {
    package var size: UInt64
    package var logSize: UInt64
    /// Whether the step took values away that were erased.
    package var hasErased = false

    package var isThere: Bool { size >= logSize }

    package init(size: UInt64, logSize: UInt64) {
        self.size = size
        self.logSize = logSize
    }
}

/// Why a catalog could not follow.
package enum CatalogFollowFailure: Error, Hashable, Sendable {
    /// The log could not be read: nothing is wrong with the catalog.
    case log(LogReadFailure)
    case catalog(CatalogFailure)

    package var message: String {
        switch self {
        case .log(let failure): failure.message
        case .catalog(let failure): failure.message
        }
    }

    package static func == (one: Self, other: Self) -> Bool { one.message == other.message }

    package func hash(into hasher: inout Hasher) { hasher.combine(message) }
}
