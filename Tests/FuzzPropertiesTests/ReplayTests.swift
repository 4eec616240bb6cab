// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import FuzzProperties
import TestSupport
import Testing

@Suite("What holds whatever is read")
struct ReplayTests {
    @Test("holds for the corpus that fuzzing starts from", arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let inputs = try FuzzInput.kept(in: "Corpus", of: target)
        #expect(inputs.count >= 3)
        let accepted = inputs.count { check($0.bytes, target, "\($0)") }
        // A seed that is refused at once leads nowhere.
        #expect(accepted >= 2 && accepted < inputs.count, "\(accepted) of \(inputs.count)")
    }

    @Test("holds for every input that ever broke it", arguments: FuzzTarget.allCases)
    func regressions(_ target: FuzzTarget) throws {
        for input in try FuzzInput.kept(in: "Regressions", of: target) {
            check(input.bytes, target, "\(input)")
        }
    }

    @Test("holds for damaged copies of both", arguments: FuzzTarget.allCases)
    func damaged(_ target: FuzzTarget) throws {
        var random = SeededGenerator(seed: 3)
        let inputs =
            try FuzzInput.kept(in: "Corpus", of: target)
            + FuzzInput.kept(in: "Regressions", of: target)
        let others = inputs.map(\.bytes)
        for input in inputs {
            for round in 0..<40 {
                let bytes = damaged(input.bytes, others, &random)
                check(bytes, target, "\(input), copy \(round): \(bytes)")
            }
        }
    }

    @Test("is told apart by target, and every target has a folder of seeds")
    func folders() throws {
        #expect(Set(FuzzTarget.allCases.map(\.rawValue)).count == FuzzTarget.allCases.count)
        #expect(
            try FuzzInput.unescaped(Array("a\\x00\\r\n\\\\n".utf8), "") == [97, 0, 13, 92, 110])
        #expect(throws: FuzzInput.NotEscaped.self) { try FuzzInput.unescaped([0xC3], "") }
    }

    @discardableResult
    private func check(_ bytes: [UInt8], _ target: FuzzTarget, _ what: String) -> Bool {
        do {
            return try target.check(bytes)
        } catch {
            Issue.record("\(what): \(error)")
            return false
        }
    }

    /// One to four changes: a byte, a piece left out, repeated, or taken from another input.
    private func damaged(
        _ bytes: [UInt8], _ others: [[UInt8]], _ random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            default:
                let other = others[Int.random(in: 0..<others.count, using: &random)]
                let from = Int.random(in: 0...other.count, using: &random)
                bytes.insert(contentsOf: other[from...].prefix(16), at: place)
            }
        }
        return bytes
    }
}
