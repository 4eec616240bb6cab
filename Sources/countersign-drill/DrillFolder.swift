// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SystemPackage

/// A folder of the drill's own, for everything that it writes.
struct DrillFolder {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "countersign-drill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            Table.line("left behind: \(path)")
        }
    }
}

/// What the drill could not do; it says nothing about verification.
struct DrillFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// SplitMix64: the same places for the same seed.
struct DrillGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
