// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What an access does to its resource: `event.activity` of class 6003, API Activity.
package enum AccessActivity: Int, CaseIterable, Sendable {
    case create = 1
    case read = 2
    case update = 3
    case delete = 4
    case other = 99

    /// The activity that a method stands for (record.md §5); routes may say otherwise.
    package init(_ method: Method?) {
        self =
            switch method {
            case .post: .create
            case .get, .head, .options, .other("QUERY"): .read
            case .put, .patch: .update
            case .delete: .delete
            case .other, nil: .other
            }
    }
}
