// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `A log that was damaged` {
    /// What one kind of damage is to be called, or was.
    private struct Row: Hashable {
        let kind: String
        let finding: String
        let exitCode: String
    }

    /// Damage that takes more than one segment; `make drill` does it, too.
    private static let large: Set = ["two segments swapped", "tiles taken away"]

    @Test
    func
        `every kind of damage is found under its own name, with record, file and exit code as documented`()
        async throws
    {
        try await scenario {
            let seed = try Asked.seed()
            let folder = try ScenarioFolder()
            let drill = try folder.start(
                .drill, ["--records", "1100", "--flips", "8", "--seed", "\(seed)"]
            ).ending(within: patience * 8)
            #expect(drill.status == 0, "\(drill.text)\(drill.messages)")
            #expect(drill.text.contains(", 0 missed; 8 bits turned, 0 missed;"), "\(drill.text)")

            let performed = drill.text.split(separator: "\n").compactMap { line -> Row? in
                let cells = line.split(separator: /\s{2,}/).map(String.init)
                guard cells.count == 6, cells[5].hasSuffix(" s") else { return nil }
                return Row(kind: cells[0], finding: cells[1], exitCode: cells[4])
            }
            let documented = try Self.documented().filter { !Self.large.contains($0.kind) }
            #expect(performed.count >= 35)
            #expect(Set(performed) == Set(documented))
        }
    }

    /// The table of the page for auditors.
    private static func documented() throws -> [Row] {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Docs/Auditing/Damage.md")
        let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
            }
            guard cells.count == 4, Int(cells[3]) != nil else { return nil }
            return Row(kind: cells[0], finding: cells[1], exitCode: cells[3])
        }
    }
}
