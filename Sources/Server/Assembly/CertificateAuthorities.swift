// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Settings
import SwiftASN1

/// The authorities whose client certificates name callers.
struct CertificateAuthorities {
    let settings: DeploymentSettings
    let files: DecidingFiles

    /// Refuses a listener that admits certificates which the identity does not trust: TLS checks a chain against the
    /// listener's `client_ca`, and every certificate that passes there names a caller.
    func check(_ identity: MTLSSettings, name: String) throws(CommandFailure) {
        let believed = try certificates(identity.ca, .identityAuthorities)
        for listener in settings.listen {
            guard let tls = listener.tls, tls.clientAuthentication != .none, let ca = tls.clientCA
            else { continue }
            let admitted = try certificates(ca, .clientAuthorities)
            guard admitted.isSubset(of: believed) else {
                throw CommandFailure(
                    .usage,
                    "the listener \(listener.address.text) admits certificates of \(ca.text) that the identity \(name) does not believe in (\(identity.ca.text)); use one file for both, or put the missing authorities into the second."
                )
            }
        }
    }

    private func certificates(
        _ path: ResolvedPath, _ purpose: DecidingFiles.Purpose
    ) throws(CommandFailure) -> Set<[UInt8]> {
        let text = String(decoding: try files.read(path, purpose), as: UTF8.self)
        do {
            let found = try PEMDocument.parseMultiple(pemString: text)
                .filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes)
            guard !found.isEmpty else {
                throw CommandFailure(
                    .usage, "\(path.text) holds no certificate; give a file of PEM certificates.")
            }
            return Set(found)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(
                .usage,
                "\(path.text) cannot be read as PEM: \(describing: error); give a file of PEM certificates."
            )
        }
    }
}
