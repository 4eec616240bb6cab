// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import Disclosures
internal import Query
internal import SystemPackage
package import Transport

/// One output as a configuration describes it, with everything that its files say.
package struct OutputOrder: Hashable, Sendable {
    package var plan: OutputPlan
    package var receiver: OutputReceiver

    package init(_ plan: OutputPlan, to receiver: OutputReceiver) {
        self.plan = plan
        self.receiver = receiver
    }

    /// The output, ready to be given turns.
    package func engine(
        now: @escaping @Sendable () -> UTCInstant, record: @escaping OutputEngine.Recording
    ) -> OutputEngine {
        OutputEngine(plan, receiver.sender(now: now), standing, record: record)
    }

    /// How it stands before its first turn.
    package var standing: OutputStanding {
        let opened = plan.disclosed.map(\.rawValue).sorted()
        var standing = OutputStanding(
            name: plan.name, kind: receiver.kind, target: receiver.target,
            cautions: receiver.cautions
                + (opened.isEmpty ? [] : ["opens \(opened.joined(separator: ", "))"]))
        if plan.query.expression != .everything { standing.query = plan.query.text }
        return standing
    }
}

/// Where an output's records go: a case for each kind of sender.
package enum OutputReceiver: Hashable, Sendable {
    case file(FileSender.Options)
    case syslog(LinkedReceiver, SyslogForm)
    case relp(LinkedReceiver, SyslogForm)
    case webhook(WebhookSender.Options)
    case otlp(OTLPSender.Options)
    case splunk(HECSender.Options)

    /// Its word in the configuration.
    package var kind: String {
        switch self {
        case .file: "file"
        case .syslog: "syslog"
        case .relp: "relp"
        case .webhook: "webhook"
        case .otlp: "otlp"
        case .splunk: "splunk"
        }
    }

    /// Where that is, for people; nothing secret.
    package var target: String {
        switch self {
        case .file(let options): options.path.string
        case .syslog(let receiver, _), .relp(let receiver, _): receiver.target
        case .webhook(let options): options.receiver.target
        case .otlp(let options): options.receiver.target
        case .splunk(let options): options.receiver.target
        }
    }

    /// What an operator has given up, for status and doctor.
    package var cautions: [String] {
        switch self {
        case .file(let options): options.isSynced ? [] : ["does not wait for the disk"]
        case .syslog(let receiver, _), .relp(let receiver, _): receiver.cautions
        case .webhook(let options): options.receiver.cautions
        case .otlp(let options): options.receiver.cautions
        case .splunk(let options): options.cautions
        }
    }

    /// Finds out whether the certificates and keys of the configuration can be used.
    package func examine() throws(DataPlaneFault) {
        switch self {
        case .file: return
        case .syslog(let receiver, _), .relp(let receiver, _): _ = try receiver.endpoint()
        case .webhook(let options): _ = try options.receiver.link.endpoint()
        case .otlp(let options): _ = try options.receiver.link.endpoint()
        case .splunk(let options): _ = try options.receiver.link.endpoint()
        }
    }

    /// A sender that has no connection yet.
    package func sender(now: @escaping @Sendable () -> UTCInstant) -> any OutputSender {
        switch self {
        case .file(let options): FileSender(options, now: now)
        case .syslog(let receiver, let form): SyslogSender(receiver, form, now: now)
        case .relp(let receiver, let form): RELPSender(receiver, form, now: now)
        case .webhook(let options): WebhookSender(options, now: now)
        case .otlp(let options): OTLPSender(options, now: now)
        case .splunk(let options): HECSender(options, now: now)
        }
    }
}
