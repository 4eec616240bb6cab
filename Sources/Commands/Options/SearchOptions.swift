// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Catalog
import LogReading
import Merkle
import Messages
import Search
import Server
import SignedNotes
import SystemPackage

/// By what the records of a log are found.
struct SearchOptions: ParsableArguments {
    @Flag(
        name: .customLong("no-catalog"),
        help: "Read the log itself, although there is a catalog of it.")
    var isWithoutCatalog = false

    /// The catalog of a log, for one search; nil where there is none that can be used, which is said where it costs time.
    ///
    /// - Parameter isOpen: whether personal values are asked for by tokens.
    func catalog(
        of snapshot: LogSnapshot, _ log: LogOptions, isOpen: Bool, _ output: OutputOptions
    ) throws -> SQLiteCatalog? {
        isWithoutCatalog ? nil : try Self.kept(of: snapshot, log, isOpen: isOpen, output)
    }

    /// The same for what is never looked up in the log itself.
    ///
    /// - Parameter isTold: whether it is said that there is none.
    static func kept(
        of snapshot: LogSnapshot, _ log: LogOptions, isOpen: Bool, _ output: OutputOptions,
        isTold: Bool = true
    ) throws -> SQLiteCatalog? {
        guard let claim = snapshot.newest?.claim, let file = try log.catalogFolder()?.file
        else { return nil }
        guard try LocalFile.present(file.string) else {
            if isTold, snapshot.size.count > Self.fewRecords {
                try output.messages.line(
                    "there is no catalog at \(file.string), so all of the log is read, which takes a while."
                )
            }
            return nil
        }
        do {
            let tokens = isOpen ? try PersonalTokenizer(snapshot) : nil
            let catalog = try SQLiteCatalog(
                reading: file, origin: claim.origin.text, tokens: tokens)
            let size = try catalog.position()?.size ?? 0
            // One of another history of this log is longer than it, or is found out by its keeper.
            guard size <= snapshot.sizeWithDoubtful.count else {
                throw CatalogFailure(.otherLog, "it has \(size) records, the log fewer")
            }
            return catalog
        } catch let failure as CatalogFailure {
            if isTold {
                try output.messages.line("\(failure.message) Until then, the log is read.")
            }
            return nil
        } catch let failure as LogReadFailure {
            throw CommandFailure(failure)
        }
    }

    /// Reading these takes no time to speak of.
    private static let fewRecords: UInt64 = 20_000
}

/// What is listed and counted.
enum SearchUnit: String, CaseIterable, ExpressibleByArgument {
    case access
    case record

    var catalogUnit: CatalogUnit { self == .access ? .access : .record }
}

extension CommandFailure {
    /// A search has no answer.
    init(_ failure: SearchFailure) {
        switch failure {
        case .log(let failure): self.init(failure)
        case .otherCursor, .noBeginning: self.init(.usage, "\(failure.message)")
        case .catalog, .behind: self.init(.unavailable, "\(failure.message)")
        }
    }
}
