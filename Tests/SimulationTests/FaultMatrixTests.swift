// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Ledger
import Simulation
import TestSupport
import Testing

/// Every storage operation of every story × what can go wrong × reopen; `Verification` judges.
@Suite struct `The fault matrix` {
    private static let survivals: [MemoryStorage.Survival] = [
        .everything, .syncedOnly, .someSectors(seed: 1), .someSectors(seed: 2),
    ]

    @Test(arguments: 0..<12)
    func `An operation that fails loses nothing that was acknowledged`(number: Int) async throws {
        let story = try Stories.all[number]
        let judge = try Judge()
        let crashPoints = try Array(story.crashPoints().dropLast())
        for crashPoint in MatrixForm.places(crashPoints).map({ crashPoints[$0] }) {
            let faults = PointFault.allCases.filter { $0.fits(crashPoint.point.operation) }
            for fault in MatrixForm.chosen(faults, at: crashPoint.point) {
                let telling = try story.tell(fault, at: crashPoint.point)
                for survival in MatrixForm.chosen(Self.survivals, at: crashPoint.point) {
                    try await judge.judge(
                        telling.disk.crash(keeping: survival), telling.book.told,
                        "\(crashPoint.point): \(fault), \(survival)")
                }
            }
        }
        #expect(judge.count > 5)
    }

    @Test(arguments: 0..<12)
    func `A crash before any operation loses nothing that was acknowledged`(
        number: Int
    ) async throws {
        let judge = try Judge()
        let crashPoints = try Stories.all[number].crashPoints()
        for crashPoint in MatrixForm.places(crashPoints).map({ crashPoints[$0] }) {
            for survival in MatrixForm.chosen(Self.survivals, at: crashPoint.point) {
                try await judge.judge(
                    crashPoint.disk.crash(keeping: survival), crashPoint.told,
                    "\(crashPoint.point): crash, \(survival)")
            }
        }
        #expect(judge.count > 5)
    }

    @Test(arguments: 0..<12)
    func `A write that a crash tears at any byte loses nothing that was acknowledged`(
        number: Int
    ) async throws {
        let judge = try Judge()
        let crashPoints = try Stories.all[number].crashPoints()
        for place in MatrixForm.places(crashPoints).dropLast()
        where crashPoints[place].point.operation == .write {
            let (crashPoint, next) = (crashPoints[place], crashPoints[place + 1])
            let file = crashPoint.point.file
            let write = TornWrite(
                before: crashPoint.disk.files[file] ?? [], after: next.disk.files[file] ?? [])
            for length in MatrixForm.tears(write.length, at: crashPoint.point) {
                let isKill = (length + crashPoint.point.number).isMultiple(of: 2)
                let left = crashPoint.disk.crash(keeping: isKill ? .everything : .syncedOnly)
                left.tamper(file) { $0 = write.torn(after: length) }
                try await judge.judge(
                    left, crashPoint.told,
                    "\(crashPoint.point): torn at \(length), \(isKill ? "killed" : "power cut")")
            }
        }
        #expect(judge.count > 5)
    }
}

/// A write, as the content of its file before and after tells it.
private struct TornWrite {
    private let before: [UInt8]
    private let after: [UInt8]
    private let start: Int
    let length: Int

    init(before: [UInt8], after: [UInt8]) {
        self.before = before
        self.after = after
        var first = 0
        while first < before.count, first < after.count, before[first] == after[first] {
            first += 1
        }
        var end = after.count
        if before.count == after.count {
            while end > first, before[end - 1] == after[end - 1] { end -= 1 }
        }
        start = first
        length = end - first
    }

    /// The file with the first bytes of the write.
    func torn(after count: Int) -> [UInt8] {
        Array(after.prefix(start + count)) + before.dropFirst(start + count)
    }
}
