// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Disclosures
package import Query
package import SystemPackage

/// What an output is to do, whatever its receiver.
package struct OutputPlan: Hashable, Sendable {
    package enum Start: Hashable, Sendable {
        case beginning
        case now
    }

    package var name: String
    /// The log's origin.
    package var origin: String
    package var directory: FilePath
    package var position: OutputPositionFile
    /// Where it begins if it has no position.
    package var start: Start
    package var mostLag: Duration?
    /// Which records go to the receiver; about nothing personal.
    package var query = RecordQuery(.everything)
    /// Groups of personal values that are opened.
    package var disclosed: Set<CommitGroup>

    package init(
        name: String, origin: String, directory: FilePath, state: FilePath, start: Start,
        mostLag: Duration?, disclosed: Set<CommitGroup>
    ) {
        self.name = name
        self.origin = origin
        self.directory = directory
        position = OutputPositionFile(name, in: state)
        self.start = start
        self.mostLag = mostLag
        self.disclosed = disclosed
    }

    /// Most records that go to the receiver together.
    package static let mostRecords = 500
    /// Most bytes of leaves in them, one leaf at least: the memory that an output takes, whatever its lag.
    package static let mostBytes = 4 << 20
    /// Records that are refused one after the other before the receiver is left alone for a while.
    package static let mostRefused = 16
}
