// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Where somebody tries to log in from, as far as attempts are counted: an address or, of IPv6, the whole /64, which one
/// subscriber has.
///
/// It is a text: an `IPAddress` among so many parameters that its 128 bits lie on the stack makes an asynchronous function
/// of a debug build resume at address zero (Swift 6.3).
package struct LoginPlace: Hashable, Sendable {
    private let text: String

    package init(_ address: IPAddress) {
        switch address.family {
        case .v4: text = address.description
        case .v6: text = IPAddress(v6: (address.bits >> 64) << 64).description + "/64"
        }
    }
}
