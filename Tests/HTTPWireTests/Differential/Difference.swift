// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where two readers of the same bytes disagree although ours accepted them.
struct Difference {
    /// Which message of ours.
    let index: Int
    let what: String

    /// The first message that ours accepted and the stock decoder did not, or took for another.
    static func first(ours: ReadConnection, stock: ReadConnection) -> Difference? {
        for (index, message) in ours.messages.enumerated() {
            guard index < stock.messages.count else {
                return Difference(index: index, what: "refused: \(stock.fault ?? "no fault")")
            }
            if let what = difference(message, stock.messages[index]) {
                return Difference(index: index, what: "\(what); \(stock.fault ?? "no fault")")
            }
        }
        return nil
    }

    private static func difference(_ ours: ReadMessage, _ stock: ReadMessage) -> String? {
        if ours.start != stock.start { return "start \(ours.start) | \(stock.start)" }
        if !Target.isSame(ours.target, sent: stock.target) {
            return "target \(ours.target) | \(stock.target)"
        }
        if ours.fields.map(canonical) != stock.fields.map(canonical) {
            return "fields \(ours.fields) | \(stock.fields)"
        }
        if ours.isComplete ? ours.body != stock.body : !stock.body.starts(with: ours.body) {
            return "body \(ours.body) | \(stock.body)"
        }
        if ours.isComplete, !stock.isComplete { return "end" }
        if ours.keepsAlive != stock.keepsAlive {
            return "keeps alive \(ours.keepsAlive) | \(stock.keepsAlive)"
        }
        return nil
    }

    /// Our reader changes the letters of a host and leaves out a dot or colon that says nothing; the stock decoder keeps blanks behind a value, which
    /// RFC 9112 §5 excludes from it.
    private static func canonical(_ field: String) -> String {
        var field = field.lowercased().hasPrefix("host:") ? field.lowercased() : field
        while field.last == " " || field.last == "\t" { field.removeLast() }
        guard field.hasPrefix("host:") else { return field }
        if field.last == ":" { field.removeLast() }
        return field.replacing(/\.(:[0-9]+)?$/) { $0.output.1 ?? "" }
    }
}

/// Whether a canonical target means what was sent, worked out in the simplest way.
enum Target {
    static func isSame(_ canonical: String, sent: String) -> Bool {
        var sent = sent[...]
        if !sent.hasPrefix("/"), let scheme = sent.firstRange(of: "://") {
            sent = sent[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
            if !sent.hasPrefix("/") { sent = "/" + sent }
        }
        let (path, query) = parts(canonical[...])
        let (sentPath, sentQuery) = parts(sent)
        return query == sentQuery && decoded(path) == decoded(withoutDots(sentPath))
    }

    private static func parts(_ target: Substring) -> (Substring, Substring?) {
        guard let mark = target.firstIndex(of: "?") else { return (target, nil) }
        return (target[..<mark], target[target.index(after: mark)...])
    }

    /// A path without the segments that are single dots, encoded or not.
    private static func withoutDots(_ path: Substring) -> Substring {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let isDot = segments.map { ["."].contains($0.lowercased().replacing("%2e", with: ".")) }
        var kept = zip(segments, isDot).filter { !$0.1 }.map(\.0)
        if isDot.last == true { kept.append("") }
        return kept.joined(separator: "/")[...]
    }

    private static func decoded(_ path: Substring) -> [UInt8] {
        let bytes = Array(path.utf8)
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let isEncoded = bytes[at] == UInt8(ascii: "%") && at + 2 < bytes.count
            let digits = isEncoded ? String(decoding: bytes[at + 1...at + 2], as: UTF8.self) : ""
            if let byte = UInt8(digits, radix: 16) {
                result.append(byte)
                at += 3
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return result
    }
}
