// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
package import Messages
package import Outputs
internal import Query
import RecordForms
import Settings
import SystemPackage
internal import Transport

extension Assembly {
    /// Where records go as they come.
    package func outputs() throws(CommandFailure) -> [OutputOrder] {
        var orders: [OutputOrder] = []
        for output in deployment.settings.outputs {
            orders.append(OutputOrder(try plan(output), to: try receiver(output)))
        }
        return orders
    }

    private func plan(_ output: OutputSettings) throws(CommandFailure) -> OutputPlan {
        let log = deployment.settings.log
        var plan = OutputPlan(
            name: output.name, origin: log.origin.text, directory: FilePath(log.directory.text),
            state: FilePath(log.state.text), start: output.start == .now ? .now : .beginning,
            mostLag: output.mostLag,
            disclosed: Set(output.disclosed.compactMap { CommitGroup(rawValue: $0.rawValue) }))
        guard let text = output.query else { return plan }
        do throws(QueryFault) {
            plan.query = try RecordQuery(text, at: QueryClock(now: surroundings.now()))
        } catch {
            throw CommandFailure(
                .usage, "the query of output \(output.name) cannot be read: \(error.message)")
        }
        guard plan.query.personalGroups.isEmpty else {
            throw CommandFailure(
                .usage,
                "the query of output \(output.name) asks for personal values, which stay sealed; ask for services, actions, outcomes and the like."
            )
        }
        return plan
    }

    private func receiver(_ output: OutputSettings) throws(CommandFailure) -> OutputReceiver {
        let form = DerivedForm(output.form)
        switch output.receiver {
        case .file(let file):
            return .file(
                FileSender.Options(
                    path: FilePath(file.path.text), form: form, mostBytes: Int64(file.mostBytes),
                    mostAge: file.mostAge, kept: file.kept, isSynced: file.isSynced))
        case .syslog(let syslog):
            return .syslog(try linked(syslog, output.name), SyslogForm(syslog, form))
        case .relp(let relp):
            return .relp(try linked(relp, output.name), SyslogForm(relp, form))
        case .webhook(let webhook): return .webhook(try options(webhook, output.name, form))
        case .otlp(let otlp): return .otlp(try options(otlp, output.name, form))
        case .splunk(let splunk): return .splunk(try options(splunk, output.name, form))
        }
    }

    private func linked(
        _ settings: SyslogOutputSettings, _ name: String
    ) throws(CommandFailure) -> LinkedReceiver {
        var tls: UpstreamTLS?
        if settings.address.scheme == .tls {
            let authorities = try settings.ca.map { path throws(CommandFailure) in
                try files.read(path, .outputAuthorities)
            }
            tls = UpstreamTLS(
                verification: settings.verifiesTLS ? .full(authorities: authorities) : .off,
                serverName: nil)
            if let certificate = settings.certificate, let key = settings.key {
                tls?.identity = UpstreamTLS.Identity(
                    chain: try files.read(certificate, .outputCertificate),
                    key: try files.privateKey(key))
            }
        }
        return LinkedReceiver(
            name, host: settings.address.host, port: settings.address.port, tls: tls)
    }

    /// The same, where certificates and keys are found to be such.
    func usableOutputs() throws(CommandFailure) -> [OutputOrder] {
        let orders = try outputs()
        for order in orders {
            do throws(DataPlaneFault) {
                try order.receiver.examine()
            } catch {
                throw CommandFailure(
                    .usage, "the output \(order.plan.name) cannot be used: \(error.description)")
            }
        }
        return orders
    }
}

extension SyslogForm {
    fileprivate init(_ settings: SyslogOutputSettings, _ form: DerivedForm) {
        self.init(
            form: form, facility: settings.facility.code, enterprise: settings.enterprise,
            mostBytes: settings.mostBytes, hasMark: settings.hasMark)
    }
}

extension DerivedForm {
    fileprivate init(_ form: OutputSettings.Form) {
        self =
            switch form {
            case .native: .native
            case .ocsf: .ocsf
            case .cef: .cef
            }
    }
}
