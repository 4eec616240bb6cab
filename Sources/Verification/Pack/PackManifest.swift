// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle

/// What a pack says of itself: `manifest.json`, read and not yet believed.
struct PackManifest {
    struct File {
        let name: String
        let bytes: Int64
        let digest: String
        let role: String
    }

    enum Fault: Error {
        /// It is not a manifest of this form; where.
        case malformed(String)
        /// A later program has to judge it; what it asks for.
        case later(String)
    }

    let value: JSONValue
    let origin: String
    let groups: [String]
    let selection: PackSelection
    let range: Range<UInt64>
    let size: TreeSize
    let root: RootHash
    let content: String
    let files: [File]

    /// Reads a manifest. What it asks of its reader comes first, as a later form may differ in everything else.
    init(_ bytes: [UInt8]) throws(Fault) {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONParser.parse(bytes, as: .canonical, deepest: PackFormat.deepest)
        } catch {
            throw .malformed("\(error)")
        }
        guard let format = value["format"]?.string, let rules = value["verifier"]?.integer else {
            throw .malformed("it has no `format` and `verifier`")
        }
        guard rules <= PackFormat.rules else {
            throw .later("it takes a verifier that knows rules \(rules) of packs")
        }
        guard format == PackFormat.name else { throw .later("it is of the form \(format)") }
        self.value = value
        origin = try Self.text(value, "1_system", "origin")
        content = try Self.text(value, "content")
        guard let groups = value[path: "4_query", "groups"]?.array?.map(\.string) else {
            throw .malformed("4_query.groups")
        }
        self.groups = groups.compactMap(\.self)
        guard
            let selection = PackSelection(
                rawValue: try Self.text(value, "6_proof", "selection"))
        else { throw .later("its records are selected in a way that is not known here") }
        self.selection = selection
        let first = try Self.number(value, "6_proof", "first")
        let end = try Self.number(value, "6_proof", "end")
        size = TreeSize(try Self.number(value, "6_proof", "size"))
        guard first <= end, end <= size.count else {
            throw .malformed("6_proof: the range does not lie in the log")
        }
        range = first..<end
        guard let root = Hash256(base64: try Self.text(value, "6_proof", "root")) else {
            throw .malformed("6_proof.root")
        }
        self.root = RootHash(root)
        let items = value["files"]?.array ?? []
        guard items.count <= PackFormat.mostFiles else {
            throw .malformed("files: there are too many")
        }
        var files: [File] = []
        for item in items {
            files.append(
                File(
                    name: try Self.text(item, "name"),
                    bytes: Int64(clamping: try Self.number(item, "bytes")),
                    digest: try Self.text(item, "sha256"), role: try Self.text(item, "role")))
        }
        let names = files.map { Array($0.name.utf8) }
        guard zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) }) else {
            throw .malformed("files: they are not in order")
        }
        self.files = files
    }

    /// A count of `5_rows`.
    func count(_ name: String) -> UInt64? {
        value[path: "5_rows", name]?.integer.flatMap { UInt64(exactly: $0) }
    }

    private static func text(_ value: JSONValue, _ path: String...) throws(Fault) -> String {
        let found = path.reduce(value) { $0?[$1] }
        guard let text = found?.string else { throw .malformed(path.joined(separator: ".")) }
        return text
    }

    private static func number(_ value: JSONValue, _ path: String...) throws(Fault) -> UInt64 {
        let found = path.reduce(value) { $0?[$1] }
        guard let number = found?.integer.flatMap({ UInt64(exactly: $0) }) else {
            throw .malformed(path.joined(separator: "."))
        }
        return number
    }
}

extension [PackManifest.File] {
    /// The digest of all files whose bytes depend on the log and the query alone: two exports of one order have the same.
    var contentText: [UInt8] {
        var text = ""
        for file in self where PackFile(rawValue: file.name)?.dependsOnRequest != true {
            text += "\(file.digest)  \(file.name)\n"
        }
        return [UInt8](text.utf8)
    }
}
