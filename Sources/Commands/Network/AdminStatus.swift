// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import ByteCoding
import Server
import Settings

/// What a running proxy says about itself on its admin address.
struct AdminStatus: Sendable {
    let json: JSONValue

    var origin: String? { json[path: "origin"]?.string }
    /// Whether the log takes records.
    var isWriting: Bool { json[path: "log"]?.string == "writing" }
    /// Why the log stopped, where it did.
    var cause: String? { json[path: "cause"]?.string }

    func count(_ name: String) -> Int64 { json[path: name]?.integer ?? 0 }

    /// Asks on the admin address or, where that was left to the system, on the socket in the state folder; nil
    /// where nothing answers, or what answers is another program.
    static func ask(_ settings: DeploymentSettings) async -> AdminStatus? {
        let admin = settings.admin
        guard admin.address.port != 0 else {
            do {
                let request = JSONValue.object([JSONMember("do", .string("status"))])
                return try await ControlSocket.ask(request, in: settings.log.state.text)
                    .map(AdminStatus.init(json:))
            } catch {
                return nil
            }
        }
        let request =
            "GET /status HTTP/1.1\r\nHost: \(admin.address.text)\r\nConnection: close\r\n\r\n"
        do {
            let answer = try await PlainExchange.send(
                request, to: admin.address.address.description, port: Int(admin.address.port),
                patience: .seconds(3))
            guard answer.hasPrefix("HTTP/1.1 200 "),
                let head = answer.firstRange(of: "\r\n\r\n")
            else { return nil }
            let json = try JSONParser.parse(
                Array(answer[head.upperBound...].utf8), as: .strict, deepest: 4)
            return AdminStatus(json: json)
        } catch {
            // Nobody is there, which is an answer too.
            return nil
        }
    }
}
