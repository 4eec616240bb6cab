// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
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
                    file: path, folder: DeploymentOptions.folder(of: path), bytes: bytes),
                sources: .none)
            let assembly = Assembly(deployment: deployment)
            let rules = try assembly.rules(
                generation: 1, digestKey: SymmetricKey(data: [UInt8](repeating: 0, count: 32)))
            dump(rules.exchange, to: &text)
            dump(rules.roll, to: &text)
            dump(try assembly.upstreams(), to: &text)
            dump(try assembly.listeners(), to: &text)
        } catch let faults as SettingsFaults {
            throw Fault(text: faults.text)
        } catch let failure as CommandFailure {
            throw Fault(text: failure.message?.plain ?? "it cannot be used")
        } catch {
            throw Fault(text: "\(error)")
        }
        self.text = text.replacing(/0x[0-9a-f]+/, with: "")
    }

    /// Why a configuration cannot be used.
    package struct Fault: Error {
        package let text: String
    }
}
