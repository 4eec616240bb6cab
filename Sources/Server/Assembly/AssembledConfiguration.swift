// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Messages
import Settings

/// Everything that a configuration becomes, told member by member: by it one sees whether a setting does anything.
package struct AssembledConfiguration {
    /// Every value of every part, without addresses in memory.
    package let text: String

    /// Reads a configuration and the files that it names, and puts together what a server would run on.
    ///
    /// - Throws: a text of what is wrong with it.
    package init(file path: String) throws(Fault) {
        var text = ""
        do {
            let bytes = try LocalFile.required(path, most: ConfigurationText.mostBytes)
            let deployment = try Deployment.read(
                ConfigurationText(
                    file: path, folder: LocalFile.folder(of: path), bytes: bytes),
                sources: .none)
            let assembly = Assembly(
                deployment: deployment, in: Surroundings(environment: [:], now: { .now }))
            let rules = try assembly.rules(
                generation: 1, digestKey: SymmetricKey(data: [UInt8](repeating: 0, count: 32)))
            let parts: [Any] = [
                rules.exchange, rules.roll, try assembly.upstreams(), try assembly.listeners(),
            ]
            for part in parts { text += Self.tell(part) + "\n" }
        } catch let faults as SettingsFaults {
            throw Fault(text: faults.text)
        } catch let failure as CommandFailure {
            throw Fault(text: failure.message?.plain ?? "it cannot be used")
        } catch {
            throw Fault(text: "\(error)")
        }
        self.text = text
    }

    /// A value by its members, those of sets and dictionaries in an order of their own; where something lies in
    /// memory is left out.
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
