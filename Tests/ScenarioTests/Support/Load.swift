// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Clients that ask as fast as they can, or in a slower pace, each over a connection of its own, until the proxy is gone.
final class Load: Sendable {
    private struct State {
        var answered: [String] = []
        var refused: [String] = []
        var isStopped = false
        var running: Int
    }

    private let state: Monitor<State>

    /// - Parameters:
    ///   - most: how many requests each client makes at most.
    ///   - pace: how long each client waits after an answer.
    ///   - requests: made in turn.
    init(
        port: Int, clients: Int, most: Int = .max, pace: Duration = .zero, requests: [String]
    ) {
        let state = Monitor(State(running: clients))
        self.state = state
        for _ in 0..<clients {
            Thread.detachNewThread {
                do {
                    var connection = try HTTPConnection(port: port)
                    for number in 0..<most {
                        let request = requests[number % requests.count]
                        let answer = try connection.exchange(request)
                        guard let uid = answer.record else { break }
                        let isStopped = state.with { state in
                            if answer.status == 503 {
                                state.refused.append(uid)
                            } else {
                                state.answered.append(uid)
                            }
                            return state.isStopped
                        }
                        if isStopped { break }
                        if pace > .zero { _ = state.wait(upTo: pace) { $0.isStopped ? () : nil } }
                        if answer.closes { connection = try HTTPConnection(port: port) }
                    }
                } catch {
                    // The proxy was killed; what it had answered until then is what counts.
                }
                state.with { $0.running -= 1 }
            }
        }
    }

    /// Returns when so many requests were answered.
    func answered(_ count: Int) throws { try wait(for: count, "answers", \.answered) }

    /// Returns when so many were refused with 503.
    func refused(_ count: Int) throws { try wait(for: count, "refusals", \.refused) }

    private func wait(
        for count: Int, _ what: String, _ uids: KeyPath<State, [String]>
    ) throws {
        let isDone = state.wait(upTo: patience) { state -> Bool? in
            if state[keyPath: uids].count >= count { return true }
            return state.running == 0 ? false : nil
        }
        guard isDone == true else { throw ScenarioFault("fewer than \(count) \(what)") }
    }

    /// Lets each client end with the answer it waits for.
    func stop() { state.with { $0.isStopped = true } }

    /// How many were answered otherwise so far.
    var answers: Int { state.with { $0.answered.count } }

    /// The uids of what was refused with 503.
    var refusals: [String] { state.with { $0.refused } }

    /// Returns when all clients are done.
    ///
    /// - Returns: the uids of all that was answered otherwise than with 503.
    func finished() throws -> [String] {
        let answered = state.wait(upTo: patience) { $0.running == 0 ? $0.answered : nil }
        guard let answered else { throw ScenarioFault("the clients do not end") }
        return answered
    }
}
