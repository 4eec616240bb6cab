// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc
import Messages
import NIOCore
import Server
import Transport

extension ControlSocket {
    /// Asks the server; nil where none listens.
    ///
    /// - Parameter folder: of the server's state.
    static func ask(
        _ request: JSONValue, in folder: String
    ) async throws(CommandFailure) -> JSONValue? {
        guard LocalFile.exists(LocalFile.path(of: name, in: folder)) else { return nil }
        let place = try Place(folder)
        do {
            let answer = try await BriefConnection.ask(
                line(request), of: .socket(path: place.path), patience: patience, read: readLine)
            return try JSONParser.parse(answer, as: .strict, deepest: 6)
        } catch let error as IOError where [ENOENT, ECONNREFUSED].contains(error.errnoCode) {
            return nil
        } catch let error as IOError where error.errnoCode == EACCES {
            throw CommandFailure(
                .notPermitted,
                "the server's socket in \(folder) is for its own user; run this as that user.")
        } catch let fault as JSONFault {
            throw CommandFailure(
                .unavailable,
                "what answers on the socket in \(folder) is no server: \(describing: fault).")
        } catch {
            throw CommandFailure(
                .unavailable,
                "the server does not answer on its socket in \(folder): \(SocketProblem(error).words)."
            )
        }
    }
}
