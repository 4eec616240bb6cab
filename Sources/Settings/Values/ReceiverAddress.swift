// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Where an output's receiver listens: `tcp://HOST:PORT` or `tls://HOST:PORT`.
package struct ReceiverAddress: Hashable, Sendable {
    package enum Scheme: String, CaseIterable, Sendable {
        case tcp
        case tls
    }

    package let scheme: Scheme
    /// A name in lower case, or an IP address without brackets.
    package var host: String { place.host }
    package var port: UInt16 { place.port }
    /// Host and port as those of a service are read.
    private let place: ServiceURL

    /// Stands for a required address until it is read.
    static let placeholder = ReceiverAddress(scheme: .tls, place: .placeholder)

    private init(scheme: Scheme, place: ServiceURL) {
        self.scheme = scheme
        self.place = place
    }

    init(_ text: String) throws(Complaint) {
        let wanted = "expected an address such as tls://siem.example.com:6514"
        // Checked before any of the text is shown: what precedes the sign may be a password.
        guard !text.contains("@") else { throw Complaint("an address holds no user or password") }
        guard let end = text.firstRange(of: "://"),
            let scheme = Scheme(rawValue: String(text[..<end.lowerBound]))
        else { throw Complaint("\(wanted), found `\(text)`") }
        let authority = text[end.upperBound...]
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]"),
            authority.index(after: colon) < authority.endIndex
        else { throw Complaint("`\(text)` names no port; \(wanted)") }
        self.init(scheme: scheme, place: try ServiceURL("https://" + authority))
    }

    package var text: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(scheme.rawValue)://\(host):\(port)"
    }
}

extension Form where Value == ReceiverAddress {
    static let receiverAddress = Form.scalar(
        "an address such as tls://siem.example.com:6514", write: { .string($0.text) }
    ) { text throws(Complaint) in try ReceiverAddress(text) }
}
