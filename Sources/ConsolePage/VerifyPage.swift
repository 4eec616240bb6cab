// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto

/// The page that verifies evidence without a server: one file, to be opened from a disk.
///
/// It is made of the modules of the console. Browsers load no modules from `file:`, so that they become one script: each
/// module a function that returns what it exports. The page's own policy allows this script and these styles, by their
/// digests, and nothing else: no request ever leaves it.
package struct VerifyPage: Sendable {
    /// The whole file.
    package let bytes: [UInt8]
    /// Its SHA-256, in hexadecimal: what is published, so that whoever has a file knows that it is this one.
    package let digest: String

    /// The page of this version.
    package static let current = VerifyPage(of: .all)

    static let name = "verify.html"
    static let script = "verify.js"

    private init(of files: PageFiles) {
        let text = { (name: String) in
            String(decoding: files.files[name]?.bytes ?? [], as: UTF8.self)
        }
        var modules = JoinedModules(text: text)
        modules.add(Self.script)
        let (style, script) = (text(PageFiles.style), modules.script)
        let policy =
            "default-src 'none'; script-src '\(Self.source(script))'; "
            + "style-src '\(Self.source(style))'; img-src data:; base-uri 'none'; "
            + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        bytes = Array(
            text(Self.name).filled(["CSP": policy, "STYLE": style, "SCRIPT": script]).utf8)
        digest = Hex.encode(SHA256.hash(data: bytes))
    }

    /// How a policy names what stands between two tags.
    private static func source(_ text: String) -> String {
        "sha256-" + Base64.encode(Array(SHA256.hash(data: Array(text.utf8))))
    }
}

/// Modules as one script.
struct JoinedModules {
    private let text: (String) -> String
    private var known: Set<String> = []
    private var parts: [String] = []

    /// - Parameter text: the text of a module of a name.
    init(text: @escaping (String) -> String) { self.text = text }

    /// Those that were added.
    var names: Set<String> { known }

    /// All modules so far, each behind those that it imports.
    var script: String { parts.joined(separator: "\n") }

    /// Adds a module, and first those that it imports.
    mutating func add(_ name: String) {
        guard known.insert(name).inserted else { return }
        var (body, exports): ([String], [String]) = ([], [])
        var lines = text(name).split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst() {
            if line.hasPrefix("import ") {
                var statement = String(line)
                while !statement.hasSuffix(";"), let more = lines.popFirst() {
                    statement += " " + more
                }
                let parts = statement.split(separator: "'")
                precondition(
                    parts.count == 3 && parts[1].hasPrefix("./"),
                    "ModulesImportByName: another form of import: \(name): \(statement)")
                let other = String(parts[1].dropFirst(2))
                add(other)
                let names = parts[0].drop { $0 != "{" }.prefix { $0 != "}" }.dropFirst()
                let bound = names.replacing(" as ", with: ": ")
                body.append("const {\(bound)} = \(Self.variable(other));")
            } else if line.hasPrefix("export ") {
                let words = line.dropFirst(7).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                let exported = words.first { !Self.kinds.contains(String($0)) }
                precondition(
                    words.first.map { Self.kinds.contains(String($0)) } ?? false,
                    "ModulesExportByName: another form of export: \(name): \(line)")
                exports += exported.map { [String($0)] } ?? []
                body.append(String(line.dropFirst(7)))
            } else {
                body.append(String(line))
            }
        }
        parts.append(
            """
            const \(Self.variable(name)) = (() => {
            'use strict';
            \(body.joined(separator: "\n"))
            return { \(exports.joined(separator: ", ")) };
            })();
            """)
    }

    /// What an exported name stands behind. A variable that changes would not be seen to by others.
    private static let kinds: Set<String> = ["async", "class", "const", "function"]

    private static func variable(_ name: String) -> String {
        "module_" + name.prefix { $0 != "." }.replacing("-", with: "_")
    }
}

extension String {
    /// The text with its blanks filled in.
    func filled(_ blanks: [String: String]) -> String {
        // One after the other, and what was filled in is not looked at again.
        var (out, rest) = ("", self[...])
        while let start = rest.firstRange(of: "{{") {
            out += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}"),
                let words = blanks[String(rest[..<end.lowerBound])]
            else {
                out += "{{"
                continue
            }
            out += words
            rest = rest[end.upperBound...]
        }
        return out + rest
    }
}
