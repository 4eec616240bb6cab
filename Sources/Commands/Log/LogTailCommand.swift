// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
import Query
import Search
import Server
import SignedNotes
import SystemPackage

/// `countersign log tail`.
struct LogTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest records.",
        discussion: """
            EXAMPLES:
              countersign log tail
              countersign log tail -n 100
              countersign log tail -f -q is:denied
              countersign log tail -q 'service:billing-api status:5xx' --since 1h
              countersign log tail --json | jq .decision

            With -q or times, the newest records that match are shown, and with -f those that come. What it needs of \
            names, paths and addresses is opened for it, and what of that is sealed or erased matches nothing.

            Names, paths and addresses are shown to whoever can read the log's keys, and that they were shown is \
            a record itself, `log.query`: one for each call, made before anything is shown. With --json, each \
            line is a record as it was hashed, without them.
            """)

    @Option(name: [.customShort("n"), .long], help: "How many records.")
    var count: Int = 10

    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "Only what matches this query: Docs/Using/Query.md.")
    var query: String?

    @OptionGroup var times: QueryTimes

    @Flag(name: .shortAndLong, help: "Stay, and show new records as they come.")
    var follow = false

    @Flag(help: "Cut nothing: names and paths in full, however narrow the terminal is.")
    var wide = false

    @OptionGroup var search: SearchOptions
    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (0...1_000_000).contains(count) else {
            throw CommandFailure(.usage, "--count is \(count); use 0 to 1000000.")
        }
        let query = try times.query(query ?? "")
        // Watching begins before reading, so that nothing is missed in between.
        let watch = follow ? try DirectoryWatch(try log.path().string) : nil
        var snapshot = try log.snapshot()
        let size = snapshot.size.count
        let newest = try await newest(of: snapshot, query)
        let columns = RecordColumns(
            width: output.screen.columns, digits: String(snapshot.size.count).count, isWide: wide)
        if try !output.isJSON, follow || !newest.leaves.isEmpty {
            try output.screen.line(columns.headings)
        }
        try show(newest.leaves, of: snapshot, isOpen: newest.isOpen, columns)
        var next = size
        while let watch {
            try watch.waitForChange()
            snapshot = try log.snapshot()
            guard snapshot.size.count > next else { continue }
            try show(
                try matching(query, in: snapshot, from: next, isOpen: newest.isOpen), of: snapshot,
                isOpen: newest.isOpen, columns)
            next = snapshot.size.count
        }
    }

    /// The newest records that are asked for, oldest first, and whether their values may be shown, or what else is needed
    /// of them opened; if so, this has been recorded.
    private func newest(
        of snapshot: LogSnapshot, _ query: RecordQuery
    ) async throws -> (leaves: [(LeafIndex, [UInt8])], isOpen: Bool) {
        let size = snapshot.size.count
        guard query.expression != .everything else {
            let first = size - min(size, UInt64(count))
            let leaves = try matching(query, in: snapshot, from: first, isOpen: false)
            return (leaves, try await isOpened(leaves, of: snapshot, query, from: first))
        }
        let isNeeded = !query.personalGroups.isEmpty
        let isOpen =
            isNeeded ? try await isOpened(nil, of: snapshot, query, from: 0) : false
        var reader = isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        var leaves: [(LeafIndex, [UInt8])] = []
        if count > 0 {
            do {
                let finder = RecordFinder(
                    query: query, unit: .record, limit: count, search: search, log: log,
                    output: output)
                _ = try finder.find(in: snapshot, &reader) { row, _ in
                    // Later ones are shown as they come.
                    guard row.index < size else { return }
                    leaves.append((LeafIndex(row.index), row.leaf))
                } moved: { _ in
                }
            } catch let failure as LogReadFailure {
                throw CommandFailure(failure)
            } catch let failure as SearchFailure {
                throw CommandFailure(failure)
            }
        }
        leaves.reverse()
        guard !isNeeded else { return (leaves, isOpen) }
        return (
            leaves,
            try await isOpened(
                leaves, of: snapshot, query, from: leaves.first?.0.value ?? size)
        )
    }

    /// Whether personal values may be shown; if so, this has been recorded.
    ///
    /// - Parameter leaves: those that are shown; nil where that is known only afterwards.
    private func isOpened(
        _ leaves: [(LeafIndex, [UInt8])]?, of snapshot: LogSnapshot, _ query: RecordQuery,
        from first: UInt64
    ) async throws -> Bool {
        guard try !output.isJSON || leaves == nil else { return false }
        let rows = follow ? nil : leaves.map { $0.count { Record.hasValues($0.1) } }
        let range = follow ? "\(first).." : "\(first)..<\(snapshot.size.count)"
        let reading =
            query.expression == .everything
            ? DisclosureOptions.Reading(words: ["log tail"], rows: rows, range: range)
            : DisclosureOptions.Reading(query: query, .record, rows: rows, range: range)
        return try await disclosure.reader(snapshot, log, reading, output).isOpen
    }

    private func show(
        _ leaves: [(LeafIndex, [UInt8])], of snapshot: LogSnapshot, isOpen: Bool,
        _ columns: RecordColumns
    ) throws {
        let isJSON = try output.isJSON
        var reader = isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        var changed: [UInt64] = []
        var authentic = AuthenticLeaves(snapshot)
        for (index, leaf) in leaves {
            guard try authentic.holds(leaf, at: index) else {
                changed.append(index.value)
                if !isJSON {
                    try output.screen.line(RecordLine(notAsSigned: index).text(in: columns))
                }
                continue
            }
            if isJSON {
                try output.screen.leaf(leaf)
            } else {
                try output.screen.line(try RecordLine(index, leaf, &reader).text(in: columns))
            }
        }
        guard changed.isEmpty else { throw CommandFailure.notAsSigned(changed) }
    }

    /// Records from an index on that are asked for; those that cannot be read are, too, as nobody can say.
    private func matching(
        _ query: RecordQuery, in snapshot: LogSnapshot, from first: UInt64, isOpen: Bool
    ) throws(CommandFailure) -> [(LeafIndex, [UInt8])] {
        var leaves: [(LeafIndex, [UInt8])] = []
        var reader = isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        do throws(LogReadFailure) {
            try snapshot.forEachLeaf(in: first..<snapshot.size.count) { leaves.append(($0, $1)) }
            guard query.expression != .everything else { return leaves }
            var wanted: [(LeafIndex, [UInt8])] = []
            for (index, leaf) in leaves {
                if case .success(let record) = Result(catching: { () throws(RecordFault) in
                    try Record(leaf: leaf)
                }), try query.expression.verdict(on: record, at: index, &reader) != .hit {
                    continue
                }
                wanted.append((index, leaf))
            }
            return wanted
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension Screen {
    /// A leaf on a line of its own, byte for byte unless that would harm a terminal.
    func leaf(_ leaf: [UInt8]) throws(OutputClosed) {
        try bytes(HostileText.escaped(json: leaf) + [UInt8(ascii: "\n")])
    }
}
