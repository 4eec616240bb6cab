// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import LogFormat
internal import LogReading
internal import Merkle
internal import SystemPackage
internal import TestSupport

/// The drilled log, and where it is damaged.
struct DrillTarget {
    let log: DrilledLog
    let auditor: Auditor
    var generator: SeededGenerator
    /// The log directory without its commit journal, which has the newest groups a second time, so that a
    /// thorough forger removes it.
    private let directory: DamagedDirectory
    let size: UInt64
    /// The record at which most damage is done, in the middle of the log.
    let index: UInt64

    init(log: DrilledLog, auditor: Auditor, generator: SeededGenerator) throws {
        self.log = log
        self.auditor = auditor
        self.generator = generator
        directory = try DamagedDirectory(log.directory)
        size = try log.size
        let segments = size / LogLayout.segmentEntries
        let first = segments > 1 ? LogLayout.segmentEntries : 0
        let count = min(size - first, LogLayout.segmentEntries)
        index = first + UInt64.random(in: count / 4..<count / 2, using: &self.generator)
    }

    var segment: SegmentNumber { SegmentNumber(of: LeafIndex(index)) }
    var entries: String { LogLayout.entries(segment) }
    var disclosures: String { LogLayout.disclosures(segment) }
    var hasFullSegments: Bool { size >= 2 * LogLayout.segmentEntries }

    /// The position of an index in its segment.
    func place(_ index: UInt64) -> Int { Int(index % LogLayout.segmentEntries) }

    /// Damages the log directory, has it checked, and restores it.
    ///
    /// - Parameter state: what the auditor remembers; nil for one who sees the log for the first time.
    func drill(
        _ expected: Expectation, state: String? = nil, _ table: inout DrillTable,
        _ damage: (DamagedDirectory) throws -> Void
    ) throws {
        for number in 0...1 { try directory.replace(LogLayout.commits(number), with: []) }
        try damage(directory)
        let report = try auditor.verify(DrilledLog.name, key: log.key, state: state)
        try directory.restore()
        table.show(expected, report)
    }

    /// Checks that nothing is found where nothing is wrong.
    func checkSound() throws {
        for name in [DrilledLog.name, DrilledLog.export] {
            let report = try auditor.verify(name, key: log.key)
            guard report.exitCode == 0 else {
                throw DrillFault(
                    "the sound \(name) ends with \(report.exitCode): \(report.findings)")
            }
            DrillTable.line(
                "(nothing, in the \(name): verified in \(DrillTable.seconds(report.time)))")
        }
    }

    /// Flips single bits of evidence and of derived files.
    ///
    /// - Returns: how many went unnoticed.
    mutating func flipBits(_ count: Int) throws -> Int {
        let files = try evidence()
        var missed = 0
        for _ in 0..<count {
            guard let (name, length) = files.randomElement(using: &generator) else { break }
            let offset = Int.random(in: 0..<length, using: &generator)
            let bit = Int.random(in: 0..<8, using: &generator)
            let code = try directory.withBitTurned(name, offset: offset, bit: bit) {
                try auditor.verify(DrilledLog.name, key: log.key).exitCode
            }
            guard code == 0 else { continue }
            missed += 1
            DrillTable.line("  MISSED: bit \(bit) of byte \(offset) of \(name)")
        }
        // The log must be sound again; otherwise the findings would prove nothing.
        let report = try auditor.verify(DrilledLog.name, key: log.key)
        guard report.exitCode == 0 else { throw DrillFault("a bit was not turned back") }
        return missed
    }

    /// The non-empty files of the log directory; the commit journal and the directory's secret are not evidence.
    private func evidence() throws -> [(name: String, length: Int)] {
        var names = [
            LogLayout.checkpoint, LogLayout.checkpointJournal, LogLayout.subjects,
            LogLayout.periods,
        ]
        for level in 0..<8 { names.append(LogLayout.tree(level: level)) }
        for first in stride(from: 0, to: size, by: Int(LogLayout.segmentEntries)) {
            let segment = SegmentNumber(of: LeafIndex(first))
            names += [
                LogLayout.entries(segment), LogLayout.offsets(segment),
                LogLayout.disclosures(segment),
            ]
        }
        var files: [(String, Int)] = []
        for name in names {
            let length = try ReadableFile.contents(ifAny: directory.path(name))?.count ?? 0
            if length > 0 { files.append((name, length)) }
        }
        return files
    }
}

/// The entries of one segment, split.
struct Entries {
    /// Each with the two bytes of its length.
    var all: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) throws {
        let (leaves, fault) = EntryFraming.scan(bytes.span)
        if let fault { throw DrillFault("entries: \(fault)") }
        all = leaves.map { bytes[$0.lowerBound - EntryFraming.lengthBytes..<$0.upperBound] }
    }

    var bytes: [UInt8] { all.flatMap(\.self) }

    func record(_ place: Int) throws -> Record {
        try Record(leaf: Array(all[place].dropFirst(EntryFraming.lengthBytes)))
    }
}
