// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Console
import Crypto
import HTTPPlane
import Transport
import Ledger
import Messages
import Outputs
import Settings
import SignedNotes
import SystemPackage

/// Everything that a configuration becomes, described member by member: shows whether a setting has an effect, and
/// whether a reload is enough for it.
///
/// It holds no setting as it was read, only what the rooms below are given.
package struct AssembledConfiguration {
    /// What a reload replaces, without memory addresses.
    package let replaced: String
    /// What stays the same until a restart.
    package let kept: String

    /// Reads a configuration and the files that it names, and puts together what a server would run on.
    ///
    /// - Throws: a text that says what is wrong with it.
    package init(file path: String) throws(Fault) {
        do {
            let bytes = try LocalFile.required(path, most: ConfigurationText.mostBytes)
            let surroundings = Surroundings(environment: [:], now: { .now })
            let deployment = try Deployment.read(
                ConfigurationText(
                    file: path, folder: LocalFile.folder(of: path), bytes: bytes),
                sources: surroundings.sources)
            let assembly = Assembly(deployment: deployment, in: surroundings)
            let rules = try assembly.rules(
                generation: 1, digestKey: SymmetricKey(data: [UInt8](repeating: 0, count: 32)),
                after: nil)
            let listeners = try assembly.listeners()
            replaced = Self.all([
                rules.exchange, rules.roll, try assembly.upstreams(), listeners.map(\.tls),
                try assembly.outputs().map { Self.withoutPlace($0) },
            ])
            let (place, signers, opened) = try LogOpening(deployment, producer: "").parts()
            var options = opened
            // It changes with every setting, whether or not the setting has an effect.
            options.configHash = nil
            kept = Self.all([
                listeners.map { Self.withoutTLS($0) }, listeners.map { $0.tls == nil }, place,
                signers.map(\.verifierKey.text), options,
                AdminConsole.address(deployment.settings.admin),
                CatalogKeeping.place(deployment.settings.log) as Any,
                ExportsKeeping.folder(deployment.settings.log),
                ExportsKeeping.limits(deployment.settings.admin),
                AdminConsole.open(deployment.settings.admin),
                AllowedHosts(names: deployment.settings.admin.names),
            ])
        } catch let faults as SettingsFaults {
            throw Fault(text: faults.text)
        } catch let failure as CommandFailure {
            throw Fault(text: failure.message?.plain ?? "it cannot be used")
        } catch {
            throw Fault(text: "\(error)")
        }
    }

    /// Which log it is of, and where its position is, changes with the log alone.
    private static func withoutPlace(_ order: OutputOrder) -> OutputOrder {
        var order = order
        order.plan.origin = ""
        order.plan.directory = ""
        order.plan.position = OutputPositionFile(order.plan.name, in: "")
        return order
    }

    private static func withoutTLS(_ listener: HTTPListenerConfiguration)
        -> HTTPListenerConfiguration
    {
        var plain = listener
        plain.tls = nil
        return plain
    }

    private static func all(_ parts: [Any]) -> String {
        parts.map { tell($0) + "\n" }.joined()
    }

    /// A value by its members, those of sets and dictionaries sorted; memory addresses are left out.
    private static func tell(_ value: Any) -> String {
        if "\(type(of: value))".contains("Pointer") { return "pointer" }
        let mirror = Mirror(reflecting: value)
        guard !mirror.children.isEmpty else {
            return "\(value)".replacing(/0x[0-9a-f]+/, with: "pointer")
        }
        let members = mirror.children.map { "\($0.label ?? ""):\(tell($0.value))" }
        let isUnordered = mirror.displayStyle == .set || mirror.displayStyle == .dictionary
        let list = (isUnordered ? members.sorted() : members).joined(separator: ",")
        return "\(mirror.subjectType)(\(list))"
    }

    /// Why a configuration cannot be used.
    package struct Fault: Error {
        package let text: String
    }
}
