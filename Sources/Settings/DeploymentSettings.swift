// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Policy

/// Everything that a configuration file says, defaults filled in.
package struct DeploymentSettings: Hashable, Sendable {
    /// Of this format; always 1.
    package var version = 1
    package var log = LogSettings.section.start
    package var privacy = PrivacySettings()
    package var listen: [ListenerSettings] = []
    package var admin = AdminSettings()
    package var identity: [IdentitySettings] = []
    package var services: [ServiceSettings] = []
    package var outputs: [OutputSettings] = []

    static let section = Section(
        start: DeploymentSettings(),
        keys: [
            Key(
                "version", \.version, .version, isRequired: true, "The version of this format.",
                example: "1"),
            Key(
                "log", \.log, .section(LogSettings.section), isRequired: true,
                "The audit log of this proxy.", takesEffect: .onRestart),
            Key(
                "privacy", \.privacy, .section(PrivacySettings.section),
                "Which personal values are kept. They are committed to and sealed beside the log, never "
                    + "in a record itself."),
            Key(
                "listen", \.listen,
                .list(of: .section(ListenerSettings.section), isEmptyAllowed: false),
                isRequired: true, "Where clients are served.", takesEffect: .onRestart),
            Key(
                "admin", \.admin, .section(AdminSettings.section),
                "The address for operators and auditors: health, status, metrics, the log as static files.",
                takesEffect: .onRestart),
            Key(
                "identity", \.identity,
                .list(of: .section(IdentitySettings.section), isEmptyAllowed: true),
                "Who vouches for callers. A request is identified by one credential of these; "
                    + "what none of them claims belongs to the service.",
                standard: "none: everybody is anonymous"),
            Key(
                "services", \.services,
                .list(of: .section(ServiceSettings.section), isEmptyAllowed: false),
                isRequired: true,
                "The services behind the proxy. A request goes to the one with the narrowest match."
            ),
            Key(
                "outputs", \.outputs,
                .list(of: .section(OutputSettings.section), isEmptyAllowed: true),
                "Where records go as they come: see [outputs](../Operating/Outputs.md).",
                standard: "none", takesEffect: .onReload),
        ],
        notAvailable: ["alerts", "users"],
        checks: [
            Check("log", "services") { settings, _, _ in
                for position in settings.services.indices
                where settings.services[position].audit.onFailure == nil {
                    settings.services[position].audit.onFailure = settings.log.onFailure
                }
            },
            Check("listen", "admin") {
                $0.noteAddresses($1, $2)
            } otherwise: {
                $0.noteRepeated("address", of: "listen", repeatedAddress, $1)
            },
            Check("listen", "services") { $0.noteCircles($1, $2) },
            Check("listen", "identity") {
                $0.noteIdentities($1, $2)
            } otherwise: {
                $0.noteRepeated("name", of: "identity", repeatedIdentity, $1)
            },
            Check("services") {
                $0.noteServices($1, $2)
            } otherwise: {
                $0.noteRepeated("name", of: "services", ServiceFault.repeatedName, $1)
            },
            Check("identity", "services") { $0.noteRoles($1, $2) },
            Check("log", "outputs") {
                $0.noteOutputs($1, $2)
            } otherwise: {
                $0.noteRepeated("name", of: "outputs", repeatedOutput, $1)
            },
        ])

    static let repeatedAddress = "another listener has this address"
    static let repeatedIdentity = "another identity has this name"
    static let repeatedOutput = "another output has this name"

    /// The rules of all services, in their order.
    var serviceRules: [ServiceRules] {
        services.map { $0.serviceRules(onLogFailure: log.onFailure) }
    }
}

extension Form where Value == Int {
    fileprivate static let version = Form.scalar(
        "1", schema: [JSONMember("const", .integer(1))], write: { .integer(Int64($0)) }
    ) { text throws(Complaint) in
        guard text == "1" else {
            throw Complaint("this program reads version 1 of the format, found `\(text)`")
        }
        return 1
    }
}
