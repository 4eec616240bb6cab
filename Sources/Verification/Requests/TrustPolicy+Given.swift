// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import SignedNotes
package import SystemPackage

extension TrustPolicy {
    /// The policy of command line options: a policy file, or keys as text or in files; nil when neither
    /// was given.
    package static func given(
        keys: [String], policyFile: FilePath?
    ) throws(VerificationFault) -> TrustPolicy? {
        if let policyFile {
            let bytes: [UInt8]
            do throws(LogReadFailure) {
                bytes = try ReadableFile.contents(of: policyFile)
            } catch {
                throw .unreadable(error)
            }
            do throws(TrustPolicyFaults) {
                return try TrustPolicy(bytes)
            } catch {
                throw .badPolicy(policyFile, error)
            }
        }
        guard !keys.isEmpty else { return nil }
        var parsed: [NoteVerifierKey] = []
        for text in keys { parsed += try Self.keys(text) }
        guard let policy = TrustPolicy(logKeys: parsed) else { throw .clashingKeys }
        return policy
    }

    /// A verifier key holds two plus signs; anything else is the name of a file.
    private static func keys(_ text: String) throws(VerificationFault) -> [NoteVerifierKey] {
        guard text.utf8.count(where: { $0 == UInt8(ascii: "+") }) < 2 else {
            return [try key(text)]
        }
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(of: FilePath(text))
        } catch {
            throw .unreadable(error)
        }
        var keys: [NoteVerifierKey] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            keys.append(try key(String(decoding: line, as: UTF8.self)))
        }
        guard !keys.isEmpty else { throw .badKey(.notThreeParts) }
        return keys
    }

    private static func key(_ text: String) throws(VerificationFault) -> NoteVerifierKey {
        do throws(VerifierKeyFault) {
            return try NoteVerifierKey(text)
        } catch {
            throw .badKey(error)
        }
    }
}
