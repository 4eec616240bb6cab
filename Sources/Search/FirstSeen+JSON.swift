// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Disclosures

extension FirstSeen {
    /// As programs get it; members without a value are left out.
    package var json: JSONValue {
        var members: [JSONMember] = []
        members.add("actor", actor)
        members.add("value", value)
        members.add("time", time.rfc3339)
        members.add("uid", uid?.text)
        members.add("index", index)
        members.add("key", key)
        members.append(JSONMember("accesses", .integer(count)))
        return .object(members)
    }
}
