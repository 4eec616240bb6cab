// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

@Suite("GeneratedDocs: the page of configuration keys")
struct ConfigurationPageTests {
    @Test func `Every key says what it is for, and gives an example`() {
        for key in KeyPlace.all {
            #expect(key.node.meaning.hasSuffix("."), "\(key.text)")
            // A section's example is that of its keys.
            #expect(
                !key.node.example.isEmpty || !key.node.keys.isEmpty, "\(key.text) has no example")
        }
        for key in KeyNode.keyFile {
            #expect(key.meaning.hasSuffix(".") && key.exampleValue() != nil, "\(key.name)")
        }
    }

    @Test func `An example is another value than the default`() {
        for key in KeyPlace.all where !key.node.isFixed && !key.node.example.isEmpty {
            #expect(key.node.exampleValue() != nil, "\(key.text)")
            #expect(key.node.exampleValue() != key.node.standard, "\(key.text)")
        }
    }

    @Test func `What has to stand together with an example are keys`() {
        let paths = Set(KeyPlace.all.map(\.text))
        for key in KeyPlace.all {
            #expect(paths.isSuperset(of: key.node.together.keys), "\(key.text)")
        }
    }

    @Test("Docs/Using/Configuration.md is what the code says of its keys")
    func page() throws {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Docs/Using/Configuration.md")
        if ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil {
            try ConfigurationPage.text.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == ConfigurationPage.text
        #expect(isCurrent, "Docs/Using/Configuration.md is out of date: run `make docs`")
    }

    /// Each example stands where a configuration would have it, and is read.
    @Test(arguments: KeyPlace.all.map(\.text))
    func `An example is a value of its key`(path: String) throws {
        let node = try #require(KeyPlace.all.first { $0.text == path }).node
        guard !node.example.isEmpty else { return }
        let faults = TestSettings.faults(Self.document(path, node.example))
        // Others may be missing or clash; the value itself and its key are understood.
        let own = faults.filter { fault in
            fault.contains(": " + path.replacing("[]", with: "[0]") + ":")
                || fault.contains("not YAML")
        }
        let isClash = own.allSatisfy {
            $0.contains("no effect") || $0.contains("needs") || $0.contains("keeps nothing")
                || $0.contains("never matches") || $0.contains("does not list")
                || $0.contains("can be reached from")
        }
        #expect(isClash, "\(faults)")
    }

    /// A document of nothing but one key.
    private static func document(_ path: String, _ value: String) -> String {
        var lines: [String] = []
        var margin = ""
        let names = path.split(separator: ".").map(String.init)
        for (position, name) in names.enumerated() {
            let isLast = position == names.count - 1
            let plain = name.replacing("[]", with: "")
            lines.append(margin + plain + ":" + (isLast ? " " + value : ""))
            margin += "  "
            if name.hasSuffix("[]") {
                lines.append(margin + "-")
                margin += "  "
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
