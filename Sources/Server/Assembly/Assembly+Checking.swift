// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto
import HTTPPlane
import Transport
package import Messages
import Settings

extension Assembly {
    /// As ``check()``, and with every mistake in the files that are named, each with the place that names them.
    package func checkAll() throws(CommandFailure) -> Rules {
        let settings = deployment.settings
        var faults: [SettingsFault] = []
        var status = ExitStatus.usage
        func attempt(_ setting: String, _ work: () throws(CommandFailure) -> Void) {
            do throws(CommandFailure) {
                try work()
            } catch {
                if error.status == .notPermitted { status = .notPermitted }
                let place = position(of: setting)
                // A file with several mistakes says them below a headline.
                let lines = (error.message?.plain ?? "it cannot be used").split(separator: "\n")
                for line in lines.count > 1 ? lines.dropFirst() : lines[...] {
                    faults.append(
                        SettingsFault(
                            code: .badValue, position: place, path: setting,
                            message: String(line.drop { $0 == " " })))
                }
            }
        }
        attempt("outputs") { () throws(CommandFailure) in _ = try usableOutputs() }
        attempt("log") { () throws(CommandFailure) in _ = try SigningKey.read(settings.log) }
        for (position, identity) in settings.identity.enumerated() {
            attempt("identity[\(position)]") { () throws(CommandFailure) in
                var alone = settings
                alone.identity = [identity]
                var assembly = IdentityAssembly(
                    settings: alone, files: files, ended: try EndedKeys(in: settings.log.state),
                    surroundings: surroundings)
                _ = try assembly.sources(
                    generation: 1, digestKey: SymmetricKey(size: .bits256), after: nil)
            }
        }
        for (position, listener) in settings.listen.enumerated() {
            attempt("listen[\(position)].tls") { () throws(CommandFailure) in
                _ = try self.listener(listener)
            }
        }
        for (position, service) in settings.services.enumerated() {
            attempt("services[\(position)].upstream") { () throws(CommandFailure) in
                _ = try upstream(service)
            }
        }
        guard faults.isEmpty else {
            let failure = CommandFailure(SettingsFaults(file: deployment.file, faults))
            throw CommandFailure(status, failure.message ?? "", details: failure.details)
        }
        // What is wrong only with all of them together.
        return try check()
    }

    /// Where the first file of a section is named; the beginning where none is.
    private func position(of section: String) -> TextPosition {
        deployment.files.first { $0.setting.hasPrefix(section + ".") }?.position ?? .start
    }

    /// Reads every file and builds everything that a server builds from them, without opening anything.
    ///
    /// - Returns: this, and what was skipped.
    @discardableResult
    package func check() throws(CommandFailure) -> Rules {
        let rules = try rules(
            generation: 1, digestKey: SymmetricKey(size: .bits256), after: nil)
        let configuration = HTTPPlaneConfiguration(
            listeners: try listeners(), upstreams: try upstreams())
        _ = try usableOutputs()
        do throws(DataPlaneFault) {
            _ = try HTTPPlane(configuration, rules: rules.exchange)
        } catch {
            throw CommandFailure(.usage, "\(error.description)")
        }
        return rules
    }
}
