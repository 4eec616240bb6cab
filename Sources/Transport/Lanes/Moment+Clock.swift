// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access
package import NIOCore

extension Moment {
    /// The present, by the event loops' clock.
    package static var now: Moment { Moment(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
}

extension Moment.Interval {
    package var timeAmount: TimeAmount { .nanoseconds(Int64(nanoseconds)) }
}
