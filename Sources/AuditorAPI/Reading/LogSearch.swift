// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
package import Catalog
import Console
import Disclosures
import HTTPTypes
package import LogReading
import Merkle
package import Query
package import Search

/// One search by one reader, with what is opened for it.
package struct LogSearch {
    package var search: Search
    let desk: AuditorDesk
    private let isOpening: Bool

    /// How long a page may take, after which it ends where it is, and what is only told beside it.
    package static let deadline = Duration.seconds(10)
    package static let asideDeadline = Duration.milliseconds(200)

    /// Begins a search. Blocks.
    ///
    /// - Parameters:
    ///   - isOpening: whether values are opened, which this reader may.
    ///   - isWhole: whether there is no answer rather than one that leaves out what is new.
    ///   - known: the log as it was just read; nil: it is read now, which takes the longer the more is not published yet.
    package init(
        _ query: RecordQuery, unit: CatalogUnit, isOpening: Bool, of known: LogSnapshot? = nil,
        isWhole: Bool = false, at desk: AuditorDesk
    ) throws {
        self.desk = desk
        self.isOpening = isOpening
        search = try desk.answering {
            let snapshot = try known ?? desk.sources.snapshot()
            let few = snapshot.size.count <= desk.sources.fewRecords ? NoCatalog() : nil
            guard let catalog: any CatalogReading = desk.sources.catalog() ?? few else {
                throw desk.rebuilding()
            }
            return try Search(
                query, unit: unit, in: catalog, of: snapshot,
                isOpening ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot),
                reach: SearchReach(
                    mostBeside: desk.sources.reach.mostBeside,
                    mayLeaveOut: desk.sources.reach.mayLeaveOut && !isWhole))
        }
    }

    /// Asks the search something.
    package mutating func ask<Answer>(
        _ body: (inout Search) throws -> Answer
    ) throws -> Answer {
        try desk.answering { try body(&search) }
    }

    /// Asks the search several things of one state of the log.
    mutating func together<Answer>(
        _ body: (inout Search) throws(SearchFailure) -> Answer
    ) throws -> Answer {
        try desk.answering { try search.settled(body) }
    }

    /// How many of those that are asked for have yet to end: until they have, a range of time is not complete. Null
    /// where that takes too long.
    func stillOpen() throws -> JSONMember {
        let open = QueryExpression.term(QueryTerm(.named(.stage), .text("started")))
        var other = try LogSearch(
            RecordQuery(all: [search.query, RecordQuery(open)]), unit: .access,
            isOpening: isOpening, of: search.snapshot, at: desk)
        let count = try other.ask { try $0.count(within: Self.asideDeadline) }
        return JSONMember(
            "still_open", count.relation == .exact ? .integer(count.accesses) : .null)
    }

    /// What an answer holds for that was found just now.
    var standing: AnswerStanding {
        AnswerStanding(
            completeTo: search.completeTo, lag: search.lag, behind: search.behind)
    }
}

/// The signed log that an answer is complete to, how many of its records were read beside the catalog, and how many newer
/// ones there are.
struct AnswerStanding {
    let completeTo: UInt64
    let lag: UInt64
    let behind: UInt64

    func say(in fields: inout HTTPFields) {
        fields[.completeTo] = "\(completeTo)"
        fields[.catalogLag] = "\(lag)"
        fields[.behind] = "\(behind)"
    }

    var members: [JSONMember] {
        [
            JSONMember("complete_to", .integer(Int64(clamping: completeTo))),
            JSONMember("catalog_lag", .integer(Int64(clamping: lag))),
            JSONMember("behind", .integer(Int64(clamping: behind))),
        ]
    }
}

extension AuditorDesk {
    /// Whether values have to be opened for a call, where its reader may; refuses what they may not.
    package func opens(_ asked: AskedQuery, for call: AuditorCall) async throws -> Bool {
        try await opens(
            asked.disclosed, asked.purpose, deciding: asked.query.personalGroups, for: call)
    }

    /// - Parameters:
    ///   - disclosed: groups that are to be shown.
    ///   - deciding: groups that say what is found.
    func opens(
        _ disclosed: Set<CommitGroup>, _ purpose: String?, deciding: Set<CommitGroup> = [],
        for call: AuditorCall
    ) async throws -> Bool {
        if !disclosed.isEmpty { try await require(.personalRead, of: call.reader) }
        let isNeeded = !disclosed.isEmpty || !deciding.isEmpty
        // What a reader may not see stays sealed, and is counted as undecided.
        guard isNeeded, call.reader.rights.contains(.personalRead) else { return false }
        guard purpose != nil else {
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
            remedy: "Ask again later; single records can be read meanwhile.",
            retryAfter: Int(seconds), [JSONMember("percent", .integer(Int64(percent)))])
    }
}
