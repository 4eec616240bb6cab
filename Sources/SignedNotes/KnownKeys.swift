// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The keys that a verifier knows, found by name and key id.
package struct KnownKeys: Sendable {
    private var keys: [SignerID: NoteVerifierKey] = [:]

    /// Nil when two different keys share name and key id: a signature could be either's.
    package init?(_ keys: some Sequence<NoteVerifierKey>) {
        for key in keys {
            if let other = self.keys.updateValue(key, forKey: key.signer), other != key {
                return nil
            }
        }
    }

    /// The key, or nil for an unknown one and for one of a type that cannot be checked here.
    package subscript(signer: SignerID) -> NoteVerifierKey? {
        guard let key = keys[signer], key.isUsable else { return nil }
        return key
    }
}
