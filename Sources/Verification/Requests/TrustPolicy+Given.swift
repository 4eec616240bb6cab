// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import LogReading
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

    /// A text that names a file gives that file's keys; anything else must be a key.
    private static func keys(_ text: String) throws(VerificationFault) -> [NoteVerifierKey] {
        let bytes: [UInt8]?
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(ifAny: FilePath(text))
        } catch {
            throw .unreadable(error)
        }
        do throws(VerifierKeyFault) {
            guard let bytes else { return [try NoteVerifierKey(text)] }
            return try NoteVerifierKey.list(inFile: bytes)
        } catch {
            throw .badKey(text, error)
        }
    }
}
