// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
package import ByteCoding
package import Catalog
import Console
import Disclosures
import LogReading
import Merkle
import Query
package import Search

/// One search by one reader: what is asked, and what of it is opened for deciding and for showing.
package struct LogSearch {
    package let asked: AskedQuery
    package let unit: CatalogUnit
    package var search: Search
    private let desk: AuditorDesk

    /// Begins a search. Blocks.
    ///
    /// - Parameter isOpening: whether values are opened, which this reader may.
    init(
        _ asked: AskedQuery, unit: CatalogUnit, isOpening: Bool, at desk: AuditorDesk
    ) throws {
        self.asked = asked
        self.unit = unit
        self.desk = desk
        guard let catalog = desk.sources.catalog() else { throw desk.rebuilding() }
        search = try desk.answering {
            let snapshot = try desk.sources.snapshot()
            return try Search(
                asked.query, unit: unit, in: catalog, of: snapshot,
                isOpening ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot))
        }
    }

    /// Asks the search something.
    package mutating func ask<Answer>(
        _ body: (inout Search) throws -> Answer
    ) throws -> Answer {
        try desk.answering { try body(&search) }
    }

    /// What every answer says of what it holds for.
    package var standing: [JSONMember] {
        [
            JSONMember("complete_to", .integer(Int64(clamping: search.completeTo))),
            JSONMember("catalog_lag", .integer(Int64(clamping: search.lag))),
        ]
    }
}

extension AuditorDesk {
    /// Whether values have to be opened for a call, where its reader may; refuses what they may not.
    func opens(_ asked: AskedQuery, for call: AuditorCall) async throws -> Bool {
        if !asked.disclosed.isEmpty { try await require(.personalRead, of: call.reader) }
        let isNeeded = !asked.disclosed.isEmpty || !asked.query.personalGroups.isEmpty
        // What a reader may not see stays sealed, and is counted as undecided.
        guard isNeeded, call.reader.rights.contains(.personalRead) else { return false }
        guard asked.purpose != nil else {
            throw AuditorProblem.purposeMissing.problem(
                "Personal values are opened for this, each time with a purpose.",
                remedy: "Say in purpose why you read; it stands in the record of this reading.")
        }
        return true
    }

    /// Turns failures of a search into problems.
    func answering<Answer>(_ body: () throws -> Answer) throws -> Answer {
        do {
            return try body()
        } catch let failure as SearchFailure {
            throw problem(failure)
        } catch let failure as LogReadFailure {
            throw problem(SearchFailure.log(failure))
        } catch let failure as CatalogFailure {
            throw problem(SearchFailure.catalog(failure))
        }
    }

    private func problem(_ failure: SearchFailure) -> ConsoleProblem {
        switch failure {
        case .otherCursor:
            AuditorProblem.badCursor.problem(
                "The cursor is not of this query.",
                remedy: "Begin with the first page, and change nothing between pages.")
        case .noBeginning:
            AuditorProblem.badQuery.problem(
                "What is new depends on since when.", remedy: "Name a time, such as since=7d.")
        case .behind: rebuilding()
        case .log:
            AuditorProblem.logUnreadable.problem(
                "The log cannot be read now.",
                remedy: "Ask again soon; countersign doctor says what is wrong.", retryAfter: 10)
        case .catalog(let failure): problem(failure)
        }
    }

    private func problem(_ failure: CatalogFailure) -> ConsoleProblem {
        sources.noticed(failure)
        guard failure.code == .interrupted else { return rebuilding() }
        return AuditorProblem.timedOut.problem(
            "The search took longer than it may.",
            remedy: "Ask for less time, or name an actor, a service or a route.", retryAfter: 1)
    }

    /// The catalog cannot be asked yet.
    func rebuilding() -> ConsoleProblem {
        let standing = sources.standing()
        let size = standing.rebuilt ?? standing.size
        let percent = standing.logSize == 0 ? 0 : min(99, size * 100 / standing.logSize)
        let seconds = standing.remaining.map { min(max($0.components.seconds, 1), 600) } ?? 5
        return AuditorProblem.catalogRebuilding.problem(
            "The catalog is being built: \(percent) percent of the log are in it.",
            remedy: "Ask again later; records by uid and the log itself can be read meanwhile.",
            retryAfter: Int(seconds), [JSONMember("percent", .integer(Int64(percent)))])
    }
}
