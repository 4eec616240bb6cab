// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A range of addresses that share a prefix, written `10.0.0.0/8` (CIDR, RFC 4632).
package struct AddressBlock: Hashable, Sendable {
    /// The first address of the block.
    package let first: IPAddress
    /// How many leading bits all addresses share: 0…32 or 0…128.
    package let prefixLength: Int

    /// Why a text is not a block.
    package enum Fault: Error, Hashable, Sendable {
        case malformed
        /// Bits after the prefix are set; gives the block that was probably meant.
        case hostBits(meant: AddressBlock)
    }

    /// The block of a length that an address lies in.
    package init(of address: IPAddress, prefixLength: Int) {
        first = Self.masked(address, to: prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`, or a single address.
    package init(_ text: String) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else {
            throw .malformed
        }
        var length = address.family.bitCount
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count),
                digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                digits == "0" || digits.first != "0", let number = Int(digits), number <= length
            else { throw .malformed }
            length = number
        }
        let block = AddressBlock(of: address, prefixLength: length)
        guard block.first == address else { throw .hostBits(meant: block) }
        self = block
    }

    package var text: String { "\(first)/\(prefixLength)" }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && Self.masked(address, to: prefixLength) == first
    }

    private static func masked(_ address: IPAddress, to length: Int) -> IPAddress {
        let ones = UInt128.max << UInt128(address.family.bitCount - length)
        return switch address.family {
        // A shift by the whole width gives zero, so a length of 0 needs no case of its own.
        case .v4: IPAddress(v4: UInt32(truncatingIfNeeded: address.bits & ones))
        case .v6: IPAddress(v6: address.bits & ones)
        }
    }
}
