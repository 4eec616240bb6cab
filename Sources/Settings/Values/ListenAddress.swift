// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// An address and port to listen on, written `127.0.0.1:8080` or `[::1]:8080`.
package struct ListenAddress: Hashable, Sendable {
    package let address: IPAddress
    /// 0: any free port; which one it became is shown at start.
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    package var text: String { AuthorityText.of(address.text, port: Int(port)) }

    /// Stands for a required address until it is read.
    static let placeholder = ListenAddress(address: IPAddress(v4: 0), port: 0)

    init(_ text: String) throws(Complaint) {
        guard let colon = text.lastIndex(of: ":") else {
            throw Complaint("expected an address and port such as 127.0.0.1:8080, found `\(text)`")
        }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits == "0" || !digits.hasPrefix("0"), let port = UInt16(digits)
        else { throw Complaint("expected a port from 0 to 65535, found `\(digits)`") }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        if host.isEmpty {
            throw Complaint(
                "the address is missing; write 0.0.0.0:\(port) for all or 127.0.0.1:\(port) for this machine"
            )
        }
        if host == "localhost" {
            throw Complaint("expected an address, not a name; did you mean `127.0.0.1:\(port)`?")
        }
        guard let address = IPAddress(String(host)) else {
            throw Complaint("`\(host)` is not an IP address")
        }
        if address.family == .v6, !isBracketed {
            throw Complaint(
                "an IPv6 address stands in brackets, and so in quotes: `\"[\(address)]:\(port)\"`")
        }
        if address.family == .v4, isBracketed {
            throw Complaint("an IPv4 address stands without brackets: `\(address):\(port)`")
        }
        self.init(address: address, port: port)
    }
}

extension Form where Value == ListenAddress {
    static let listenAddress = Form.scalar(
        "an address and port such as 127.0.0.1:8080", write: { .string($0.text) }
    ) { text throws(Complaint) in try ListenAddress(text) }
}

extension Form where Value == AddressBlock {
    static let addressBlock = Form.scalar(
        "an address block such as 10.0.0.0/8", write: { .string($0.text) }
    ) { text throws(Complaint) in
        do throws(AddressBlock.Fault) {
            return try AddressBlock(text)
        } catch {
            switch error {
            case .malformed:
                throw Complaint("expected an address block such as 10.0.0.0/8, found `\(text)`")
            case .hostBits(let meant):
                throw Complaint(
                    "`\(text)` has bits set after its prefix; did you mean `\(meant.text)`?")
            }
        }
    }
}
