// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Makes messages that are mostly well-formed, by seed: what is refused at once shows nothing.
struct MessageGrammar {
    var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    /// One of the usual choices, seldom a strange one.
    mutating func pick(_ usual: [String], or strange: [String]) -> String {
        oneIn(50) ? pick(strange) : pick(usual)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    /// True once in so many times.
    mutating func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    /// One to three requests on one connection.
    mutating func requests() -> String {
        var text = oneIn(20) ? "\r\n" : ""
        for _ in 0..<pick([1, 1, 1, 2, 3]) { text += request() }
        return text
    }

    private mutating func request() -> String {
        let method = pick(Words.methods, or: Words.strangeMethods)
        let version = oneIn(10) ? pick(Words.otherVersions) : "HTTP/1.1"
        let (target, host) =
            oneIn(6)
            ? absoluteTarget() : (originTarget(), pick(Words.hosts, or: Words.strangeHosts))
        var lines = fields(Words.requestFields, or: Words.strangeRequestFields)
        lines.insert(
            "\(pick(["Host", "host", "HOST"])):\(blank())\(host)", at: number(0...lines.count))
        if oneIn(100) { lines.append("Host: \(pick(Words.hosts, or: Words.strangeHosts))") }
        let (framing, body) = body(chunks: version == "HTTP/1.1" || oneIn(10))
        for line in framing { lines.insert(line, at: number(0...lines.count)) }
        let start = "\(method) \(target) \(version)\r\n"
        return start + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
    }

    /// Some interim responses and a final one, and the method that it answers.
    mutating func response() -> (method: String, text: String) {
        let method = pick(["GET", "GET", "GET", "HEAD", "POST"])
        var text = ""
        for _ in 0..<pick([0, 0, 0, 1, 2]) {
            text += "HTTP/1.1 \(pick(["100 Continue", "103 Early Hints", "102", "199 "]))\r\n"
            text +=
                fields(Words.responseFields, or: Words.strangeResponseFields).map { $0 + "\r\n" }
                .joined() + "\r\n"
        }
        let status = pick(Words.statuses, or: Words.strangeStatuses)
        let version = oneIn(10) ? pick(Words.otherVersions) : "HTTP/1.1"
        var lines = fields(Words.responseFields, or: Words.strangeResponseFields)
        var (framing, body) = body(chunks: version == "HTTP/1.1" || oneIn(10))
        if oneIn(4) { (framing, body) = ([], String(repeating: "z", count: number(0...40))) }
        let hasNoBody = method == "HEAD" || status.hasPrefix("204") || status.hasPrefix("304")
        if hasNoBody, !oneIn(10) { body = "" }
        if status.hasPrefix("204"), !oneIn(4) { framing = [] }
        for line in framing { lines.insert(line, at: number(0...lines.count)) }
        text += "\(version) \(status)\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n" + body
        return (method, text)
    }

    private mutating func originTarget() -> String {
        if oneIn(60) { return "*" }
        let path = (0..<pick([0, 1, 1, 2, 3])).map { _ in "/" + segment() }.joined()
        let whole = path.isEmpty || oneIn(6) ? path + "/" : path
        return oneIn(3) ? whole + "?" + pick(Words.queries, or: Words.strangeQueries) : whole
    }

    private mutating func absoluteTarget() -> (String, String) {
        let host = pick(Words.hosts, or: Words.strangeHosts)
        let path = oneIn(4) ? pick(["", "?a=b"]) : originTarget()
        return (pick(["http://", "https://", "HTTP://"]) + host + path, host)
    }

    private mutating func segment() -> String {
        (0..<number(1...3)).map { _ in pick(Words.pathPieces, or: Words.strangePathPieces) }
            .joined()
    }

    private mutating func blank() -> String { pick([" ", " ", " ", "", "\t", "  "]) }

    private mutating func fields(_ names: [String], or strange: [String]) -> [String] {
        (0..<pick([0, 1, 2, 3, 6])).map { _ in
            let name = pick(names, or: strange)
            let value =
                name.lowercased() == "connection"
                ? pick(Words.connections, or: Words.strangeConnections)
                : pick(Words.values, or: Words.strangeValues)
            return name + ":" + blank() + value + pick(["", "", "", " ", "\t "])
        }
    }

    /// The fields that frame a body, and the body as it goes over the wire.
    private mutating func body(chunks: Bool) -> (fields: [String], wire: String) {
        switch number(0...9) {
        case 0...3: return ([], "")
        case 4...6:
            let body = content()
            let length = oneIn(40) ? pick(Words.strangeLengths) : "\(body.utf8.count)"
            return (["\(pick(["Content-Length", "content-length"])):\(blank())\(length)"], body)
        default:
            guard chunks else { return ([], "") }
            let coding = oneIn(40) ? pick(Words.strangeCodings) : pick(["chunked", "Chunked"])
            return (
                ["\(pick(["Transfer-Encoding", "transfer-encoding"])):\(blank())\(coding)"],
                chunked()
            )
        }
    }

    private mutating func content() -> String {
        (0..<pick([0, 1, 2, 5])).map { _ in pick(Words.contents) }.joined()
    }

    mutating func chunked() -> String {
        var text = ""
        for _ in 0..<pick([0, 1, 2, 3]) {
            let part = content()
            guard !part.isEmpty else { continue }
            let size = String(part.utf8.count, radix: 16, uppercase: oneIn(3))
            let zeros = String(repeating: "0", count: oneIn(10) ? number(1...16) : 0)
            text += zeros + size + extensions() + "\r\n" + part + "\r\n"
        }
        text += pick(["0", "0", "0", "00", "000"]) + extensions() + "\r\n"
        if oneIn(6) {
            text += fields(Words.trailers, or: Words.strangeTrailers).map { $0 + "\r\n" }.joined()
        }
        return text + "\r\n"
    }

    private mutating func extensions() -> String {
        oneIn(8) ? pick(Words.chunkExtensions, or: Words.strangeChunkExtensions) : ""
    }
}

extension MessageGrammar {
    /// The bytes with up to three changes, or none at all.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<pick([0, 0, 0, 1, 1, 2, 3]) {
            guard !bytes.isEmpty else { return bytes }
            let place = number(0...bytes.count - 1)
            switch number(0...6) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2, 3: bytes.insert(contentsOf: latin1(pick(Words.spice)), at: place)
            case 4: bytes[place] ^= 0x20
            case 5: bytes.removeLast(bytes.count - place)
            default:
                let end = min(bytes.count, place + number(1...30))
                bytes.insert(contentsOf: bytes[place..<end], at: number(0...bytes.count))
            }
        }
        return bytes
    }

    /// The bytes cut into pieces at random: one piece, many of any size, or single bytes.
    mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        let most = pick([bytes.count, bytes.count, 40, 7, 1])
        var pieces: [[UInt8]] = []
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + number(1...max(1, most)))
            pieces.append(Array(bytes[at..<end]))
            at = end
        }
        return pieces
    }
}
