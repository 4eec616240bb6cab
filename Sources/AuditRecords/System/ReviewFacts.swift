// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Disclosures

/// What somebody vouches for who has looked at the log: `review` of a record.
///
/// How many accesses it was, the range of indices and the digest of the query are in `query`, and so is the note, as the
/// purpose.
package struct ReviewFacts: Hashable, Sendable {
    /// What came of it: `review.result`.
    package enum Result: String, CaseIterable, Sendable {
        /// There was nothing that has to be followed up.
        case clean
        /// There was; the note says what.
        case findings
    }

    /// The times that the query names, for when accesses were accepted; nil where it names none.
    package var from: UTCInstant?
    package var to: UTCInstant?
    /// The canonical text of the query; nil where that is personal.
    package var query: String?
    /// The root of the tree that was looked at, in base64; its size is the end of the range.
    package var root: String
    package var result: Result

    package init(
        from: UTCInstant?, to: UTCInstant?, query: String?, root: String, result: Result
    ) {
        self.from = from
        self.to = to
        self.query = query
        self.root = root
        self.result = result
    }

    package var json: JSONValue {
        var members: [JSONMember] = []
        members.add("from", from?.rfc3339)
        members.add("query", query)
        members.add("result", result.rawValue)
        members.add("root", root)
        members.add("to", to?.rfc3339)
        return .object(members)
    }

    /// The same read back; nil where it is anything else.
    package init?(_ value: JSONValue?) {
        guard let root = value?["root"]?.string,
            let result = value?["result"]?.string.flatMap({ Result(rawValue: $0) })
        else { return nil }
        self.init(
            from: value?["from"]?.string.flatMap { UTCInstant(rfc3339: $0) },
            to: value?["to"]?.string.flatMap { UTCInstant(rfc3339: $0) },
            query: value?["query"]?.string, root: root, result: result)
    }
}
