// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages
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
              countersign log tail -f
              countersign log tail --json | jq .decision

            Names, paths and addresses are shown to whoever can read the log's keys, and that they were shown is \
            a record itself, `log.query`: one for each call, made before anything is shown. With --json, each \
            line is a record as it was hashed, without them.
            """)

    @Option(name: [.customShort("n"), .long], help: "How many records.")
    var count: Int = 10

    @Flag(name: .shortAndLong, help: "Stay, and show new records as they come.")
    var follow = false

    @OptionGroup var disclosure: DisclosureOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard (0...1_000_000).contains(count) else {
            throw CommandFailure(.usage, "--count is \(count); use 0 to 1000000.")
        }
        // Watching begins before reading, so that nothing is missed in between.
        let watch = follow ? try DirectoryWatch(try log.path().string) : nil
        var snapshot = try log.snapshot()
        let size = snapshot.size.count
        var next = size - min(size, UInt64(count))
        let isOpen = try await isOpened(snapshot, from: next)
        let columns = RecordColumns(
            width: output.screen.columns, digits: String(snapshot.size.count).count)
        if try !output.isJSON, follow || next < size {
            try output.screen.line(columns.headings)
        }
        try show(snapshot, from: next, isOpen: isOpen, columns)
        next = size
        while let watch {
            try watch.waitForChange()
            snapshot = try log.snapshot()
            guard snapshot.size.count > next else { continue }
            try show(snapshot, from: next, isOpen: isOpen, columns)
            next = snapshot.size.count
        }
    }

    /// Whether personal values may be shown; if so, this has been recorded.
    private func isOpened(_ snapshot: LogSnapshot, from first: UInt64) async throws -> Bool {
        guard try !output.isJSON else { return false }
        let size = snapshot.size.count
        var rows = 0
        if !follow {
            for (_, leaf) in try leaves(of: snapshot, from: first) where Record.hasValues(leaf) {
                rows += 1
            }
        }
        return try await disclosure.reader(
            snapshot, log,
            DisclosureOptions.Reading(
                words: ["log tail"], rows: follow ? nil : rows,
                range: follow ? "\(first).." : "\(first)..<\(size)"), output
        ).isOpen
    }

    private func show(
        _ snapshot: LogSnapshot, from first: UInt64, isOpen: Bool, _ columns: RecordColumns
    ) throws {
        let isJSON = try output.isJSON
        var reader = isOpen ? ValueReader(opening: snapshot) : ValueReader(sealing: snapshot)
        var changed: [UInt64] = []
        var authentic = AuthenticLeaves(snapshot)
        for (index, leaf) in try leaves(of: snapshot, from: first) {
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

    private func leaves(
        of snapshot: LogSnapshot, from first: UInt64
    ) throws(CommandFailure) -> [(LeafIndex, [UInt8])] {
        var leaves: [(LeafIndex, [UInt8])] = []
        do throws(LogReadFailure) {
            try snapshot.forEachLeaf(in: first..<snapshot.size.count) { leaves.append(($0, $1)) }
        } catch {
            throw CommandFailure(error)
        }
        return leaves
    }
}

extension Screen {
    /// A leaf on a line of its own, byte for byte unless that would harm a terminal.
    func leaf(_ leaf: [UInt8]) throws(OutputClosed) {
        try bytes(HostileText.escaped(json: leaf) + [UInt8(ascii: "\n")])
    }
}
