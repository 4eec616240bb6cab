// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPTypes
import Hummingbird

/// What a page or a program sends along: names with texts, as JSON or as HTML forms are sent, or in a query.
///
/// A page elsewhere can send only the latter by itself, which ``OriginGuard`` sees; other types are refused.
package struct SubmittedForm: Sendable {
    /// A password may have 1,024 bytes, each of them escaped.
    static let mostBytes = 16 << 10
    private static let mostFields = 32

    private var texts: [String: String] = [:]
    /// Names of what was sent as a number.
    package private(set) var numbers: Set<String> = []
    /// Names of parameters whose values are neither texts nor whole numbers.
    package private(set) var unfit: Set<String> = []
    /// Whether it is an HTML form, whose sender wants to be led on.
    private(set) var isPage = false

    init() {}

    package subscript(name: String) -> String? { texts[name] }

    /// What it has, in order of the names.
    package var names: [String] { unfit.union(texts.keys).sorted() }

    /// Reads the query of a target; nil: there is none.
    init(query: String?) throws {
        guard let query, !query.isEmpty else { return }
        try readPage(Array(query.utf8))
        isPage = false
    }

    /// Reads the body of a request, which keeps it: whoever waits for the end of the connection has to know that it was read.
    init(_ request: inout Request, _ input: Endpoint.Input) async throws {
        let type = request.headers[.contentType]?.split(separator: ";").first.map {
            $0.lowercased().filter { $0 != " " && $0 != "\t" }
        }
        let body: [UInt8]
        do {
            body = Array(try await request.collectBody(upTo: Self.mostBytes).readableBytesView)
        } catch {
            throw ConsoleProblem(
                .contentTooLarge, "No form here has more than \(Self.mostBytes) bytes.")
        }
        switch type {
        // Many clients name a type also where they send nothing, as with DELETE.
        case "application/json" where body.isEmpty && request.method != .post: return
        case "application/json": try readJSON(body, input)
        case "application/x-www-form-urlencoded": try readPage(body)
        case nil where body.isEmpty: return
        default:
            throw ConsoleProblem(
                .unsupportedMediaType, "Send application/json, or the form of a page.")
        }
    }

    private mutating func readJSON(_ body: [UInt8], _ input: Endpoint.Input) throws {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body, as: .strict, deepest: 2, mostValues: 64)
        } catch {
            throw ConsoleProblem(.badRequest, "The body is no JSON that can be read.")
        }
        guard let members = value.members, members.count <= Self.mostFields else {
            throw ConsoleProblem(.badRequest, "The body is not a JSON object of texts.")
        }
        for member in members {
            guard let text = Self.text(of: member.value, input) else {
                guard input == .parameters else {
                    throw ConsoleProblem(.badRequest, "The body is not a JSON object of texts.")
                }
                // Whoever knows what there is to be told says what to write instead.
                unfit.insert(member.name)
                continue
            }
            texts[member.name] = text
            if case .integer = member.value { numbers.insert(member.name) }
        }
    }

    /// A member's text. Parameters are written as they would stand in a query.
    private static func text(of value: JSONValue, _ input: Endpoint.Input) -> String? {
        switch (value, input) {
        case (.string(let text), _): text
        case (.integer(let number), .parameters): "\(number)"
        default: nil
        }
    }

    private mutating func readPage(_ body: [UInt8]) throws {
        isPage = true
        let pairs = body.split(separator: UInt8(ascii: "&"))
        guard pairs.count <= Self.mostFields else {
            throw ConsoleProblem(.badRequest, "The form has too many fields.")
        }
        for pair in pairs {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = Self.text(parts[0]),
                let value = Self.text(parts[1]), texts.updateValue(value, forKey: name) == nil
            else {
                throw ConsoleProblem(
                    .badRequest,
                    "The form cannot be read: each name stands once, as `name=value`, in escaped UTF-8."
                )
            }
        }
    }

    /// Undoes the escaping of the form's type.
    private static func text(_ escaped: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = escaped
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2,
                    let decoded = Hex.decode(
                        String(decoding: rest.prefix(2), as: UTF8.self).lowercased())
                else { return nil }
                bytes += decoded
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
