// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation

/// Secrets that nobody else has, planted where secrets stand and searched for where none may be.
struct Canaries {
    /// What all secrets of one test begin with; the search is for this alone.
    let mark: String
    private(set) var places: [String] = []

    init() {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        mark = "zq" + String((0..<13).map { _ in letters.randomElement() ?? "x" })
    }

    /// One secret that is there already.
    init(_ secret: String, from place: String) {
        mark = secret
        places = [place]
    }

    /// A secret for a place; where it is found, it says where it was planted.
    mutating func plant(_ place: String) -> String {
        places.append(place)
        return "\(mark)\(100 + places.count)tail"
    }

    /// What was found where, in words; empty if nothing was.
    func found(in source: Source) -> [String] {
        let data = Data(source.bytes)
        return forms.compactMap { form, bytes in
            guard let found = data.range(of: Data(bytes)) else { return nil }
            let end = min(data.endIndex, found.upperBound + 40)
            let near = String(decoding: data[max(0, found.lowerBound - 60)..<end], as: UTF8.self)
            return "\(source.name) has a secret in \(form): …\(near.debugDescription)…; planted at "
                + "\(place(near) ?? "one of \(places)")"
        }
    }

    private func place(_ text: String) -> String? {
        guard
            let number = text.firstRange(of: mark).flatMap({ Int(text[$0.upperBound...].prefix(3)) }
            ),
            places.indices.contains(number - 101)
        else { return nil }
        return places[number - 101]
    }

    /// How a secret could be written: as it is, in hexadecimal, percent-encoded, escaped, or in base64 at any
    /// of the three places that a text has in it.
    var forms: [(name: String, bytes: [UInt8])] {
        let plain = Array(mark.utf8)
        func each(_ format: (String) -> String) -> [UInt8] {
            Array(plain.map { format(Hex.encode([$0])) }.joined().utf8)
        }
        var forms: [(String, [UInt8])] = [
            ("plain text", plain), ("capitals", Array(mark.uppercased().utf8)),
            ("hexadecimal", each { $0 }), ("hexadecimal", each { $0.uppercased() }),
            ("percent-encoding", each { "%" + $0 }),
            ("percent-encoding", each { "%" + $0.uppercased() }), ("escapes", each { "\\x" + $0 }),
            ("escapes", each { "\\u00" + $0 }), ("UTF-16", plain.flatMap { [$0, 0] }),
            ("reverse", plain.reversed()),
        ]
        for before in 0..<3 {
            let text = Array(
                Base64.encode([UInt8](repeating: 0, count: before) + plain).utf8)
            // Characters at the ends are made of neighbouring bytes too.
            let first = [0, 2, 3][before]
            let last = (before + plain.count) * 8 / 6
            forms.append(("base64", Array(text[first..<last])))
            forms.append(
                (
                    "base64url",
                    text[first..<last].map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
                ))
        }
        return forms
    }

    /// Bytes that are searched, and where they are from.
    struct Source {
        var name: String
        var bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
    }
}

extension ScenarioFolder {
    /// Every file below, but for those that are meant to hold what is searched for.
    func sources(without left: Set<String> = []) throws -> [Canaries.Source] {
        try files(below: "").filter { !left.contains($0) }.map { name in
            Canaries.Source("the file \(name)", try bytes(name))
        }
    }

    /// A command's streams; it may end as it likes.
    func source(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Canaries.Source {
        let ending = try start(.countersign, arguments, environment: environment).ending()
        return Canaries.Source(
            "countersign \(arguments.joined(separator: " "))",
            ending.output + Array(ending.messages.utf8))
    }
}
