// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Settings are declared once")
struct SettingTests {
    /// Where keys are declared.
    private static let declarations = ["Sources/Settings/Sections/", "Sources/Settings/Keys/"]

    /// The path of every key, as the generated page lists them.
    private static func keys() throws -> Set<String> {
        let keys = try Repository.lines("Docs/Using/Configuration.md").compactMap { line in
            line.prefixMatch(of: /\| `([a-z_.\[\]]+)` \|/).map { String($0.1) }
        }
        return Set(keys)
    }

    @Test("No table beside the declarations is about keys by their paths")
    func tables() throws {
        let keys = try Self.keys().filter { $0.contains(".") }
        #expect(keys.count > 80)
        // Records have members of like names, and the rooms of records know no settings.
        let rooms = try LayerTable().rows.filter {
            $0.key == "Settings" || $0.value.imports.contains("Settings")
        }.keys
        #expect(rooms.count > 2)
        for file in Repository.sources
        where rooms.contains(where: { file.split(separator: "/").contains($0[...]) })
            && !Self.declarations.contains(where: { file.hasPrefix($0) })
        {
            let lines = try Repository.lines(file)
            for (number, line) in lines.enumerated() {
                for literal in line.matches(of: /"([a-z_.\[\]]+)"/) {
                    let isKey = keys.contains(String(literal.1))
                    #expect(!isKey, "\(file):\(number + 1): \(literal.1) is declared elsewhere")
                }
            }
        }
    }

    @Test("No comment repeats a key's name, default or meaning")
    func comments() throws {
        for file in Repository.files(below: "Sources/Settings/", ending: ".swift") {
            for (number, line) in try Repository.lines(file).enumerated() {
                let isSecond = line.contains(/\/\/\/ `[a-z_]+`, (?:default|required)/)
                #expect(!isSecond, "\(file):\(number + 1): the declaration says it")
            }
        }
    }
}
