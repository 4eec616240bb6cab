// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Outputs
import RecordForms
import Settings
internal import Transport

extension Assembly {
    func options(
        _ settings: WebhookOutputSettings, _ name: String, _ form: DerivedForm
    ) throws(CommandFailure) -> WebhookSender.Options {
        var secrets: [WebhookSecret] = []
        for secret in settings.secrets {
            guard let read = WebhookSecret(secret.text, from: secret.reference) else {
                throw CommandFailure(
                    .usage,
                    "what \(secret.reference) leads to is no secret of a webhook: `whsec_` and 24 to 64 bytes in base 64, as `echo whsec_$(openssl rand -base64 32)` makes one."
                )
            }
            secrets.append(read)
        }
        return WebhookSender.Options(
            receiver: try receiver(settings.url, settings.ca, name), form: form, secrets: secrets,
            mostBytes: settings.mostBytes)
    }

    func options(
        _ settings: OTLPOutputSettings, _ name: String, _ form: DerivedForm
    ) throws(CommandFailure) -> OTLPSender.Options {
        OTLPSender.Options(
            receiver: try receiver(settings.url, settings.ca, name), form: form,
            token: try settings.token.map { token throws(CommandFailure) in try secret(token) },
            mostBytes: settings.mostBytes)
    }

    func options(
        _ settings: SplunkOutputSettings, _ name: String, _ form: DerivedForm
    ) throws(CommandFailure) -> HECSender.Options {
        HECSender.Options(
            receiver: try receiver(settings.url, settings.ca, name), form: form,
            token: try secret(settings.token), acknowledges: settings.acknowledges,
            index: settings.index, sourceType: settings.sourceType, mostBytes: settings.mostBytes)
    }

    private func secret(_ value: SecretValue) throws(CommandFailure) -> HTTPSecret {
        guard let secret = HTTPSecret(value.text, from: value.reference) else {
            throw CommandFailure(
                .usage,
                "what \(value.reference) leads to cannot be sent: a secret is one line of visible ASCII characters."
            )
        }
        return secret
    }

    private func receiver(
        _ url: ReceiverURL, _ ca: ResolvedPath?, _ name: String
    ) throws(CommandFailure) -> HTTPReceiver {
        var tls: UpstreamTLS?
        if url.place.scheme == .https {
            let authorities = try ca.map { path throws(CommandFailure) in
                try files.read(path, .outputAuthorities)
            }
            tls = UpstreamTLS(verification: .full(authorities: authorities), serverName: nil)
        }
        return HTTPReceiver(
            name, host: url.place.host, port: url.place.port, path: url.path, tls: tls)
    }
}
