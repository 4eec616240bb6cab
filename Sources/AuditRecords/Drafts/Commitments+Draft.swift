// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures

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
