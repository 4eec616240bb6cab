// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The shape of a family of paths, such as `/v1/invoices/{id}`; `http.route` in records.
///
/// `{name}` matches exactly one non-empty segment; `{name...}`, only at the end, matches whatever follows
/// the slash before it, even nothing.
package struct RouteTemplate: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case parameter(String)
        case rest(String)

        var literal: [UInt8]? {
            if case .literal(let bytes) = self { bytes } else { nil }
        }

        /// The parameter's name.
        var name: String? {
            switch self {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    /// The template as it was written.
    package let text: String
    let segments: [Segment]

    /// Reads a template; the path's literals are in canonical form.
    package init(_ text: some StringProtocol) throws(RouteFault) {
        let bytes = Array(text.utf8)
        guard bytes.first == ASCII.slash else {
            throw RouteFault(kind: .missingSlash, offset: 0)
        }
        guard bytes.count <= 1024 else { throw RouteFault(kind: .tooLong, offset: 1024) }
        var segments: [Segment] = []
        var names: Set<String> = []
        var at = 1
        while true {
            let end = bytes[at...].firstIndex(of: ASCII.slash) ?? bytes.count
            let segment = try Self.segment(bytes[at..<end], isLast: end == bytes.count)
            if let name = segment.name, !names.insert(name).inserted {
                throw RouteFault(kind: .repeatedName, offset: at)
            }
            segments.append(segment)
            guard end < bytes.count else { break }
            at = end + 1
        }
        self.text = String(text)
        self.segments = segments
    }

    /// Every path.
    package static let everything = RouteTemplate(below: .root)

    /// The template of a service that lists no routes.
    init(below prefix: PathPrefix) {
        let slash = prefix.bytes.last == ASCII.slash ? "" : "/"
        text = prefix.text + slash + "{rest...}"
        segments =
            prefix.bytes.split(separator: ASCII.slash).map { .literal(Array($0)) }
            + [.rest("rest")]
    }

    /// The segments with parameters' names left out: templates of equal shape match the same paths.
    var shape: [Segment] {
        segments.map { segment in
            switch segment {
            case .literal: segment
            case .parameter: .parameter("")
            case .rest: .rest("")
            }
        }
    }

    /// Whether some path matches both.
    func meets(_ other: RouteTemplate) -> Bool {
        for pair in zip(segments, other.segments) {
            switch pair {
            case (.rest, _), (_, .rest): return true
            case (.literal(let left), .literal(let right)):
                guard left == right else { return false }
            case (.literal(let bytes), .parameter), (.parameter, .literal(let bytes)):
                guard !bytes.isEmpty else { return false }
            case (.parameter, .parameter): break
            }
        }
        return segments.count == other.segments.count
    }

    private static func segment(
        _ bytes: ArraySlice<UInt8>, isLast: Bool
    ) throws(RouteFault) -> Segment {
        func fault(_ kind: RouteFault.Kind) -> RouteFault {
            RouteFault(kind: kind, offset: bytes.startIndex)
        }
        guard bytes.contains(UInt8(ascii: "{")) || bytes.contains(UInt8(ascii: "}")) else {
            guard !bytes.isEmpty || isLast else { throw fault(.emptySegment) }
            guard !ForeignPattern.occurs(in: bytes) else { throw fault(.foreignPattern) }
            guard bytes.isEmpty || ConfiguredPath.isSegment(bytes) else {
                throw fault(.notCanonical)
            }
            return .literal(Array(bytes))
        }
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else {
            throw fault(.partialParameter)
        }
        var name = bytes.dropFirst().dropLast()
        let isRest = name.suffix(3).elementsEqual("...".utf8)
        if isRest { name = name.dropLast(3) }
        guard !name.isEmpty, name.count <= 64,
            name.allSatisfy({ byte in
                ASCII.isLowercase(byte) || ASCII.isUppercase(byte) || ASCII.isDigit(byte)
                    || byte == UInt8(ascii: "_")
            })
        else { throw fault(.badName) }
        guard isLast || !isRest else { throw fault(.restNotLast) }
        let text = String(decoding: name, as: UTF8.self)
        return isRest ? .rest(text) : .parameter(text)
    }
}
