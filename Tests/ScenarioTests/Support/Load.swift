// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Clients that ask as fast as they can, each over a connection of its own, until the proxy is gone.
final class Load: Sendable {
    private struct State {
        var answered: [String] = []
        var running: Int
    }

    private let state: Watched<State>

    /// - Parameters:
    ///   - most: how many requests each client makes at most.
    ///   - requests: made in turn.
    init(port: Int, clients: Int, most: Int = .max, requests: [String]) {
        let state = Watched(State(running: clients))
        self.state = state
        for _ in 0..<clients {
            Thread.detachNewThread {
                do {
                    let connection = try HTTPConnection(port: port)
                    for number in 0..<most {
                        let request = requests[number % requests.count]
                        guard let uid = try connection.exchange(request).record else { break }
                        state.with { $0.answered.append(uid) }
                    }
                } catch {
                    // The proxy was killed; what it had answered until then is what counts.
                }
                state.with { $0.running -= 1 }
            }
        }
    }

    /// Returns when so many requests were answered.
    func answered(_ count: Int) throws {
        let isDone = state.wait(upTo: patience) { state -> Bool? in
            if state.answered.count >= count { return true }
            return state.running == 0 ? false : nil
        }
        guard isDone == true else { throw ScenarioFault("fewer than \(count) answers") }
    }

    /// Returns when all clients are done.
    ///
    /// - Returns: the uids of all that was answered.
    func finished() throws -> [String] {
        let answered = state.wait(upTo: patience) { $0.running == 0 ? $0.answered : nil }
        guard let answered else { throw ScenarioFault("the clients do not end") }
        return answered
    }
}
