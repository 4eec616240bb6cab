// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Policy

/// Everything that a configuration file says, defaults filled in.
package struct DeploymentSettings: Hashable, Sendable {
    /// `version`, required: 1, the version of this format.
    package var version: Int
    /// `log`, required.
    package var log: LogSettings
    /// `privacy`.
    package var privacy: PrivacySettings
    /// `listen`, required, at least one.
    package var listen: [ListenerSettings]
    /// `admin`.
    package var admin: AdminSettings
    /// `identity`, default none: everybody is anonymous.
    package var identity: [IdentitySettings]
    /// `services`, required, at least one.
    package var services: [ServiceSettings]

    static let section = Section(
        start: DeploymentSettings(
            version: 1, log: LogSettings.section.start, privacy: PrivacySettings.section.start,
            listen: [], admin: AdminSettings.section.start, identity: [], services: []),
        fields: [
            Field("version", \.version, .version, isRequired: true),
            Field("log", \.log, .section(LogSettings.section), isRequired: true),
            Field("privacy", \.privacy, .section(PrivacySettings.section)),
            Field(
                "listen", \.listen,
                .list(of: .section(ListenerSettings.section), isEmptyAllowed: false),
                isRequired: true),
            Field("admin", \.admin, .section(AdminSettings.section)),
            Field(
                "identity", \.identity,
                .list(of: .section(IdentitySettings.section), isEmptyAllowed: true)),
            Field(
                "services", \.services,
                .list(of: .section(ServiceSettings.section), isEmptyAllowed: false),
                isRequired: true),
        ],
        notAvailable: ["alerts", "outputs", "users"],
        checks: [
            Check("log", "services") { settings, _, _ in
                for position in settings.services.indices
                where settings.services[position].audit.onFailure == nil {
                    settings.services[position].audit.onFailure = settings.log.onFailure
                }
            },
            Check("listen", "admin") { $0.noteAddresses($1, $2) },
            Check("listen", "identity") { $0.noteIdentities($1, $2) },
            Check("services") { $0.noteServices($1, $2) },
            Check("identity", "services") { $0.noteRoles($1, $2) },
        ])

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
