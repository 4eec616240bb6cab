// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Messages
import Settings

/// Reads the files that a configuration names, each once, and keeps the digests of those that decide who gets in.
///
/// Used by one thread while one configuration is assembled.
final class DecidingFiles {
    /// What a file is for.
    enum Purpose: String {
        case apiKeys = "api_keys"
        case keySet = "jwks"
        case clientAuthorities = "client_ca"
        case identityAuthorities = "mtls_ca"
        case serviceAuthorities = "upstream_ca"
        case certificate = "certificate"
        case privateKey = "private_key"
        case outputAuthorities = "output_ca"
        case outputCertificate = "output_cert"

        /// For messages.
        var description: SafeText {
            switch self {
            case .apiKeys: "the file of API keys"
            case .keySet: "the key set"
            case .clientAuthorities: "client_ca"
            case .identityAuthorities: "the authorities of client certificates"
            case .serviceAuthorities: "the services' authorities"
            case .certificate: "the certificate"
            case .privateKey: "the certificate's key"
            case .outputCertificate: "the certificate that an output shows"
            case .outputAuthorities: "the authorities of an output's receiver"
            }
        }
    }

    /// Certificates, keys and key sets are small; a larger file must be something else.
    private static let mostBytes = 4 << 20

    /// Of every file that was read, in the order of reading; not of private keys.
    private(set) var digests: [DecidingFile] = []
    private var contents: [String: [UInt8]] = [:]

    /// What is known of a file that was asked for, in the words of `event.detail`.
    enum Standing: String {
        case missing = "does not exist"
        case unreadable = "cannot be read"
        case read = "cannot be used"
    }

    /// The file that something is being built from: if that fails, it is why.
    private(set) var inHand: (path: String, purpose: Purpose, standing: Standing)?

    /// What was built from the last file is as it should be.
    func putDown() { inHand = nil }

    /// The content, without a byte order mark, or why there is none.
    func read(_ path: ResolvedPath, _ purpose: Purpose) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]
        inHand = (path.text, purpose, .unreadable)
        if let known = contents[path.text] {
            bytes = known
        } else {
            guard let read = try LocalFile.read(path.text, most: Self.mostBytes) else {
                inHand = (path.text, purpose, .missing)
                throw CommandFailure(
                    .usage,
                    "there is no file \(path.text) for " + purpose.description
                        + "; make it, or correct the path.")
            }
            bytes = read
            contents[path.text] = read
        }
        inHand = (path.text, purpose, .read)
        note(path, purpose, bytes)
        return bytes.starts(with: Self.byteOrderMark)
            ? Array(bytes.dropFirst(Self.byteOrderMark.count)) : bytes
    }

    /// A private key, which must not be encrypted: there is nobody to ask for a passphrase.
    func privateKey(_ path: ResolvedPath) throws(CommandFailure) -> [UInt8] {
        let bytes = try read(path, .privateKey)
        let text = String(decoding: bytes, as: UTF8.self)
        guard !text.contains("BEGIN ENCRYPTED"), !text.contains("Proc-Type: 4,ENCRYPTED") else {
            throw CommandFailure(
                .usage,
                "the key \(path.text) is encrypted, and a server has nobody to ask for its passphrase; write it without one: `openssl pkey -in \(path.text) -out new.key`, readable by its owner only."
            )
        }
        return bytes
    }

    private func note(_ path: ResolvedPath, _ purpose: Purpose, _ bytes: [UInt8]) {
        guard purpose != .privateKey else { return }
        let digest = DecidingFile(
            path: path.text, purpose: purpose.rawValue,
            digest: "sha256:" + Hex.encode(SHA256.hash(data: bytes)))
        if !digests.contains(digest) { digests.append(digest) }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
