// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Merkle

extension Commitments {
    /// Writes the members of `commit`, without the braces.
    func write(to text: inout RecordText) {
        let start = text.count
        if let payload { _ = text.put(#""payload":""#, payload) }
        if let what { text.holes.what = text.put(#""what":""#, what) }
        if let `where` { text.holes.where = text.put(#""where":""#, `where`) }
        if let who { text.holes.who = text.put(#""who":""#, who) }
        if text.count > start { text.removeLast(1) }
    }
}

extension Commitments {
    /// The member `commit` as a value.
    var json: JSONValue {
        var members: [JSONMember] = []
        forEach { disclosure in
            members.add(disclosure.group.rawValue, disclosure.hashed().commitment.base64)
        }
        return .object(members)
    }
}

extension RecordText {
    /// - Returns: where the commitment is.
    fileprivate mutating func put(_ name: StaticString, _ disclosure: Disclosure) -> Int {
        put(name)
        let start = count
        put(disclosure.hashed().text)
        put(#"","#)
        return start
    }
}
