// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import CArgon2

/// Argon2id, version 1.3 (RFC 9106), by the system's libargon2.
enum Argon2id {
    static func hash(
        _ password: [UInt8], salt: [UInt8], _ parameters: Argon2Parameters, length: Int
    ) throws(HashingFault) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        let code = unsafe digest.withUnsafeMutableBytes { digest in
            unsafe password.withUnsafeBytes { password in
                unsafe salt.withUnsafeBytes { salt in
                    // Safe: the buffers live through the call, which reads and fills no more than it is told of.
                    unsafe argon2id_hash_raw(
                        parameters.passes, parameters.memory, parameters.lanes,
                        password.baseAddress, password.count, salt.baseAddress, salt.count,
                        digest.baseAddress, digest.count)
                }
            }
        }
        guard code == ARGON2_OK.rawValue else { throw HashingFault(code: code) }
        return digest
    }
}

/// Why no hash could be computed: in practice, that there is no memory for it.
package struct HashingFault: Error, Hashable, Sendable {
    /// libargon2's.
    package let code: Int32
}
