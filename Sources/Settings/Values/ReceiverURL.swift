// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Where an output's receiver takes records by HTTP: scheme, host, port and path.
package struct ReceiverURL: Hashable, Sendable {
    /// Scheme, host and port, as those of a service are read.
    package let place: ServiceURL
    /// With the query; it begins with a slash.
    package let path: String

    /// Stands for a required URL until it is read.
    static let placeholder = ReceiverURL(place: .placeholder, path: "/")

    private init(place: ServiceURL, path: String) {
        self.place = place
        self.path = path
    }

    init(_ text: String) throws(Complaint) {
        // Checked before any of the text is shown: what precedes the sign may be a password.
        guard !text.contains("@") else {
            throw Complaint("a URL holds no user name or password")
        }
        guard let colon = text.firstRange(of: "://") else {
            throw Complaint("expected a URL such as https://siem.example.com/hook, found `\(text)`")
        }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let place = try ServiceURL(text[..<colon.upperBound] + String(rest[..<end]))
        let path = rest[end...]
        guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
            throw Complaint("the path of a URL has visible ASCII characters, and no `#`")
        }
        self.init(place: place, path: path.hasPrefix("/") ? String(path) : "/" + path)
    }

    package var text: String { place.text + path }
}

extension Form where Value == ReceiverURL {
    static let receiverURL = Form.scalar(
        "a URL such as https://siem.example.com/hook", write: { .string($0.text) }
    ) { text throws(Complaint) in try ReceiverURL(text) }
}
