// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPPlane
import Transport
import HTTPWire
import Server
import Testing

@Suite("Files that connections may take")
struct DescriptorBudgetTests {
    private func listeners(_ connections: Int...) -> [HTTPListenerConfiguration] {
        connections.map { most in
            var limits = ClientLimits()
            limits.mostConnections = most
            return HTTPListenerConfiguration(
                host: "127.0.0.1", port: 0, tls: nil, trustedProxies: [], limits: limits)
        }
    }

    private func fitting(_ connections: [Int], limit: Int) -> [Int] {
        let asked = connections.flatMap { listeners($0) }
        return DescriptorBudget(limit: limit).fitting(asked).map(\.limits.mostConnections)
    }

    @Test(
        "A connection takes two files, one to the client and one to the service, and two another unused one"
    )
    func wanted() {
        #expect(DescriptorBudget.wanted(0) == DescriptorBudget.own)
        #expect(DescriptorBudget.wanted(1000) == DescriptorBudget.own + 2500)
    }

    @Test(
        "Clients, their services and what is kept unused never take more files than there are",
        arguments: [1, 256, 300, 1024, 4096, 65_536])
    func unused(limit: Int) {
        let budget = DescriptorBudget(limit: limit)
        let fitting = budget.fitting(listeners(5, 1000, 20_000))
        let clients = fitting.reduce(0) { $0 + $1.limits.mostConnections }
        let unused = budget.idle(beside: fitting)
        #expect(unused >= 0)
        guard limit > DescriptorBudget.wanted(6) else { return }
        #expect(DescriptorBudget.own + 2 * clients + unused <= limit)
        #expect(unused >= clients / 2)
    }

    @Test("Where there is room for all, listeners stay as they are configured")
    func room() {
        #expect(fitting([100, 300], limit: DescriptorBudget.wanted(400)) == [100, 300])
        #expect(fitting([20_000], limit: .max) == [20_000])
    }

    @Test("One file too few, and each listener gets an equal share at most")
    func share() {
        #expect(fitting([100, 300], limit: DescriptorBudget.wanted(400) - 1) == [100, 199])
        #expect(fitting([300, 300], limit: DescriptorBudget.wanted(400)) == [200, 200])
    }

    @Test("What fits is never more than there is room for, and never nothing")
    func bounds() {
        for limit in [1, 255, 256, 257, 258, 300, 1024, 65_536] {
            let taken = fitting([5, 1000, 20_000], limit: limit)
            #expect(taken.allSatisfy { $0 >= 1 })
            let least = DescriptorBudget.wanted(3)
            #expect(DescriptorBudget.wanted(taken.reduce(0, +)) <= max(limit, least))
        }
    }
}
