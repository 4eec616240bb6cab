// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import FuzzProperties
import TestSupport
import Testing

@Suite("What services make of paths")
struct ReadingTests {
    private static let pieces = [
        "/", "/", "/", "//", "admin", "admin", "ADMIN", "x", "%2f", "%2F", "%5c", "%252f", "%255C",
        "%61dmin", "%2561dmin", "%252561dmin", ";", ";a=b", "%3b", ".", "..", "...", "%2e", "%252e",
        "%20", "%2520", "%3f", "%23", "%253F", ".json", "dmin", "a", "%25", "25", "2f", "\u{E9}",
        "[",
        "%EF%BC%8F", "%EF%BC%8E", "%E2%80%A5", "%C2%A0", "%C2%A5", "%EF%BC%85", "%EF%BC%9B",
        "%C0%AF", "%C3%A4dmin", "%", "%00",
    ].map { Array($0.unicodeScalars.map { UInt8($0.value) }) }

    /// Paths made of what attacks on paths are made of: whichever passes, no service finds anything denied in it.
    @Test("No path that passes is a denied one to any service", arguments: 0..<8)
    func naiveServices(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<400 {
            var path = [UInt8(ascii: "/")]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                path += Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
            }
            do {
                if try FuzzTarget.path.check(path) { accepted += 1 }
            } catch {
                Issue.record("\(String(decoding: path, as: UTF8.self)): \(error)")
            }
        }
        #expect(accepted > 100)
    }
}
