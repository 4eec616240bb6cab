// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Catalog
package import LogReading

/// Why a search has no answer.
package enum SearchFailure: Error, Sendable {
    case catalog(CatalogFailure)
    case log(LogReadFailure)
    /// The catalog has not read so many of the log's newest records: more than are looked through beside it.
    case behind(UInt64)
    /// The cursor is of another query, or none of ours.
    case otherCursor
    /// What was seen for the first time was asked for, and not since when.
    case noBeginning

    /// What happened, and what to do.
    package var message: String {
        switch self {
        case .catalog(let failure): failure.message
        case .log(let failure): failure.message
        case .behind(let count):
            "The catalog has yet to read \(count) records. Wait until it has, or read the log itself."
        case .otherCursor:
            "The cursor is not of this query. Begin with the first page, and change nothing between pages."
        case .noBeginning:
            "What is new depends on since when. Name a time, such as `since:7d`."
        }
    }
}
