// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Server
import SwiftASN1
import ByteCoding
import Foundation
import Settings
import X509

extension Examination {
    private static let warningDays: Int64 = 21

    /// How long the listeners' certificates are good for.
    func certificates() -> [Diagnosis] {
        settings.listen.compactMap { listener in
            listener.tls.map { certificate(listener.address.text, $0.certificate) }
        }
    }

    private func certificate(_ address: String, _ path: ResolvedPath) -> Diagnosis {
        let subject = "certificate of \(address)"
        let certificate: Certificate
        do {
            let text = try LocalFile.required(path.text, most: 1 << 20)
            certificate = try Certificate(pemEncoded: String(decoding: text, as: UTF8.self))
        } catch let failure as CommandFailure {
            return .bad(subject, failure.message ?? "\(path.text) cannot be read", fix: nil)
        } catch {
            return .bad(
                subject, "\(path.text) holds no certificate that can be read",
                fix: "give a PEM file whose first certificate is the listener's")
        }
        let now = CommandContext.current.now().seconds
        let (begin, end) = (
            Int64(certificate.notValidBefore.timeIntervalSince1970),
            Int64(certificate.notValidAfter.timeIntervalSince1970)
        )
        guard now >= begin else {
            return .bad(subject, "is not valid yet", fix: "check the clock and the certificate")
        }
        guard now < end else {
            return .bad(
                subject, "ran out \((now - end) / 86_400) days ago",
                fix: "renew it, then send the server SIGHUP")
        }
        let days = (end - now) / 86_400
        guard days >= Self.warningDays else {
            return .caution(
                subject, "runs out in \(days) days", fix: "renew it, then send the server SIGHUP")
        }
        return .good(subject, "good for \(days) days")
    }
}
