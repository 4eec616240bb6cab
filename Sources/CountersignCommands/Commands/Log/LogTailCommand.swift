// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Merkle
import SignedNotes
import SystemPackage
import Verification

/// `countersign log tail`.
struct LogTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest records.",
        discussion: """
            EXAMPLES:
              countersign log tail
              countersign log tail -n 100
              countersign log tail -f
              countersign log tail --json | jq .decision

            With --json, each line is a record as it was hashed.
            """)

    @Option(name: [.customShort("n"), .long], help: "How many records.")
    var count: Int = 10

    @Flag(name: .shortAndLong, help: "Stay, and show new records as they come.")
    var follow = false

    @OptionGroup var log: LogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard (0...1_000_000).contains(count) else {
            throw CommandFailure(.usage, "--count is \(count); use 0 to 1000000.")
        }
        let isJSON = try output.isJSON
        // Watching begins before reading, so that nothing comes in between.
        let watch = follow ? try DirectoryWatch(try log.path().string) : nil
        var snapshot = try log.snapshot()
        let size = snapshot.size.count
        var next = size - min(size, UInt64(count))
        try show(snapshot, from: next, isJSON: isJSON, isFirst: true)
        next = size
        while let watch {
            try watch.waitForChange()
            snapshot = try log.snapshot()
            guard snapshot.size.count > next else { continue }
            try show(snapshot, from: next, isJSON: isJSON, isFirst: false)
            next = snapshot.size.count
        }
    }

    private func show(
        _ snapshot: LogSnapshot, from first: UInt64, isJSON: Bool, isFirst: Bool
    ) throws {
        var rows: [[SafeText]] = []
        var lines: [[UInt8]] = []
        var leaves: [(index: LeafIndex, leaf: [UInt8])] = []
        var changed: [UInt64] = []
        do throws(LogReadFailure) {
            try snapshot.forEachLeaf(in: first..<snapshot.size.count) { index, leaf in
                leaves.append((index, leaf))
            }
            var authentic = AuthenticLeaves(snapshot)
            for (index, leaf) in leaves {
                guard try authentic.contain(leaf, at: index) else {
                    changed.append(index.value)
                    rows.append(RecordLine.notAsSigned(index))
                    continue
                }
                if isJSON { lines.append(leaf) } else { rows.append(RecordLine(index, leaf).cells) }
            }
        } catch {
            throw CommandFailure(error)
        }
        for line in lines { try output.screen.leaf(line) }
        if !isJSON {
            try output.screen.table(Table(isFirst ? RecordLine.headings : [], rows: rows))
        }
        guard changed.isEmpty else { throw CommandFailure.notAsSigned(changed) }
    }
}

extension Screen {
    /// A leaf on a line of its own, byte for byte unless that would harm a terminal.
    func leaf(_ leaf: [UInt8]) throws(OutputClosed) {
        try bytes(HostileText.escaped(json: leaf) + [UInt8(ascii: "\n")])
    }
}
