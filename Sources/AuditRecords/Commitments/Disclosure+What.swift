// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A resource that a request was about: an item of `resources` in the group `what`.
package struct DisclosedResource: Hashable, Sendable {
    package var type: String
    package var uid: String

    package init(type: String, uid: String) {
        self.type = type
        self.uid = uid
    }
}

extension Disclosure {
    /// Commits to what a request asked for: `http.path`, `http.query`, `resources`.
    ///
    /// Ordinarily two allocations: the object and its bytes.
    ///
    /// - Parameters:
    ///   - path: raw path as received, not empty; bytes that are not UTF-8 are replaced.
    ///   - query: raw query without its question mark; empty where there is none.
    ///   - subject: the data subject where a rule names one, otherwise the tenant.
    package static func what(
        path: Span<UInt8>, query: Span<UInt8>, resources: [DisclosedResource] = [],
        subject: SubjectKey, salt: Salt
    ) -> Disclosure {
        var text = CommitmentText(.what, salt: salt, reserving: path.count + query.count + 40)
        var truncated: [String] = []
        text.bytes.append(ascii: "{")
        if !path.isEmpty {
            text.bytes.append(ascii: #""http.path":"#)
            if text.bytes.appendJSONString(path) { truncated.append("http.path") }
            text.bytes.append(ascii: ",")
        }
        if !query.isEmpty {
            text.bytes.append(ascii: #""http.query":"#)
            if text.bytes.appendJSONString(query) { truncated.append("http.query") }
            text.bytes.append(ascii: ",")
        }
        if !resources.isEmpty {
            text.bytes.append(ascii: #""resources":["#)
            for resource in resources.prefix(RecordLimits.arrayItems) {
                text.bytes.append(ascii: #"{"type":"#)
                let isCut = text.bytes.appendJSONString(Array(resource.type.utf8).span)
                text.bytes.append(ascii: #","uid":"#)
                if text.bytes.appendJSONString(Array(resource.uid.utf8).span) || isCut {
                    truncated.append("resources")
                }
                text.bytes.append(ascii: "},")
            }
            text.bytes.closeLast(with: UInt8(ascii: "]"))
            text.bytes.append(ascii: ",")
        }
        text.bytes.closeLast(with: UInt8(ascii: "}"))
        return Disclosure(
            group: .what, subject: subject, preimage: text.bytes, saltOffset: text.saltOffset,
            truncated: truncated)
    }
}

extension [UInt8] {
    /// Turns the comma after the last member or item into the end of the object or array.
    mutating func closeLast(with end: UInt8) {
        if last == UInt8(ascii: ",") { self[count - 1] = end } else { append(end) }
    }
}
