// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import ByteCoding
import Messages
import Server
import Settings

/// What a running proxy says about itself on its admin address.
struct AdminStatus: Sendable {
    let json: JSONValue
    /// Whether it answered in the state folder, so that it is this log's, whatever a changed file says of it.
    var isOfThisState = false

    /// Where its console listens, which the file may say otherwise by now.
    var address: String? { json[path: "admin"]?.string }
    var origin: String? { json[path: "origin"]?.string }
    /// Whether the log takes records.
    var isWriting: Bool { json[path: "log"]?.string == "writing" }
    /// Whether only a new start helps.
    var hasStopped: Bool { json[path: "log"]?.string == "stopped" }
    /// Why the log takes no records.
    var trouble: SafeText {
        let cause = json[path: "cause"]?.string ?? "?"
        return hasStopped
            ? "the log stopped: \(cause)" : "the log takes no records now: \(cause)"
    }

    /// What an acknowledged record survives, in the words of `log.durability`.
    var durability: String? { json[path: "durability"]?.string }

    /// Why a change of `configuration` or `credentials` is not in force that only lacks its record.
    func unrecorded(_ object: String) -> String? { json["unrecorded"]?[object]?.string }

    /// Whether a key file with this digest is in force.
    func holds(keyFile digest: String) -> Bool {
        json["key_files"]?.array?.contains(.string(digest)) ?? false
    }

    func count(_ name: String) -> Int64 { json[path: name]?.integer ?? 0 }

    /// Asks on the socket in the state folder and then on the admin address: either key may have been changed in the
    /// file since the proxy started. Nil where nothing answers, or what answers is another program.
    static func ask(_ settings: DeploymentSettings) async -> AdminStatus? {
        if let own = await ask(in: settings.log.state.text) { return own }
        return await ask(on: settings.admin.address)
    }

    private static func ask(in folder: String) async -> AdminStatus? {
        do {
            let request = JSONValue.object([JSONMember("do", .string("status"))])
            return try await ControlSocket.ask(request, in: folder)
                .map { AdminStatus(json: $0, isOfThisState: true) }
        } catch {
            // Closed to this user, or it has no answer: the admin address is open to everybody here.
            return nil
        }
    }

    private static func ask(on address: ListenAddress) async -> AdminStatus? {
        // A port that was left to the system is known to the proxy alone.
        guard address.port != 0 else { return nil }
        let request =
            "GET /status HTTP/1.1\r\nHost: \(address.text)\r\nConnection: close\r\n\r\n"
        do {
            let answer = try await PlainExchange.send(
                request, to: address.address.description, port: Int(address.port),
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
