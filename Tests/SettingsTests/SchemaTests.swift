// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Settings
import Testing

/// What the schema says of single values is what the reader takes.
@Suite struct `The schema of configurations` {
    /// The schemas of which a value has to meet one.
    private func alternatives(_ path: String...) throws -> [JSONValue] {
        var schema = ConfigurationSchema.json
        for name in path {
            let next =
                name == "[]" ? schema["items"] : schema[path: "properties", name]
            schema = try #require(next, "\(name)")
        }
        return schema["anyOf"]?.array ?? [schema]
    }

    /// Whether a text, in quotation marks or not, meets one of them.
    private func admits(_ text: String, quoted: Bool, _ schemas: [JSONValue]) throws -> Bool {
        for schema in schemas {
            switch schema["type"]?.string {
            case "integer" where !quoted: if Int(text) != nil { return true }
            case "boolean" where !quoted: if ["true", "false"].contains(text) { return true }
            case "string":
                let isNumber = Int(text) != nil || ["true", "false"].contains(text)
                guard quoted || !isNumber else { continue }
                if let values = schema["enum"]?.array {
                    if values.contains(.string(text)) { return true }
                } else if let value = schema["const"] {
                    if value == .string(text) { return true }
                } else if let pattern = schema["pattern"]?.string {
                    if try Regex(pattern).firstMatch(in: text) != nil { return true }
                } else {
                    return true
                }
            default:
                if !quoted, case .integer(let number)? = schema["const"], text == "\(number)" {
                    return true
                }
            }
        }
        return false
    }

    private func reads(_ yaml: String) -> Bool { TestSettings.faults(yaml).isEmpty }

    @Test(
        arguments: [
            "1s", "90s", "1m30s", "59m59s999ms", "0m5s", "1500ms", "90", "s", "1.5s", "-1s", "1 s",
            "1S", "30s1m", "1s1s", "1m30", "007s", "1m05s", "",
        ])
    func `takes the durations that are read`(text: String) throws {
        let yaml = TestSettings.minimal.with(
            "8080\n", "8080\n    http: { idle_timeout: \"\(text)\" }\n")
        let schema = try alternatives("listen", "[]", "http", "idle_timeout")
        #expect(try admits(text, quoted: true, schema) == reads(yaml))
    }

    @Test(arguments: [
        "1KiB", "64KiB", "8192B", "10MB", "10", "1.5MiB", "010B", "KiB", "64 KiB", "",
    ])
    func `takes the sizes that are read`(text: String) throws {
        let yaml = TestSettings.minimal.with(
            "8080\n", "8080\n    http: { max_target: \"\(text)\" }\n")
        let schema = try alternatives("listen", "[]", "http", "max_target")
        #expect(try admits(text, quoted: true, schema) == reads(yaml))
    }

    @Test(arguments: ["100/m", "1/d", "100", "100/w", "100/ m", "01/s", "often", ""])
    func `takes the rates that are read`(text: String) throws {
        let yaml = TestSettings.minimal.with(
            "8081\n", "8081\n    limit: { rate: \"\(text)\" }\n")
        let schema = try alternatives("services", "[]", "limit", "rate")
        #expect(try admits(text, quoted: true, schema) == reads(yaml))
    }

    @Test(arguments: ["\"20\"", "20", "\"020\"", "\"x\"", "\"true\"", "true"])
    func `takes numbers that are read, in quotation marks or not`(text: String) throws {
        let yaml = TestSettings.minimal.with(
            "8081\n", "8081\n    limit: { rate: 100/m, burst: \(text) }\n")
        let schema = try alternatives("services", "[]", "limit", "burst")
        let bare = text.filter { $0 != "\"" }
        #expect(try admits(bare, quoted: bare != text, schema) == reads(yaml))
    }

    @Test(arguments: ["\"true\"", "true", "\"false\"", "\"yes\"", "\"1\"", "1"])
    func `takes truth values that are read, in quotation marks or not`(text: String) throws {
        let yaml = TestSettings.minimal + "admin: { address: 127.0.0.1:9191, expose: \(text) }\n"
        let schema = try alternatives("admin", "expose")
        let bare = text.filter { $0 != "\"" }
        #expect(try admits(bare, quoted: bare != text, schema) == reads(yaml))
    }

    @Test(arguments: ["1", "\"1\"", "2", "\"2\""])
    func `takes the version that is read, in quotation marks or not`(text: String) throws {
        let yaml = TestSettings.minimal.with("version: 1", "version: \(text)")
        let bare = text.filter { $0 != "\"" }
        #expect(
            try admits(bare, quoted: bare != text, try alternatives("version")) == reads(yaml))
    }
}
