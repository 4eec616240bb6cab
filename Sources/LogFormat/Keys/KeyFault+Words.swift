// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension KeySlot.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badMagic: "no key begins here"
        case .badChecksum: "the checksum is wrong"
        case .badState: "the key's state is not known"
        case .badID: "the key's id cannot be read"
        case .badContent: "the key contradicts its state"
        }
    }
}

extension KeyStoreImage.Fault.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badSlot(let fault): "\(fault)"
        case .duplicate: "the key is there already"
        case .torn: "the file ends within a key"
        }
    }
}
