// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Disclosures

extension QueriedAccess.Facet {
    /// What programs are told that something is counted under; `value` is null where there is none.
    package var members: [JSONMember] {
        switch self {
        case .value(let text): [JSONMember("value", .string(text))]
        case .none: [JSONMember("value", .null)]
        case .withheld: [JSONMember("withheld", .bool(true))]
        case .erased: [JSONMember("erased", .bool(true))]
        }
    }
}

extension QueryField {
    /// Whether an access has one value at most.
    package var hasOneValue: Bool {
        switch self {
        case .named(let name):
            [
                .action, .category, .class, .decision, .method, .outcome, .reason, .route, .rule,
                .service, .stage, .status, .zone,
            ].contains(name)
        case .label, .anyWord: false
        }
    }

    /// Whether its values are personal, all of them: whoever counts by it is shown such.
    package var isPersonal: Bool {
        if case .newest(let members) = row.source { members.isEmpty } else { false }
    }
}
