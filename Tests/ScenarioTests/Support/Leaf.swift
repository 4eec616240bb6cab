// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What scenarios look at in a record.
struct Leaf {
    let uid: String
    let stage: String
    let action: String
    let index: Int
    private let members: [String: Any]

    init(_ text: Substring) throws {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let members = value as? [String: Any], let uid = members["uid"] as? String,
            let stage = members["stage"] as? String,
            let action = (members["event"] as? [String: Any])?["action"] as? String,
            let index = (members["written"] as? [String: Any])?["index"] as? Int
        else { throw ScenarioFault("not a record: \(text)") }
        self.members = members
        (self.uid, self.stage, self.action, self.index) = (uid, stage, action, index)
    }

    /// A member of one of the record's objects, such as `recovery.clean`.
    func value(_ object: String, _ name: String) -> Any? {
        (members[object] as? [String: Any])?[name]
    }

    func text(_ object: String, _ name: String) -> String { value(object, name) as? String ?? "" }

    func number(_ object: String, _ name: String) -> Int { value(object, name) as? Int ?? 0 }
}
